"""Ask about utility lines. Whoever may not see lines sees none, wherever they are posted."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Min, QuerySet, Sum

from lifang.core.access import Actor, Refused
from lifang.core.geo.measure import Box, box_around
from lifang.sensing.models import Device, UtilityLine, Works
from lifang.sensing.rules import utility as rules
from lifang.sensing.terms import LineState

SEE = "sensing.see_lines"
MOST_ON_MAP = 3_000


class Near(NamedTuple):
    """A device, and how far it stands from a line."""

    device: Device
    metres: float


def lines(actor: Actor) -> QuerySet[UtilityLine]:
    """Lines in use or planned, in the actor's areas."""
    rows = UtilityLine.objects.visible_to(actor).filter(retired_at__isnull=True)
    return rows if actor.may(SEE) else rows.none()


def line(actor: Actor, pk: UUID | str) -> UtilityLine:
    """One of them. Raises `Refused("not_found")`."""
    found = lines(actor).filter(pk=pk).select_related("works").first()
    if found is None:
        raise Refused("not_found")
    return found


def line_shapes(actor: Actor, rows: QuerySet[UtilityLine]) -> list[UtilityLine]:
    """For a map, as many as a map carries."""
    told = rows.only("kind", "state", "code", "keeper", "metres", "path")
    return list(told.order_by("kind", "code", "pk")[:MOST_ON_MAP])


def bounds_of_lines(actor: Actor, rows: QuerySet[UtilityLine]) -> list[float] | None:
    """West, south, east, north of what holds them all."""
    found = rows.order_by().aggregate(west=Min("west"), south=Min("south"), east=Max("east"), north=Max("north"))  # fmt: skip
    return None if found["west"] is None else list(found.values())


def metres_by_kind(actor: Actor, rows: QuerySet[UtilityLine]) -> dict[str, dict[str, float]]:
    """Kind → state → metres."""
    found: dict[str, dict[str, float]] = {}
    for row in rows.order_by().values("kind", "state").annotate(sum=Sum("metres")):
        found.setdefault(row["kind"], {})[row["state"]] = row["sum"]
    return found


def lines_of_works(actor: Actor, of: Works) -> QuerySet[UtilityLine]:
    """Lines that belong to works."""
    return UtilityLine.objects.visible_to(actor).filter(works=of, retired_at__isnull=True)


def metres_of_works(actor: Actor, of: Works) -> dict[str, int]:
    """Whole metres that lie, by kind: a figure that whoever checks works reads without seeing where."""
    rows = lines_of_works(actor, of).filter(state=LineState.INSTALLED).order_by()
    return {one["kind"]: round(one["sum"]) for one in rows.values("kind").annotate(sum=Sum("metres"))}  # fmt: skip


def near_line(actor: Actor, of: UtilityLine, metres: float, types: Iterable[str]) -> list[Near]:
    """Devices of these types that stand within so many metres and are of no line, nearest first."""
    west, south, _, _ = box_around(of.west, of.south, metres)
    _, _, east, north = box_around(of.east, of.north, metres)
    box = Box(west, south, east, north)
    rows = Device.objects.visible_to(actor).filter(
        type__in=list(types), retired_at__isnull=True, line__isnull=True,
        lon__range=(box.west, box.east), lat__range=(box.south, box.north),
    )  # fmt: skip
    found = [Near(one, rules.distance(of.path, one.lon or 0.0, one.lat or 0.0)) for one in rows[:2_000]]  # fmt: skip
    return sorted((one for one in found if one.metres <= metres), key=lambda one: one.metres)


def devices_of_line(actor: Actor, of: UtilityLine) -> QuerySet[Device]:
    """Devices that were tied to it."""
    return Device.objects.visible_to(actor).filter(line=of, retired_at__isnull=True).order_by("type", "code")  # fmt: skip


def line_of_device(actor: Actor, of: Device) -> UtilityLine | None:
    """The line a device is tied to, for who may see that line."""
    return lines(actor).filter(pk=of.line_id).first() if of.line_id else None
