"""Households: founded, joined, moved in and out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.registry import rules
from lifang.registry.actions.knowing import batch_for, today
from lifang.registry.actions.moving import bring, call_again, end_membership
from lifang.registry.actions.people import holder_of
from lifang.registry.events import HouseholdFounded, MovedIn, MovedOut
from lifang.registry.models import Household, Membership, Occupancy, Person, Place
from lifang.registry.terms import HEAD


class Member(NamedTuple):
    """A person and what they are to the head."""

    person: Person
    relation: str = HEAD
    expires_on: date | None = None


@action("registry.found_household")
def found_household(
    *,
    actor: Actor,
    dwelling: Place,
    members: Sequence[Member],
    at: datetime,
    kind: str = "family",
    occupancy: str = "own",
    source: str = "visit",
) -> Household:
    """A household behind a door, with its first members."""
    insist(
        rules.may_live(dwelling.kind),
        rules.code_fits("household", kind, "kind"),
        rules.code_fits("occupancy", occupancy, "occupancy"),
        None if members else Refusal("household_empty", {"field": "members"}),
    )
    made = Household(area=dwelling.area, kind=kind, valid_from=at)
    made.batch = batch_for(actor, source, dwelling.area, at)
    made.save(force_insert=True)
    Occupancy.objects.create(
        area=made.area, household=made, dwelling=dwelling, kind=occupancy, valid_from=at
    )
    for member in members:
        join(made, member, at)
    publish(HouseholdFounded(household=made.pk, at=at), area=made.area, holders=made.holders)
    return made


@action("registry.move_in", beyond=True)
def move_in(
    *,
    actor: Actor,
    household: Household,
    at: datetime,
    person: Person | None = None,
    document: str = "citizen",
    identity: str = "",
    relation: str = "other_kin",
    expires_on: date | None = None,
) -> Membership:
    """A person joins a household of the actor's area: one in sight, or one known elsewhere by the number of the document.

    Who comes from another grid leaves it: the record moves along, the old household keeps its history.
    """
    if not actor.scope.covers(household.area):
        raise Refused("not_found")
    house = Household.objects.hold(household.pk)
    insist(None if house.valid_to is None else Refusal("ended_already"))
    mover = mover_of(actor, person, document, identity)
    leave_all(mover, house, at)
    bring(mover, house.area)
    made = join(house, Member(mover, relation, expires_on), at)
    call_again(mover, at)
    publish(
        MovedIn(person=mover.pk, household=house.pk, at=at), area=house.area, holders=mover.holders
    )
    return made


def mover_of(actor: Actor, person: Person | None, document: str, identity: str) -> Person:
    """Part of a move: somebody in sight, or whoever has this number wherever they are registered."""
    if person is not None:
        if not actor.scope.covers(person.area):
            raise Refused("not_found")
        return Person.objects.hold(person.pk)
    found = holder_of(document, rules.normal_number(document, identity)) if identity else None
    if found is None:
        raise Refused(Refusal("nobody_with_number", {"field": "identity"}))
    return Person.objects.hold(found.pk)


def leave_all(mover: Person, house: Household, at: datetime) -> None:
    """Part of a move: nobody keeps house twice."""
    for row in Membership.objects.filter(person=mover, valid_to__isnull=True):
        insist(Refusal("member_already") if row.household_id == house.pk else None)
        end_membership(row, "moved_in", at)


def join(house: Household, member: Member, at: datetime) -> Membership:
    """Part of a move: one more member, on the terms of the household."""
    open_ = Membership.objects.filter(household=house, valid_to__isnull=True)
    insist(
        rules.code_fits("relation", member.relation, "relation"),
        rules.may_join(member.relation, open_.filter(relation=HEAD).exists()),
        rules.expiry_fits(member.person.residence, member.expires_on, today(at)),
        Refusal("member_already") if open_.filter(person=member.person).exists() else None,
    )
    house.concern(member.person.holders)
    house.save(update_fields=["holders"])
    return Membership.objects.create(
        area=house.area,
        holders=member.person.holders,
        household=house,
        person=member.person,
        relation=member.relation,
        expires_on=member.expires_on,
        valid_from=at,
    )


@action("registry.move_out")
def move_out(
    *,
    actor: Actor,
    membership: Membership,
    at: datetime,
    ended: str = "moved_out",
    heir: Membership | None = None,
) -> Membership:
    """A person leaves the household; `heir` is its head from then on. The last one closes it: its door is free, its visit plans end."""
    held = Membership.objects.hold(membership.pk)
    if held.valid_to is not None:
        raise Refused("ended_already")
    insist(rules.code_fits("end", ended, "ended"), rules.ends_after(held.valid_from, at))
    end_membership(held, ended, at)
    if heir is not None:
        follow(heir, held, at)
    publish(
        MovedOut(person=held.person_id, household=held.household_id, at=at),
        area=held.area,
        holders=held.holders,
    )
    return held


def follow(heir: Membership, gone: Membership, at: datetime) -> None:
    """Part of a head's leaving: another member is the head."""
    held = Membership.objects.hold(heir.pk)
    same = held.household_id == gone.household_id and held.valid_to is None
    insist(None if same and gone.relation == HEAD else Refusal("not_a_member", {"field": "heir"}))
    _again(held, HEAD, at)


@action("registry.name_head")
def name_head(
    *, actor: Actor, membership: Membership, at: datetime, former: str = "other_kin"
) -> Membership:
    """Another member is the head from now on; both relations are dated anew."""
    held = Membership.objects.hold(membership.pk)
    insist(
        None if held.valid_to is None else Refusal("ended_already"),
        rules.code_fits("relation", former, "former"),
        Refusal("head_already", {"field": "relation"}) if held.relation == HEAD else None,
        Refusal("head_already", {"field": "former"}) if former == HEAD else None,
    )
    head = Membership.objects.filter(
        household=held.household_id, relation=HEAD, valid_to__isnull=True
    ).first()
    if head is not None:
        _again(head, former, at)
    return _again(held, HEAD, at)


def _again(row: Membership, relation: str, at: datetime) -> Membership:
    row.valid_to = at
    row.save(update_fields=["valid_to"])
    return Membership.objects.create(
        area=row.area, holders=row.holders, household_id=row.household_id, person_id=row.person_id,
        relation=relation, expires_on=row.expires_on, valid_from=at,
    )  # fmt: skip


@action("registry.renew_registration")
def renew_registration(
    *, actor: Actor, membership: Membership, expires_on: date, at: datetime
) -> Membership:
    """A temporary resident stays longer."""
    held = Membership.objects.hold(membership.pk)
    insist(
        None if held.valid_to is None else Refusal("ended_already"),
        rules.expiry_fits(held.person.residence, expires_on, today(at)),
    )
    held.expires_on = expires_on
    held.save(update_fields=["expires_on"])
    return held
