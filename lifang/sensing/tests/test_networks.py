"""Networks: coverage is counted building by building from statements and measurements; the newest of an operator holds; gaps are listed."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import FAR_GRID
from lifang.core.testing.proofs import grows, refused
from lifang.orgs import selectors as orgs
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import GRID, make_building
from lifang.sensing import actions, selectors
from lifang.sensing.models import NetworkCheck
from lifang.sensing.rules.networks import Found, rates

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AREA = GRID[:12]


@pytest.fixture
def houses():
    make_county()
    make_building(floors=2)
    make_building(floors=1)
    return selectors.network_homes(SYSTEM, AREA)


def noted(actor=SYSTEM, at=MONDAY, **more):
    given = {"area": AREA, "kind": "fibre", "operator": "联通", "evidence": "联通函〔2026〕3 号", "found_on": MONDAY.date(), "batch": new_id(), "covered": None if "measured" in more else True}  # fmt: skip
    return actions.note_network(actor=actor, at=at, **(given | more))


def held():
    with behind(SYSTEM):
        return selectors.network_rates(SYSTEM, AREA)[AREA]


@pytest.mark.covers("S2-10")
def test_the_rate_is_homes_of_covered_buildings_of_all_homes_and_the_newest_finding_holds(houses, grid_worker, community_secretary, stranger, anonymous):  # fmt: skip
    big, small = sorted(houses, key=lambda one: -one.doors)
    assert noted(buildings=[big], measured=940.0) == 1
    assert noted(buildings=[small], covered=False) == 1
    (fibre, mobile, tv) = held()
    whole = big.doors + small.doors
    assert (fibre.homes, fibre.covered, fibre.unknown) == (whole, big.doors, 0)
    assert (mobile.covered, mobile.unknown, tv.share) == (0, whole, 0)
    noted(buildings=[big], measured=120.0, found_on=MONDAY.date() - DAY)
    assert held()[0].covered == big.doors, "older: it does not hold"  # fmt: skip
    noted(buildings=[big], measured=120.0, at=MONDAY + DAY)
    assert held()[0].covered == 0, "too slow now"
    noted(buildings=[big], operator="移动")
    assert held()[0].covered == big.doors, "another operator"
    page = community_secretary.get("sensing:network", AREA).content.decode()
    assert all(word in page for word in ("联通函〔2026〕3 号", "120", "移动"))
    assert "联通" in anonymous.get("sensing:public_networks", AREA).content.decode()
    assert "千兆光纤" in anonymous.client.get(f"/areas/{AREA}").content.decode()
    assert stranger.get("sensing:network", AREA).status_code == 404
    listed = grid_worker.get("api:sensing_network_coverage", query={"area": GRID})
    assert listed.status_code == 200
    told = community_secretary.get("api:sensing_network_coverage", query={"area": AREA}).json()
    assert next((one["kind"], one["covered"], one["homes"]) for one in told) == ("fibre", big.doors, whole)  # fmt: skip
    assert community_secretary.get("api:sensing_network_coverage", query={"area": FAR_GRID[:12]}).status_code == 404  # fmt: skip
    assert anonymous.get("api:sensing_network_coverage", query={"area": AREA}).status_code in (401, 403)  # fmt: skip


@pytest.mark.covers("S2-10")
def test_it_is_noted_by_a_form_once_and_hostile_words_stay_words(houses, community_secretary, property_handler):  # fmt: skip
    today = timezone.localdate()
    given = {"kind": "mobile_5g", "operator": "电信", "covered": "measured", "measured": "-98.5", "found_on": f"{today}", "evidence": "手机路测，3 层楼道", "everywhere": "on", "token": str(new_id())}  # fmt: skip
    for _twice in range(2):
        assert community_secretary.post("sensing:network_new", AREA, data=given).status_code == 302
    with behind(SYSTEM):
        assert NetworkCheck.objects.filter(covered=True).count() == len(houses)
    for one in hostile.sample(10, "networks"):
        answer = community_secretary.post("sensing:network_new", AREA, data={**given, "token": str(new_id()), "operator": one.text[:60], "evidence": one.text[:200]})  # fmt: skip
        assert answer.status_code in (200, 302, 400)
    page = community_secretary.get("sensing:network", AREA).content.decode()
    assert "<script>alert" not in page
    for wrong in ({"measured": ""}, {"measured": "nan"}, {"covered": "x"}, {"buildings": [str(new_id())]}, {"found_on": "2099-01-01"}):  # fmt: skip
        assert community_secretary.post("sensing:network_new", AREA, data={**given, "token": str(new_id()), **wrong}).status_code == 200, wrong  # fmt: skip
    assert property_handler.get("sensing:network_new", AREA).status_code == 403
    assert community_secretary.get("sensing:network_new", FAR_GRID[:12]).status_code == 403


@pytest.mark.parametrize(("more", "reason"), [({"kind": "x"}, "network_kind"), ({"operator": " "}, "network_operator"), ({"evidence": ""}, "network_evidence"), ({"covered": None}, "network_value"), ({"measured": float("inf")}, "network_value"), ({"found_on": (MONDAY + 2 * DAY).date()}, "network_day"), ({"found_on": (MONDAY - 1200 * DAY).date()}, "network_day"), ({"buildings": []}, "network_buildings"), ({"area": FAR_GRID[:12]}, "network_place")])  # fmt: skip
def test_what_is_no_finding(houses, more, reason):
    with refused(reason):
        noted(**({"buildings": houses} | more))


def test_nobody_home_is_no_rate_and_foreign_findings_count_nothing(houses):
    one = houses[0]
    assert all(rate.share is None for rate in rates({}, []))
    assert rates({one.pk: 4}, [Found(new_id(), "fibre", "x", True)])[0].covered == 0


def test_pages_cost_the_same_for_more_findings(houses, community_secretary):
    noted(buildings=houses)
    numbers = count()

    def again() -> None:
        noted(buildings=houses, operator=f"甲{next(numbers)}")

    for name in ("sensing:network", "sensing:public_networks"):
        grows(again, lambda name=name: community_secretary.get(name, AREA), many=5)
    grows(again, lambda: community_secretary.get("sensing:networks"), many=5)


def test_buildings_of_one_name_are_told_apart_by_their_grid(community_secretary):
    county = make_county()
    other = next(one.code for one in county.grids if one.code[:12] == AREA and one.code != GRID)
    for grid in (GRID, GRID, other):
        make_building(grid, floors=1)
    one, two = orgs.place_name(GRID, 1), orgs.place_name(other, 1)
    page = community_secretary.get("sensing:network_new", AREA)
    [(estate, told)] = page.context["estates"]
    names = {f"1号楼 · {one} · 1", f"1号楼 · {one} · 2", f"1号楼 · {two}"}
    assert (estate, {one.name for one in told}) == ("和平小区", names)
    listed = community_secretary.get("sensing:network", AREA).context["rows"]
    assert {row["name"] for row in listed} == {f"和平小区 {name}" for name in names}
