"""Homes of one's own: somebody settles behind a door, a household parts, two become one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.registry import rules
from lifang.registry.actions.households import Member, follow, join, leave_all, mover_of
from lifang.registry.actions.knowing import batch_for
from lifang.registry.actions.moving import bring, call_again, end_membership
from lifang.registry.events import HouseholdFounded, MovedIn
from lifang.registry.models import Household, Membership, Occupancy, Person, Place
from lifang.registry.terms import HEAD


@action("registry.settle", beyond=True)
def settle(
    *,
    actor: Actor,
    dwelling: Place,
    at: datetime,
    person: Person | None = None,
    document: str = "citizen",
    identity: str = "",
    kind: str = "family",
    occupancy: str = "own",
    expires_on: date | None = None,
    source: str = "visit",
) -> Household:
    """Somebody comes to keep house for themselves behind a door of the actor's area; whoever comes from another grid leaves it."""
    if not actor.scope.covers(dwelling.area):
        raise Refused("not_found")
    mover = mover_of(actor, person, document, identity)
    house = _founded(actor, dwelling, kind, occupancy, source, at)
    leave_all(mover, house, at)
    bring(mover, house.area)
    join(house, Member(mover, HEAD, expires_on), at)
    call_again(mover, at)
    _told(house, [mover], at)
    return house


@action("registry.part")
def part(
    *,
    actor: Actor,
    household: Household,
    leaving: Sequence[Membership],
    dwelling: Place,
    at: datetime,
    kind: str = "family",
    occupancy: str = "own",
    relations: Mapping[UUID, str] | None = None,
    heir: Membership | None = None,
    source: str = "visit",
) -> Household:
    """Some members keep house for themselves from now on, behind this or another door; the first of them is the head there."""
    old = Household.objects.hold(household.pk)
    rows = [Membership.objects.hold(row.pk) for row in leaving]
    staying = Membership.objects.filter(household=old, valid_to__isnull=True).exclude(pk__in=[row.pk for row in rows])  # fmt: skip
    mine = all(row.household_id == old.pk and row.valid_to is None for row in rows)
    insist(
        None if old.valid_to is None else Refusal("ended_already"),
        None if rows else Refusal("household_empty", {"field": "leaving"}),
        None if mine else Refusal("not_a_member", {"field": "leaving"}),
        None if staying.exists() else Refusal("nobody_stays", {"field": "leaving"}),
    )
    for row in rows:
        end_membership(row, "parted", at)
    head = next((row for row in rows if row.relation == HEAD), None)
    if head is not None and heir is not None:
        follow(heir, head, at)
    house = _founded(actor, dwelling, kind, occupancy, source, at)
    for number, row in enumerate(rows):
        said = (relations or {}).get(row.pk, "other_kin")
        mover = Person.objects.hold(row.person_id)
        bring(mover, house.area)
        join(house, Member(mover, said if number else HEAD, row.expires_on), at)
        call_again(mover, at)
    _told(house, [row.person for row in rows], at)
    return house


def _founded(
    actor: Actor, dwelling: Place, kind: str, occupancy: str, source: str, at: datetime
) -> Household:
    insist(
        rules.may_live(dwelling.kind),
        rules.code_fits("household", kind, "kind"),
        rules.code_fits("occupancy", occupancy, "occupancy"),
    )
    made = Household(area=dwelling.area, kind=kind, valid_from=at)
    made.batch = batch_for(actor, source, dwelling.area, at)
    made.save(force_insert=True)
    Occupancy.objects.create(
        area=made.area, household=made, dwelling=dwelling, kind=occupancy, valid_from=at
    )
    return made


def _told(house: Household, movers: Sequence[Person], at: datetime) -> None:
    publish(HouseholdFounded(household=house.pk, at=at), area=house.area, holders=house.holders)
    for mover in movers:
        publish(MovedIn(person=mover.pk, household=house.pk, at=at), area=house.area, holders=mover.holders)  # fmt: skip
