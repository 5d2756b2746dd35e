"""Persons: entered one by one or many at once, linked to their account, ended."""

from collections.abc import Sequence
from datetime import date, datetime
from os.path import commonprefix
from typing import NamedTuple

from django.db import connection

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.rows import add_many
from lifang.core.access.wall import behind
from lifang.core.action import action, seen
from lifang.core.events import publish
from lifang.core.ids import new_id
from lifang.registry import rules
from lifang.registry.actions.knowing import batch_for, carry, today
from lifang.registry.actions.moving import end_membership
from lifang.registry.events import AccountLinked, BatchRegistered, PersonRegistered
from lifang.registry.models import (
    Batch,
    Household,
    Membership,
    Occupancy,
    Person,
    Place,
    Resident,
    Tagging,
)
from lifang.registry.terms import HEAD


class Newcomer(NamedTuple):
    """What is known of a person who enters the register; `household` is a key within the list."""

    name: str
    area: str = ""
    document: str = "none"
    identity: str = ""
    telephone: str = ""
    sex: str = ""
    born: date | None = None
    ethnicity: str = ""
    nationality: str = ""
    education: str = ""
    marital: str = ""
    residence: str = "registered"
    registered_at: str = ""
    work_place: str = ""
    household: str = ""
    relation: str = HEAD
    dwelling: Place | None = None
    occupancy: str = "own"
    expires_on: date | None = None
    account: str = ""


CODED = ("sex", "ethnicity", "education", "marital", "residence")


def faults(new: Newcomer, on: date) -> list[Refusal]:
    """Everything that speaks against one newcomer, in reading order."""
    asked = [
        rules.name_fits(new.name),
        rules.number_fault(new.document, new.identity, on),
        rules.telephone_shape(new.telephone),
        *(rules.code_fits(key, getattr(new, key), key) for key in CODED),
        rules.code_fits("relation", new.relation, "relation"),
        rules.code_fits("occupancy", new.occupancy, "occupancy"),
        rules.day_fits(new.born, on, "born"),
        rules.expiry_fits(new.residence, new.expires_on, on),
        rules.may_live(new.dwelling.kind) if new.dwelling else None,
        None if new.area or new.dwelling else Refusal("area_missing", {"field": "area"}),
    ]
    return [refusal for refusal in asked if refusal is not None]


def completed(new: Newcomer) -> Newcomer:
    """In one way of writing; birthday and sex filled from the number where they are missing."""
    number = rules.normal_number(new.document, new.identity)
    said = rules.said_by(new.document, number)
    return new._replace(
        name=new.name.strip(),
        area=new.dwelling.area if new.dwelling else new.area,
        identity=number,
        telephone=new.telephone.strip(),
        born=new.born or (said.born if said else None),
        sex=new.sex or (("male" if said.male else "female") if said else ""),
    )


@action("registry.register")
def register(
    *,
    actor: Actor,
    newcomer: Newcomer,
    area: str,
    at: datetime,
    source: str = "visit",
    despite: str = "",
) -> Person:
    """Enter one person, alone: households are founded or joined by `found`, `move_in`.

    A number that is known already is refused; `despite` says why it is entered all the same (two people do share one, rarely).
    """
    new = completed(newcomer._replace(area=area))
    insist(*faults(new, today(at)))
    if not despite.strip():
        insist(known_already(actor, new.document, new.identity))
    made = person_of(new, batch_for(actor, source, area, at), at)
    made.save(force_insert=True)
    publish(PersonRegistered(person=made.pk, at=at), area=made.area, holders=made.holders)
    return made


class Found(NamedTuple):
    """Who has a number: nobody (""), somebody in sight ("here"), somebody of another grid ("elsewhere", no more is told)."""

    where: str
    person: Person | None = None


@action("registry.find_number")
def find_number(*, actor: Actor, area: str, document: str, identity: str, at: datetime) -> Found:
    """Ask before somebody is entered whether the number stands in the register: a look that leaves its line."""
    number = rules.normal_number(document, identity)
    insist(rules.number_fault(document, number, today(at)))
    seen("arrival")
    if not number:
        return Found("")
    with behind(SYSTEM):
        found = holder_of(document, number)
    if found is None:
        return Found("")
    return Found("here", found) if actor.scope.covers(found.area) else Found("elsewhere")


def known_already(actor: Actor, document: str, number: str) -> Refusal | None:
    """A person with this number stands in the register: in sight, or elsewhere (then they move in)."""
    if not number:
        return None
    with behind(SYSTEM):
        found = holder_of(document, number)
    if found is None:
        return None
    seen = actor.scope.covers(found.area)
    return Refusal("person_known" if seen else "person_elsewhere", {"field": "identity"})


def holder_of(document: str, number: str) -> Person | None:
    """The living record with this number, as far as the wall shows it."""
    return Person.objects.filter(
        identity_key=number, document=document, merged_into__isnull=True, valid_to__isnull=True
    ).first()


