"""A grid changes hands: its ten things; how far visits have come, as numbers, a table and a map."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.models import GrantRow
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import make_county
from lifang.registry import actions, selectors
from lifang.registry.tests.make import make_building, make_household, make_person, number

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
THEN = NOW - timedelta(hours=6)


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        make_county()
        yield


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def peopled():
    """Two households, one visited; an old person with a plan that is late; a lodger whose registration ran out; somebody without a number."""
    old = make_person(name="欧秘密", identity=number("19300307"), telephone="10012345678")
    lodger = make_person(name="王五", residence="floating", identity=number(sequence=321))
    first = make_household(old, lodger)
    second = make_household(make_person(name="李四"))
    with behind(SYSTEM):
        row = selectors.members(SYSTEM, first).get(person=lodger)
        row.expires_on = NOW.date() - timedelta(days=3)
        row.save(update_fields=["expires_on"])
    actions.tag(
        actor=SYSTEM,
        person=old,
        tag="very_old",
        source="civil_affairs",
        at=NOW - timedelta(days=90),
    )
    actions.tag(actor=SYSTEM, person=lodger, tag="volunteer", consented=True, at=THEN)
    actions.visit(actor=SYSTEM, household=second, kind="household", outcome="met", at=THEN)
    return first, second


@pytest.mark.covers("S3-17", "S3-07", "W-G6")
def test_ten_things_are_counted_and_each_leads_to_its_list():
    peopled()
    worker = cast.grid_worker()
    found = selectors.profile(SYSTEM, places.GRID, NOW, NOW.date())
    assert found.people == {"registered": 2, "floating": 1, "": 3}
    assert (found.households, found.never, found.visited) == (2, 1, 1)
    assert (found.expired, found.expiring) == (1, 0)
    assert found.late == {"elder": 1, "": 1}
    assert found.groups == {"very_old": 1, "volunteer": 1}
    assert [one.tag for one in found.helpers] == ["volunteer"]
    assert (found.no_number, found.no_telephone) == (1, 2)
    page = worker.get("registry:grid", places.GRID)
    body = page.content.decode()
    assert len(re.findall(r'<li class="card">', body)) == 10
    assert "欧秘密" not in body
    for link in re.findall(r'<p class="lead num[^"]*"><a href="([^"]+)"', body):
        assert worker.client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_a_restricted_visit_is_counted_on_no_page():
    home = make_household()
    actions.plan_visits(
        actor=SYSTEM,
        household=home,
        kind="restricted",
        at=NOW - timedelta(days=90),
        due_on=(NOW - timedelta(days=20)).date(),
    )
    assert selectors.profile(SYSTEM, places.GRID, NOW, NOW.date()).late == {"": 0}
    worker = cast.grid_worker()
    for path in (f"/desk/registry/grids/{places.GRID}", "/desk/registry/coverage"):
        assert "restricted" not in worker.client.get(path).content.decode()
    everybody = worker.client.get("/desk/registry/coverage", {"kind": "restricted"}).context["view"]
    assert everybody.kind == "", "not a kind one may ask for"


@pytest.mark.covers("W-G6", "S3-17")
def test_a_successor_finds_the_page_on_the_first_day_and_the_former_keeper_finds_nothing():
    peopled()
    former = cast.grid_worker()
    assert former.get("registry:grid", places.GRID).status_code == 200
    GrantRow.objects.filter(account=former.account).update(valid_to=THEN)
    assert former.get("registry:grid", places.GRID).status_code in (403, 404)
    successor = cast.member("grid_worker", places.GRID)
    GrantRow.objects.filter(account=successor.account).update(valid_from=THEN)
    home = successor.client.get("/desk").content.decode()
    assert f"/desk/registry/grids/{places.GRID}" in home
    assert "您刚接手这个网格" in text_of(successor.get("registry:grid", places.GRID))
    GrantRow.objects.filter(account=successor.account).update(valid_from=NOW - timedelta(days=90))
    assert (
        f"/desk/registry/grids/{places.GRID}" not in successor.client.get("/desk").content.decode()
    )


@pytest.mark.covers("S1-07")
def test_coverage_is_the_share_of_households_met_in_the_period_by_kind_and_grid():
    _first, second = peopled()
    make_household(make_person(area=places.NEXT_GRID), area=places.NEXT_GRID)
    secretary = cast.community_secretary()
    since = NOW - timedelta(days=90)
    here = selectors.covered(SYSTEM, places.COMMUNITY, 15, since, NOW.date())
    one = next(row for row in here if row.area == places.GRID)
    assert (one.households, one.visited, one.never, one.overdue) == (2, 1, 1, 1)
    assert one.last == THEN
    (old,) = selectors.covered(SYSTEM, places.COMMUNITY, 15, since, NOW.date(), "elder")
    assert (old.households, old.visited, old.never, old.overdue, old.last) == (1, 0, 1, 1, None)
    assert selectors.covered(SYSTEM, places.COMMUNITY, 15, NOW, NOW.date())[0].visited == 0, (
        "before the period"
    )
    page = secretary.get("registry:coverage", query={"days": "90"})
    assert page.context["total"]["visited"] == 1
    assert page.context["share"] == pytest.approx(
        page.context["total"]["visited"] / page.context["total"]["households"]
    )
    assert second.area == places.GRID


@pytest.mark.covers("S1-07")
def test_the_map_colours_only_what_the_reader_may_see():
    peopled()
    shapes = cast.community_secretary().get("registry:coverage_shapes").json()["features"]
    told = {shape["id"]: shape["properties"] for shape in shapes}
    assert told[places.GRID]["value"] == 0.5
    assert told[places.GRID]["name"].endswith("1/2")
    stranger = (
        cast.stranger().client.get("/desk/registry/coverage/shapes", {"area": places.GRID}).json()
    )
    assert places.GRID not in {shape["id"] for shape in stranger["features"]}


def test_the_pages_cost_the_same_for_many():
    secretary, doors = cast.community_secretary(), iter(make_building(floors=20, doors=5)[3:])

    def more():
        person = make_person(name="丁一")
        home = make_household(person, door=next(doors))
        actions.tag(actor=SYSTEM, person=person, tag="volunteer", consented=True, at=THEN)
        actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", at=THEN)

    for path in (
        ("registry:grid", places.GRID),
        ("registry:coverage",),
        ("registry:coverage_shapes",),
    ):
        grows(more, lambda path=path: secretary.get(*path), many=8)
