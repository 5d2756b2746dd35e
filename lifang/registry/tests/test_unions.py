"""Two households that became one by mistake are two again, as they were; what happened meanwhile stays."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, hostile
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions, selectors
from lifang.registry.actions.merging import raw
from lifang.registry.events import UnionUndone
from lifang.registry.models import Membership, Union, VisitPlan
from lifang.registry.tests.make import make_building, make_household, make_person

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=1)
THEN = LATER + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


@pytest.fixture
def united():
    """One household of two and one of three behind the next door; the second has an old member whose visits are planned."""
    doors = make_building()[3:]
    first = make_household(make_person(name="甲一"), make_person(name="甲二"), door=doors[0])
    old = make_person(name="乙一")
    second = make_household(old, make_person(name="乙二"), make_person(name="乙三"), door=doors[1])
    actions.tag(actor=SYSTEM, person=old, tag="very_old", source="visit", at=MONDAY)
    actions.plan_visits(actor=SYSTEM, household=second, kind="household", at=MONDAY, due_on=MONDAY.date())  # fmt: skip
    before = rows(first, second)
    actions.unite(actor=cast.community_secretary().actor, household=first, other=second, at=LATER)
    return first, second, before, Union.objects.get()


def rows(*homes):
    found = [*homes, *Membership.objects.filter(household__in=homes), *VisitPlan.objects.filter(household__in=homes)]  # fmt: skip
    return {(row._meta.db_table, str(row.pk)): raw(row) for home in homes for row in found}


def undo(union, at=THEN):
    return actions.undo_union(actor=SYSTEM, union=union, at=at)


@pytest.mark.covers("S1-06")
def test_both_households_stand_as_they_did(united):
    first, second, before, union = united
    assert selectors.members(SYSTEM, first).count() == 5
    undo(union)
    after = rows(first, second)
    assert {key: after[key] for key in before} == before
    made = [key for key in after if key not in before]
    assert made
    assert all(after[key]["valid_to"] is not None for key in made)
    assert [selectors.members(SYSTEM, one).count() for one in (first, second)] == [2, 3]
    assert published()[-1] == UnionUndone(kept=first.pk, ended=second.pk, at=THEN)
    with refused("union_undone_already"):
        undo(union)


def test_what_happened_since_stays(united):
    first, _second, _before, union = united
    seen = LATER + timedelta(hours=1)
    actions.visit(actor=cast.grid_worker().actor, household=first, kind="household", outcome="met", at=seen)  # fmt: skip
    undo(union)
    first.refresh_from_db()
    assert first.visited_at == seen


def test_after_a_move_it_cannot_be_undone_as_it_was(united):
    first, _second, _before, union = united
    joined = Membership.objects.filter(household=first, valid_from=LATER).first()
    actions.move_out(actor=SYSTEM, membership=joined, at=LATER + timedelta(hours=1))
    with refused("united_since"):
        undo(union)


def test_a_union_over_two_grids_says_that_it_cannot_be_undone():
    near, far = make_household(), make_household(make_person("990101001001002", "远人"), area="990101001001002")  # fmt: skip
    actions.unite(actor=SYSTEM, household=near, other=far, at=LATER)
    with refused("union_elsewhere"):
        undo(Union.objects.get())


def test_the_page_asks_first_and_only_who_may_finds_it(united):
    first, second, _before, union = united
    secretary, worker = cast.community_secretary(), cast.grid_worker()
    path = f"/desk/registry/unions/{union.pk}/undoing"
    assert path in secretary.get("registry:household", first.pk).content.decode()
    assert path not in worker.get("registry:household", first.pk).content.decode()
    assert worker.post("registry:union_undoing", union.pk).status_code == 403
    assert cast.stranger().post("registry:union_undoing", union.pk).status_code == 404 or not Union.objects.get().undone_at  # fmt: skip
    page = secretary.get("registry:union_undoing", union.pk)
    assert "撤销并户" in page.content.decode()
    assert secretary.post("registry:union_undoing", union.pk).status_code == 302
    assert selectors.members(SYSTEM, second).count() == 3
    assert path not in secretary.get("registry:household", first.pk).content.decode()
    assert secretary.post("registry:union_undoing", union.pk).status_code == 409
    for text in (one.text for one in hostile.sample(20, "unions")):
        answer = secretary.client.post("/desk/registry/unions/" + text.replace("/", "") + "/undoing")  # fmt: skip
        assert answer.status_code in (400, 404)
