"""Who is due a benefit and does not claim it, by what the register knows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from lifang.affairs.catalogue import BENEFITS, GUIDES, Benefit
from lifang.affairs.models import Application
from lifang.affairs.terms import OPEN, State
from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.registry import selectors as registry

CLAIMED = (*OPEN, State.DONE)


def due(actor: Actor, benefit: Benefit, area: str, on: date) -> QuerySet[Any]:
    """Persons of an area whom a benefit fits and who neither have it nor asked for it. Masked, as the register is."""
    rows = registry.persons(actor, area).filter(valid_to__isnull=True)
    if benefit.age_from:
        rows = rows.filter(born__lte=_years_before(on, benefit.age_from))
    if benefit.residence:
        rows = rows.filter(residence__in=benefit.residence)
    for groups in (benefit.groups, benefit.also):
        if groups:
            rows = rows.filter(_in_groups(actor, groups))
    without = [*benefit.without, *GUIDES[benefit.guide].writes]
    if without:
        rows = rows.exclude(_in_groups(actor, without))
    asked = Application.objects.filter(person=OuterRef("pk"), guide=benefit.guide)
    claimed = asked.filter(Q(state__in=CLAIMED) & ~Q(outcome="refused"))
    return rows.filter(~Exists(claimed)).order_by("area", "pk")


def _in_groups(actor: Actor, groups: Iterable[str]) -> Q:
    """In one of them at least."""
    found = Q(pk__in=[])
    for tag in groups:
        found |= Q(pk__in=registry.tagged(actor, tag).values("pk"))
    return found


def _years_before(on: date, years: int) -> date:
    """Born then or before is so old on that day; of 29 February on 1 March."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def own_due(actor: Actor, on: date) -> list[Benefit]:
    """What may be due to the actor."""
    person = registry.me(actor)
    if person is None:
        return []
    with behind(SYSTEM):  # one's own record only
        return [one for one in BENEFITS if due(SYSTEM, one, person.area, on).filter(pk=person.pk).exists()]  # fmt: skip


def due_counts(actor: Actor, area: str, on: date) -> list[tuple[Benefit, int]]:
    """How many of an area each benefit may be due to; no names."""
    return [(one, due(actor, one, area, on).count()) for one in BENEFITS]
