"""Whoever is listed sees the row, whoever is not does not: asked of the query and of the wall, whatever grants there are."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.access.models import GrantRow
from lifang.core.access.sights import Place, sights
from lifang.core.access.tests.make import make_row
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.testing import cast

AT = cast.MONDAY
DAY = timedelta(days=1)
UNITS = ["unit:00000000-0000-7000-8000-00000000000a", "unit:00000000-0000-7000-8000-00000000000b"]
AREAS = ["", "9", "99", "991", "9910", "992", "1"]
GRANTS = st.lists(
    st.tuples(
        st.integers(0, 4),  # whose
        st.sampled_from(["grid_worker", "department_handler", "county_leader"]),
        st.sampled_from(AREAS),
        st.sampled_from(["area", "unit"]),
        st.sampled_from(["", *UNITS]),
        st.sampled_from([(-2, None), (-2, 2), (-2, -1), (1, None), (-1, 0), (0, 1)]),
    ),
    max_size=8,
)


@pytest.fixture
def people(db):
    """Five accounts: one locked, one closed."""
    made = [cast.account(name=f"p{number}") for number in range(5)]
    made[3].locked_at = AT - DAY
    made[4].closed_at = AT - DAY
    for one in made[3:]:
        one.save()
    return made


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wanted=GRANTS,
    area=st.sampled_from(["99", "991", "9910", "9911", "992", "19"]),
    held=st.sets(st.integers(0, 4), max_size=2),
    units=st.sets(st.sampled_from(UNITS)),
)
def test_the_listed_are_exactly_those_who_see_it(people, wanted, area, held, units):
    GrantRow.objects.all().delete()
    for who, post, where, sees, holder, (start, end) in wanted:
        GrantRow.objects.create(
            account=people[who], post=post, area=where, sees=sees, holder=holder, valid_from=AT + start * DAY,
            valid_to=None if end is None else AT + end * DAY,
        )  # fmt: skip
    holders = sorted({*units, *(f"account:{people[n].pk}" for n in held)})
    with behind(SYSTEM):
        row = make_row(area, *holders)
        found = sights(Place(row.area, row.holders), AT)
    assert all(one.whys for one in found)
    listed = {one.actor.id for one in found}
    assert len(listed) == len(found)
    for account in people:
        actor = actor_of(account.pk, AT)
        with behind(SYSTEM):
            by_query = Message.objects.visible_to(actor).filter(pk=row.pk).exists()
        with behind(actor):
            by_wall = Message.objects.filter(pk=row.pk).exists()
        assert by_query == by_wall == (account.pk in listed)
    with behind(SYSTEM):
        row.delete()


def test_each_reason_alone_would_show_the_row(people):
    one = people[0]
    cast.give(one, "grid_worker", "991")
    cast.give(one, "department_handler", "99", sees="unit", unit=UNITS[0][5:])
    cast.give(one, "grid_worker", "992")
    place = Place("9910", [UNITS[0], f"account:{one.pk}"])
    (found,) = sights(place, AT)
    assert [why.how for why in found.whys] == ["area", "unit", "self"]
    assert [why.grant and why.grant.post for why in found.whys] == ["grid_worker", "department_handler", None]  # fmt: skip


def test_acts_are_those_of_the_posts_that_cover_the_place(people):
    cast.give(people[0], "grid_worker", "9")
    cast.give(people[0], "county_dispatcher", "8")
    (found,) = sights(Place("99", []), AT)
    acts = found.acts(("access.", "cases."), "99")
    assert "cases.verify" in acts
    assert "cases.arbitrate" not in acts
