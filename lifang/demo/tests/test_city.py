"""A city in bulk, small: what is made by statements is what the product would have made."""

import os
from datetime import UTC, datetime

import psycopg
import pytest

from lifang.cases import actions as cases
from lifang.cases.models import Case
from lifang.cases.terms import OPEN
from lifang.cases.tests.make import make_case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.flow.models import Todo
from lifang.demo import city, crowd
from lifang.orgs.models import Division
from lifang.registry import selectors
from lifang.registry.models import Membership, Person

AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
SIZE = city.Size(cases=400, grids=1200, deep=100, days=20)


@pytest.fixture
def made(real_db) -> str:
    """1,200 grids, 400 cases and 90 people."""
    url = os.environ["LIFANG_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO orgs_division (code, name, name_en, level, kind, valid_from)"
            " VALUES ('9901', '里坊市', 'Lifang', 4, '', '2020-01-01') ON CONFLICT DO NOTHING"
        )
    with behind(SYSTEM):
        make_case(at=AT)  # what the merged ones were merged into
    city.build(url, AT, SIZE, model="990102")
    crowd.add_people(url, AT, 30)
    crowd.add_people(url, AT, 90, already=30)
    return url


def test_cases_are_counted_and_wait_where_they_should(made):
    with behind(SYSTEM):
        assert Division.objects.filter(level=15, code__startswith=city.CITY).count() >= SIZE.grids
        assert Case.objects.count() == SIZE.cases + 1
        waiting = set(Todo.objects.filter(done_at=None).values_list("subject", flat=True))
        states = set(Case.objects.filter(pk__in=waiting).values_list("state", flat=True))
        assert set(OPEN) <= states | {"suspended"}
        assert not states & {"archived", "closed", "refused", "void", "merged"}
        cases.rebuild_rollups()
        assert cases.check_rollups().right


def test_everybody_is_found_by_each_of_five_questions(made):
    with behind(SYSTEM):
        assert Person.objects.count() == Membership.objects.count() == 90
        for n in (0, 44, 89):
            one = crowd.who(n)
            (found,) = selectors.find_persons(SYSTEM, one.identity)
            assert (clear(found, "name"), clear(found, "telephone")) == (one.name, one.telephone)
            assert found in selectors.find_persons(SYSTEM, one.telephone)
            assert found in selectors.find_persons(SYSTEM, one.name)
            door = selectors.memberships(SYSTEM, found).get().household.occupancies.get().dwelling
            assert door.area == found.area
            assert found in selectors.find_persons(SYSTEM, door.address)


def test_nobody_of_them_can_exist():
    assert {crowd.who(n).identity[:6] for n in range(500)} == {"990199"}
    assert len({crowd.who(n).identity for n in range(0, 9_000_000, 4999)}) == 1801
    assert len({crowd.who(n).telephone for n in (0, 8_999_999)}) == 2
