"""What runs out in a grid is one to-do of it: opened, kept true and settled by the nightly job."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.flow.models import Todo
from lifang.core.jobs import JOBS
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions
from lifang.registry.models import Household, Membership, Reminder
from lifang.registry.tests.make import make_household, make_person, number

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()
NIGHT = JOBS["registry.jobs.remind"]


def tenant(ends_in_days: int, sequence: int, house: Household | None = None, area: str = places.GRID) -> Membership:  # fmt: skip
    """Somebody whose registration ends so many days after Monday."""
    person = make_person(area=area, identity=number(sequence=sequence))
    house = house or make_household(person, area=area)
    with behind(SYSTEM):
        one, _made = Membership.objects.get_or_create(
            household=house, person=person, defaults={"area": area, "relation": "other_kin", "valid_from": MONDAY}
        )  # fmt: skip
        one.expires_on = TODAY + timedelta(days=ends_in_days)
        one.save()
        one.household = house
    return one


def standing() -> list[tuple[str, int, int, int]]:
    with behind(SYSTEM):
        rows = Reminder.objects.filter(state="open").order_by("area")
        return [(one.area, one.over, one.soon, (one.first_on - TODAY).days) for one in rows]


def waits_for(member) -> int:
    with behind(member.actor):
        mine = Todo.objects.visible_to(member.actor).filter(flow__contains="reminder")
        return mine.filter(done_at__isnull=True).count()


@pytest.mark.covers("S3-06", "S3-08")
def test_a_night_tells_each_grid_once_keeps_the_counts_true_and_settles_what_is_done():
    worker, stranger = cast.grid_worker(), cast.grid_worker(places.FAR_GRID)
    over = tenant(-2, 201)
    soon = tenant(20, 202, over.household)
    tenant(31, 203, over.household)  # later than the policy's thirty days
    NIGHT.run(MONDAY)
    assert standing() == [(places.GRID, 1, 1, -2)]
    assert (waits_for(worker), waits_for(stranger)) == (1, 0)

    NIGHT.run(MONDAY)  # the same night again: at least once
    assert (standing(), waits_for(worker)) == ([(places.GRID, 1, 1, -2)], 1)

    with behind(SYSTEM):
        Membership.objects.filter(pk=over.pk).update(expires_on=TODAY + timedelta(days=200))
    NIGHT.run(MONDAY + timedelta(days=1))  # one was renewed, another came within thirty days
    assert standing() == [(places.GRID, 0, 2, 20)]

    with behind(SYSTEM):
        Membership.objects.filter(household=soon.household).update(expires_on=None)
    NIGHT.run(MONDAY + timedelta(days=2))
    assert (standing(), waits_for(worker)) == ([], 0)
    with behind(SYSTEM):
        assert Reminder.objects.get().state != "open"


def test_each_grid_is_told_its_own():
    tenant(3, 211)
    tenant(-1, 212, area=places.FAR_GRID)
    NIGHT.run(MONDAY)
    assert sorted(standing()) == sorted([(places.GRID, 0, 1, 3), (places.FAR_GRID, 1, 0, -1)])
    assert waits_for(cast.grid_worker(places.FAR_GRID)) == 1


def test_nobody_but_the_night_reminds():
    tenant(-2, 221)
    secretary = cast.community_secretary().actor
    with refused("not_allowed"):
        actions.remind(actor=secretary, at=MONDAY)
    assert standing() == []
