"""Ask about outages: a company's own, and those that everybody may read of."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.living.models import Outage, OutageBuilding
from lifang.registry import selectors as registry

SHOWN = 60


class Reach(NamedTuple):
    """Whom a notice would reach."""

    doors: int
    homes: int  # behind which somebody has an account
    accounts: int


def outages(actor: Actor) -> QuerySet[Outage]:
    """Of the companies one works for, newest first, each with its buildings."""
    rows = Outage.objects.visible_to(actor)
    if actor.kind != "system":
        rows = rows.filter(holders__overlap=sorted(actor.units) or ["-"])
    return rows.prefetch_related("buildings").order_by("-starts_at", "id")


def outage(actor: Actor, pk: UUID) -> Outage:
    """One of them. Raises `Refused("not_found")`."""
    found = outages(actor).filter(pk=pk).select_related("unit").first()
    if found is None:
        raise Refused("not_found")
    return found


def public_outages(actor: Actor, at: datetime, area: str = "") -> list[Outage]:
    """What is off or will be, the next first; anybody may read it."""
    rows = Outage.objects.filter(ended_at__isnull=True, ends_at__gt=at)
    if area:
        rows = rows.filter(buildings__area__startswith=area).distinct()
    shown = Prefetch("buildings", OutageBuilding.objects.order_by("area", "name"))
    with behind(SYSTEM):  # published: companies, buildings and times
        return list(rows.select_related("unit").prefetch_related(shown).order_by("starts_at", "id")[:SHOWN])  # fmt: skip


def own_outages(actor: Actor, at: datetime) -> list[Outage]:
    """Those of the buildings one lives in."""
    standing = public_outages(actor, at)
    own = set(registry.own_buildings(actor)) if standing else set()
    return [row for row in standing if own & {one.building_id for one in row.buildings.all()}]


def reach(actor: Actor, buildings: Iterable[UUID]) -> Reach:
    """How many a notice for these buildings reaches: numbers, nobody by name."""
    with behind(SYSTEM):  # counted before it is sent
        doors = registry.doors_inside(SYSTEM, buildings)
        whom = registry.householders(SYSTEM, doors)
    return Reach(len(doors), len(whom), len({one for holders in whom.values() for one in holders}))
