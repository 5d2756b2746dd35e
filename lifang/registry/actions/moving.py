"""Somebody moves: what is theirs goes along to the new grid, what belongs to the old home stays there."""

from datetime import datetime

from lifang.core.access import SYSTEM
from lifang.orgs import selectors as orgs
from lifang.registry.actions.visits import plan_for
from lifang.registry.catalogue import TAGS
from lifang.registry.models import (
    Correction,
    Dog,
    Fact,
    Household,
    Look,
    Membership,
    Occupancy,
    Person,
    Resident,
    Tagging,
    Tie,
    VisitPlan,
)


def companies(area: str) -> list[str]:
    """Property companies whose estates lie there: a dog concerns them."""
    units = orgs.units_serving(SYSTEM, area, "property_company")
    return [unit.holder for unit in units]


def bring(person: Person, area: str) -> None:
    """Part of a move to another grid: the record, its groups, its history, its looks and what waits to be verified lie there."""
    if person.area == area:
        return
    person.area = area
    person.save(update_fields=["area"])
    for part in (Fact, Look):
        part.objects.filter(subject=person.pk).update(area=area)
    Tagging.objects.filter(person=person).update(area=area)
    Resident.objects.filter(person=person).update(area=area)
    dogs = Tie.objects.filter(person=person, dog__isnull=False, valid_to__isnull=True)
    kept = list(dogs.values_list("dog", flat=True))
    dogs.update(area=area)
    for one in Dog.objects.filter(pk__in=kept):
        one.area, one.holders = area, companies(area)
        one.save(update_fields=["area", "holders"])
        Fact.objects.filter(subject=one.pk).update(area=area)
    for waiting in Correction.objects.filter(person=person, decided_at__isnull=True):
        held = Correction.objects.hold(waiting.pk)
        held.area = area
        held.save(update_fields=["area"])  # its steps, clock and to-do go along


def end_membership(row: Membership, ended: str, at: datetime) -> None:
    """Part of leaving: the visits for this person end; the last one closes the household, its door and its plans."""
    row.valid_to, row.ended = at, ended
    row.save(update_fields=["valid_to", "ended"])
    own = VisitPlan.objects.filter(household=row.household_id, person=row.person_id)
    own.filter(valid_to__isnull=True).update(valid_to=at)
    if not Membership.objects.filter(household=row.household_id, valid_to__isnull=True).exists():
        Household.objects.filter(pk=row.household_id).update(valid_to=at, visit_due_on=None)
        open_ = {"household": row.household_id, "valid_to__isnull": True}
        Occupancy.objects.filter(**open_).update(valid_to=at)
        VisitPlan.objects.filter(**open_).update(valid_to=at)


def call_again(person: Person, at: datetime) -> None:
    """Part of arriving: the visits that the person's groups ask for are planned at the new home."""
    tags = Tagging.objects.filter(person=person, valid_to__isnull=True).values_list(
        "tag", flat=True
    )
    kinds = {TAGS[tag].visit for tag in tags if tag in TAGS}
    for kind in sorted(kinds - {""}):
        plan_for(person, kind, at)
