"""Ask about sites of charging and parking, and what is free there now."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.sensing.models import Device, Site
from lifang.sensing.rules.sites import Counted, counted
from lifang.sensing.selectors.devices import silent, with_seen
from lifang.sensing.selectors.observations import latest_of
from lifang.sensing.terms import DeviceState, bad

SHOWN = 200
SAYS = ("port", "occupied", "spaces_free")


def sites(actor: Actor) -> QuerySet[Site]:
    """Of the actor's areas, closed ones too."""
    return Site.objects.visible_to(actor)


def site(actor: Actor, pk: UUID | str) -> Site:
    """One of them. Raises `Refused("not_found")`."""
    found = sites(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def devices_of_site(actor: Actor, of: Site) -> QuerySet[Device]:
    """Its devices that are not retired."""
    return Device.objects.visible_to(actor).filter(site=of, retired_at__isnull=True).order_by("code")  # fmt: skip


def public_sites(actor: Actor, area: str = "", kind: str = "") -> list[Site]:
    """Open ones, for everybody."""
    rows = Site.objects.filter(within(area), closed_at__isnull=True)
    with behind(SYSTEM):  # published
        return list((rows.filter(kind=kind) if kind else rows).order_by("area", "kind", "name", "id")[:SHOWN])  # fmt: skip


def public_site(actor: Actor, pk: UUID) -> Site:
    """One open site, for everybody. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # published
        found = Site.objects.filter(pk=pk, closed_at__isnull=True).first()
    if found is None:
        raise Refused("not_found")
    return found


def site_communities(actor: Actor) -> list[str]:
    """Communities that have an open site."""
    with behind(SYSTEM):  # published
        areas = Site.objects.filter(closed_at__isnull=True).order_by().values_list("area", flat=True).distinct()  # fmt: skip
        return sorted({area[:12] for area in areas})


def free_at(actor: Actor, of: Iterable[Site], at: datetime) -> dict[UUID, Counted]:
    """What is free at sites that the actor was given. Numbers, no device; three queries for any number of sites."""
    named = list(of)
    with behind(SYSTEM):  # numbers that are published
        rows = with_seen(SYSTEM, Device.objects.filter(site__in=named, retired_at__isnull=True))
        late = set(silent(SYSTEM, rows, at).values_list("pk", flat=True))
        standing = list(rows.values_list("pk", "site", "state"))
        latest = latest_of(SYSTEM, [pk for pk, _site, _state in standing])
    said: dict[UUID, list[tuple[dict[str, float], bool]]] = defaultdict(list)
    for pk, where, state in standing:
        values = {key: one.value for key, one in latest.get(pk, {}).items() if key in SAYS and not bad(one.quality)}  # fmt: skip
        said[where].append((values, state == DeviceState.INSTALLED and pk not in late and bool(values)))  # fmt: skip
    return {one.pk: counted(said[one.pk], one.spaces) for one in named}
