"""People by spreadsheet: many at once, each row as it would be entered at the door, and taken back if nobody touched it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.crypto.fields import clear
from lifang.registry.actions.knowing import know, value_now
from lifang.registry.actions.people import Newcomer, register_many, serves
from lifang.registry.catalogue import ELEMENTS
from lifang.registry.models import Fact, Household, Membership, Occupancy, Person
from lifang.registry.terms import HEAD


class Stands(NamedTuple):
    """A living record with a number, as a sheet compares it; empty values where it lies out of reach."""

    pk: UUID
    area: str
    values: dict[str, str]


FIELDS = (
    "name", "document", "identity", "telephone", "sex", "born", "ethnicity", "education", "marital", "residence",
    "registered_at", "work_place",
)  # fmt: skip
_SEALED = ("name", "identity", "telephone", "registered_at", "work_place")


@action("registry.compare")
def compare(*, actor: Actor, area: str, numbers: Sequence[str], at: datetime) -> dict[str, Stands]:
    """Living records with these numbers, by number. It shows the actor's own and tells only that another stands elsewhere."""
    insist(None if serves(actor, "registry.compare", area) else Refusal("not_allowed"))
    marks = Person._meta.get_field("identity_key").fingerprints  # type: ignore[union-attr]
    asked = {
        mark: number for number in numbers for mark in marks(number)
    }  # under each key of the ring
    with behind(
        SYSTEM
    ):  # a number that stands in the next street must not be entered a second time
        found = list(
            Person.objects.filter(
                identity_key__among=list(asked), merged_into__isnull=True, valid_to__isnull=True
            )
        )
    return {
        asked[bytes(row.identity_key)]: _stands(actor, row) for row in found if row.identity_key
    }


def _stands(actor: Actor, row: Person) -> Stands:
    if not actor.scope.covers(row.area):
        return Stands(row.pk, "", {})
    values = {name: clear(row, name) for name in _SEALED}
    plain = {name: str(getattr(row, name) or "") for name in FIELDS if name not in _SEALED}
    return Stands(row.pk, row.area, values | plain)


@action("registry.take_sheet")
def take_sheet(
    *, actor: Actor, rows: Sequence[Newcomer], area: str, source: str, at: datetime
) -> list[Person]:
    """Enter the new people of a sheet, checked already, in one batch; those behind one door keep house together."""
    insist(None if serves(actor, "registry.take_sheet", area) else Refusal("not_allowed"))
    doors = [row.dwelling.pk for row in rows if row.dwelling is not None]
    lived = Occupancy.objects.filter(dwelling__in=doors, valid_to__isnull=True)
    houses = {one.dwelling_id: one.household_id for one in lived}
    alone = [
        row._replace(household="") if row.dwelling and row.dwelling.pk in houses else row
        for row in rows
    ]
    made = register_many(actor=actor, rows=alone, source="sheet", name=source, checked=True, at=at)
    joined = [
        Membership(
            area=person.area, household_id=houses[row.dwelling.pk], person=person, relation=row.relation, valid_from=at
        )
        for row, person in zip(rows, made.persons, strict=True)
        if row.dwelling is not None and row.dwelling.pk in houses
    ]  # fmt: skip
    Membership.objects.bulk_create(joined, batch_size=2000)
    return made.persons


@action("registry.change_many")
def change_many(
    *, actor: Actor, changes: Mapping[UUID, Mapping[str, str]], area: str, at: datetime
) -> int:
    """Write new values of many people, each with its history; how many values."""
    insist(None if serves(actor, "registry.change_many", area) else Refusal("not_allowed"))
    done = 0
    for pk, values in changes.items():
        held = Person.objects.hold(pk)
        for name, value in values.items():
            know(actor, held, ELEMENTS[f"person.{name}"], value, "sheet", at)
            done += 1
    return done


class Entered(NamedTuple):
    """What a sheet did to one person: the values before and after, none for somebody new."""

    person: UUID
    before: Mapping[str, str]
    after: Mapping[str, str]


@action("registry.take_back_sheet")
def take_back_sheet(*, actor: Actor, rows: Iterable[Entered], area: str, at: datetime) -> set[UUID]:
    """Undo rows of a sheet: new people leave the register, changed values get back what stood. Who was touched since is left, and named."""
    insist(None if serves(actor, "registry.take_back_sheet", area) else Refusal("not_allowed"))
    rows = list(rows)
    left = {row.person for row in rows if row.before and not _back(actor, row, at)}
    new = {row.person for row in rows if not row.before}
    touched = set(Fact.objects.filter(subject__in=new).values_list("subject", flat=True))
    living = Person.objects.filter(pk__in=new - touched, valid_to__isnull=True, taggings=None)
    gone = set(living.values_list("pk", flat=True))
    memberships = Membership.objects.filter(person__in=gone, valid_to__isnull=True)
    houses = set(memberships.values_list("household", flat=True))
    memberships.update(valid_to=at, ended="mistake")
    Person.objects.filter(pk__in=gone).update(valid_to=at)
    lived_in = Membership.objects.filter(household__in=houses, valid_to__isnull=True)
    empty = houses - set(lived_in.values_list("household", flat=True))
    Occupancy.objects.filter(household__in=empty, valid_to__isnull=True).update(valid_to=at)
    Household.objects.filter(pk__in=empty).update(valid_to=at, visit_due_on=None)
    return left | (new - gone)


def _back(actor: Actor, row: Entered, at: datetime) -> bool:
    """Give a person the values from before, unless one has changed since."""
    held = Person.objects.filter(pk=row.person, valid_to__isnull=True).first()
    if held is None:
        return False
    specs = {name: ELEMENTS[f"person.{name}"] for name in row.before}
    if any(value_now(held, spec) != row.after[name] for name, spec in specs.items()):
        return False
    for name, spec in specs.items():
        know(actor, held, spec, row.before[name], "sheet", at)
    return True


def heads_behind(doors: Iterable[UUID]) -> set[UUID]:
    """Doors whose household has its head already."""
    lived = Occupancy.objects.filter(dwelling__in=doors, valid_to__isnull=True)
    found = {one.household_id: one.dwelling_id for one in lived}
    heads = Membership.objects.filter(household__in=found, relation=HEAD, valid_to__isnull=True)
    return {found[house] for house in heads.values_list("household_id", flat=True)}
