"""Ask about repairs: the company's board, a household's own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.living.catalogue import REPAIR
from lifang.living.models import Repair, RepairPart
from lifang.registry import selectors as registry
from lifang.registry.selectors import Home

OPEN = tuple(one.key for one in REPAIR().states if one.kind != "done")
COLUMN = 20  # cards of one column of the board
UNRATED = timedelta(days=7)


def repairs(actor: Actor) -> QuerySet[Repair]:
    """Of the companies one works for, newest first."""
    rows = Repair.objects.visible_to(actor)
    if actor.kind != "system":
        rows = rows.filter(holders__overlap=sorted(actor.units) or ["-"])
    return rows.order_by("-opened_at", "id")


def repair(actor: Actor, pk: UUID) -> Repair:
    """One of them. Raises `Refused("not_found")`."""
    found = repairs(actor).filter(pk=pk).select_related("unit", "bill").first()
    if found is None:
        raise Refused("not_found")
    return found


def board(actor: Actor) -> list[tuple[str, int, list[Repair]]]:
    """State by state: how many, and those that are due first."""
    found = []
    for state in OPEN:
        rows = repairs(actor).filter(state=state)
        found.append((state, rows.count(), list(rows.order_by("due_at", "opened_at")[:COLUMN])))
    return found


def own_repairs(actor: Actor) -> QuerySet[Repair]:
    """Of one's household, newest first."""
    if not actor.holder:
        return Repair.objects.none()
    return Repair.objects.filter(holders__contains=[actor.holder]).order_by("-opened_at", "id")


def own_repair(actor: Actor, pk: UUID) -> Repair:
    """One of them. Raises `Refused("not_found")`."""
    found = own_repairs(actor).filter(pk=pk).select_related("unit", "bill").first()
    if found is None:
        raise Refused("not_found")
    return found


def parts(actor: Actor, repair: Repair) -> list[RepairPart]:
    return list(RepairPart.objects.filter(repair=repair).order_by("pk"))


def own_homes(actor: Actor) -> "list[Home]":
    """Where one lives, with the building around it."""
    return registry.own_homes(actor)


def repairs_by_id(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Repair]:
    return {row.pk: row for row in Repair.objects.visible_to(actor).filter(pk__in=list(ids))}


def to_escalate(system: Actor, at: datetime) -> list[UUID]:
    """Late, told to its manager, and still not done after that."""
    rows = Repair.objects.filter(street_at__lte=at, escalated_at__isnull=True, state__in=OPEN)
    with behind(SYSTEM):  # jobs run behind an open wall, tests and commands do not
        return list(rows.order_by("street_at").values_list("pk", flat=True)[:200])


def unrated(system: Actor, at: datetime) -> list[UUID]:
    rows = Repair.objects.filter(state="done", state_since__lt=at - UNRATED)
    with behind(SYSTEM):
        return list(rows.values_list("pk", flat=True)[:200])
