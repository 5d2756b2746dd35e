"""The page of a form asks the database only what its papers can be met by, and says the same as if it had asked everything."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES, MATERIALS
from lifang.affairs.rules import day_of
from lifang.affairs.selectors.needs import given
from lifang.affairs.terms import Met
from lifang.affairs.tests.make import MONDAY, known_person
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.registry import selectors as registry
from lifang.registry.tests.make import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-66", "S0-94")]
MOST = 11  # queries of one page, signed in


def as_if_all_was_asked(person, guide, on):
    """What is met by the register, told from everything that is known."""
    known = frozenset(key for key, one in given(SYSTEM, person, on).items() if one.value)
    return {one.key for one in guide.materials if MATERIALS[one.key].elements and known.issuperset(MATERIALS[one.key].elements)}  # fmt: skip


@pytest.mark.parametrize("bare", [False, True], ids=["known", "bare"])
def test_every_guide_needs_the_same_papers_as_if_all_was_asked(resident, bare):
    person = make_person(name="无") if bare else known_person(resident)
    on, met = day_of(MONDAY), 0
    with behind(SYSTEM):
        for guide in GUIDES.all():
            needs = selectors.needs(SYSTEM, person, guide, on)
            found = {one.needed.key for one in needs if one.met is Met.REGISTER}
            assert found == as_if_all_was_asked(person, guide, on), guide.key
            met += len(found)
    assert bool(met) is not bare


def test_the_page_of_a_form_costs_few_queries(resident):
    known_person(resident)
    draft = actions.begin(actor=resident.actor, guide=GUIDES["job-seeking"], at=MONDAY)
    assert resident.get("affairs:apply_step", draft.pk, "all").status_code == 200
    with CaptureQueriesContext(connection) as asked:
        page = resident.get("affairs:apply_step", draft.pk, "all")
    assert page.status_code == 200
    assert len(asked) <= MOST, [one["sql"][:120] for one in asked.captured_queries]


def test_the_home_is_the_first_household_with_a_door(resident):
    person = known_person(resident)
    with behind(SYSTEM):
        household, door = registry.home_of(SYSTEM, person)
        assert household is not None
        assert door is not None
        assert registry.home_of(SYSTEM, make_person(name="无家")) == (None, None)
