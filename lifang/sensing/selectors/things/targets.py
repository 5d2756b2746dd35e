"""What a post of observations is about: the datastreams it names, with all that the fast path needs to know of them."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor, Refused
from lifang.sensing.models import Device, Series
from lifang.sensing.rules import Line
from lifang.sensing.rules.things.kinds import Who
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner


class Target(NamedTuple):
    """One datastream that may be written to."""

    series: int
    measure: str
    line: Line


def targets(actor: Who, pks: Iterable[int]) -> dict[int, Target]:
    """Those of the named datastreams that exist for whoever asks."""
    rows = list(
        Series.objects.visible_to(actor.actor)
        .filter(pk__in=[pk for pk in set(pks) if 0 < pk < 2**63], device__in=own_devices(actor))
        .select_related("device")
    )
    devices = {row.device_id: row.device for row in rows}
    series: dict[UUID, dict[str, int]] = {}
    listed = Series.objects.filter(device__in=devices)
    for device, measure, pk in listed.values_list("device", "measure", "pk"):
        series.setdefault(device, {})[measure] = pk
    lines = {pk: ways.line_of(actor.actor, one, series[pk]) for pk, one in devices.items()}
    return {row.pk: Target(row.pk, row.measure, lines[row.device_id]) for row in rows}


def target(actor: Who, pk: int) -> Target:
    """One of them. Raises `Refused("not_found")`."""
    found = targets(actor, [pk]).get(pk)
    if found is None:
        raise Refused("not_found")
    return found


def lines_of(actor: Who, pks: Iterable[int]) -> dict[int, Line]:
    """By datastream what the fast path needs to know, where whoever asks may send observations."""
    found = targets(actor, pks)
    able = {one.line.area for one in found.values()}
    if actor.owner is None:
        able = {area for area in able if actor.actor.may("sensing.send_observations", area)}
    return {pk: one.line.alone(one.measure) for pk, one in found.items() if one.line.area in able}


def streams_of(system: Actor, owner: Owner) -> dict[int, tuple[str, str]]:
    """The datastreams a key speaks for: the device's code and the measure."""
    rows = Series.objects.filter(device__in=own_devices(Who(system, owner)))
    return {pk: (code, measure) for pk, code, measure in rows.values_list("pk", "device__code", "measure")}  # fmt: skip


def own_devices(actor: Who) -> QuerySet[Device]:
    """Living devices that exist for whoever asks; with a device's or a maker's key those it speaks for."""
    rows = Device.objects.visible_to(actor.actor).filter(retired_at__isnull=True)
    owner = actor.owner
    if owner is None:
        return rows
    if owner.device is not None:
        return rows.filter(Q(pk=owner.device) | Q(gateway=owner.device))
    return rows.filter(maker=owner.maker)


def own_device(actor: Who, **by: object) -> Device:
    """One of them. Raises `Refused("not_found")`."""
    found = own_devices(actor).filter(**by).first()
    if found is None:
        raise Refused("not_found")
    return found