def person_of(new: Newcomer, batch: Batch | None, at: datetime) -> Person:
    """The row of a completed newcomer, not saved."""
    return Person(
        id=new_id(),
        area=new.area,
        holders=[new.account] if new.account else [],
        name=new.name,
        document=new.document,
        identity=new.identity or None,
        telephone=new.telephone or None,
        sex=new.sex,
        born=new.born,
        ethnicity=new.ethnicity,
        nationality=new.nationality,
        education=new.education,
        marital=new.marital,
        residence=new.residence,
        registered_at=new.registered_at or None,
        work_place=new.work_place or None,
        batch=batch,
        valid_from=at,
    )


class Registered(NamedTuple):
    """What `register_many` made, in the order of the list."""

    persons: list[Person]
    households: dict[str, Household]


@action("registry.register_many")
def register_many(
    *,
    actor: Actor,
    rows: Sequence[Newcomer],
    source: str,
    at: datetime,
    name: str = "",
    seen_at: datetime | None = None,
    checked: bool = False,
) -> Registered:
    """Enter a list in bulk: persons, and households with their doors for rows that name a household.

    All or nothing. `checked`: the caller has asked `faults` of each row. No fact is written: the batch says where all values are from.
    """
    done = [completed(row) for row in rows]
    area = commonprefix([row.area for row in done])  # noqa: RUF071 -- codes, not paths
    insist(None if serves(actor, "registry.register_many", area) else Refusal("not_allowed"))
    if not checked:
        for number, row in enumerate(done, 1):
            for refusal in faults(row, today(at)):
                raise Refused(Refusal(refusal.reason, {**refusal.facts, "row": number}))
    batch = batch_for(actor, source, area, at, name=name, seen_at=seen_at)
    persons = [person_of(row, batch, at) for row in done]
    add_many(persons)
    households = _housed(done, persons, batch, at)
    _linked(persons)
    publish(BatchRegistered(batch=batch.pk, persons=len(persons), at=at), area=area)
    return Registered(persons, households)


_LINK = """
UPDATE registry_resident r SET person_id = l.person
FROM unnest(%(accounts)s::uuid[], %(persons)s::uuid[]) AS l(account, person)
WHERE r.account_id = ANY(%(accounts)s::uuid[]) AND r.account_id = l.account AND r.person_id IS NULL
"""


def _linked(persons: Sequence[Person]) -> None:
    """Accounts named in the list are these persons."""
    links = [
        (holder.removeprefix("account:"), str(one.pk)) for one in persons for holder in one.holders
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LINK, {"accounts": [one for one, _ in links], "persons": [one for _, one in links]})  # fmt: skip


def _housed(
    rows: Sequence[Newcomer], persons: Sequence[Person], batch: Batch, at: datetime
) -> dict[str, Household]:
    houses: dict[str, Household] = {}
    members, doors = [], []
    for row, person in zip(rows, persons, strict=True):
        if not row.household:
            continue
        house = houses.get(row.household)
        if house is None:
            kind = "family" if row.occupancy == "own" else "shared"
            house = Household(
                id=new_id(), area=row.area, kind=kind, batch=batch, valid_from=at,
                holders=[row.account] if row.account else [],
            )  # fmt: skip
            houses[row.household] = house
            if row.dwelling is not None:
                doors.append(
                    Occupancy(area=row.area, holders=house.holders, household=house, dwelling=row.dwelling, kind=row.occupancy, valid_from=at)
                )  # fmt: skip
        members.append(
            Membership(
                area=row.area, holders=person.holders, household=house, person=person,
                relation=row.relation, expires_on=row.expires_on, valid_from=at,
            )
        )  # fmt: skip
    add_many([*houses.values()])
    add_many(members)
    add_many(doors)
    return houses


def serves(actor: Actor, capability: str, area: str) -> bool:
    """By a post there, or as the system: not by being somebody of a kind."""
    return actor.kind == "system" or any(grant.gives(capability, area) for grant in actor.grants)


@action("registry.link_account")
def link_account(*, actor: Actor, person: Person, resident: Resident, at: datetime) -> Person:
    """This account is this person: they see their own record from now on, and who looked at it."""
    held = Person.objects.hold(person.pk)
    insist(
        Refusal("already_linked") if Resident.objects.filter(person=held).exists() else None,
        Refusal("already_linked") if resident.person_id else None,
    )
    resident.person = held
    resident.save(update_fields=["person"])
    mine = [f"account:{resident.account_id}"]
    held.concern(mine)
    held.save(update_fields=["holders"])
    for part in (Membership, Tagging):
        for row in part.objects.filter(person=held):
            row.concern(mine)
            row.save(update_fields=["holders"])
    carry(mine, [held.pk])
    told = AccountLinked(person=held.pk, account=resident.account_id, at=at)
    publish(told, area=held.area, holders=mine)
    return held


@action("registry.end_person")
def end_person(*, actor: Actor, person: Person, ended: str, at: datetime) -> Person:
    """The record ends: the person died or left for good. Open memberships and tags end with it."""
    held = Person.objects.hold(person.pk)
    insist(rules.code_fits("end", ended, "ended"), rules.ends_after(held.valid_from, at))
    if held.valid_to is not None:
        raise Refused("ended_already")
    held.valid_to = at
    held.save(update_fields=["valid_to"])
    for row in Membership.objects.filter(person=held, valid_to__isnull=True):
        end_membership(row, ended, at)
    Tagging.objects.filter(person=held, valid_to__isnull=True).update(valid_to=at, ended=ended)
    return held
