import pytest
from django.utils import translation

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of
from lifang.orgs import actions, selectors
from lifang.orgs.models import Division
from lifang.orgs.selectors import names
from lifang.orgs.terms import Role
from lifang.orgs.tests.make import (
    COUNTY,
    MONDAY,
    SOUTH,
    STEP,
    WEST,
    make_account,
    make_county,
    make_division,
    make_posting,
    make_unit,
)

pytestmark = pytest.mark.django_db

GRID = f"{COUNTY}001001002"


@pytest.mark.covers("S0-16")
def test_a_point_lies_in_its_grid_and_nowhere_outside_the_county():
    county = make_county()
    for grid in county.grids:
        assert selectors.locate(*county.inside(grid.code)) == grid.code
    assert selectors.locate(WEST - 0.01, SOUTH) is None
    assert selectors.locate(float("nan"), SOUTH) is None


def test_a_point_in_no_grid_lies_in_its_community():
    county = make_county()
    grid = county.grids[1]
    point = county.inside(grid.code)
    actions.draw(actor=SYSTEM, division=grid, outline=None, at=MONDAY)
    assert selectors.locate(*point) == grid.parent_id


def test_a_point_just_outside_belongs_to_the_nearest_when_asked_so():
    make_county()
    beside = WEST - 0.0001  # ten metres
    assert selectors.locate(beside, SOUTH + STEP / 2) is None
    assert selectors.locate(beside, SOUTH + STEP / 2, within=30) == f"{COUNTY}001001001"


def test_many_points_are_located_as_one_by_one():
    county = make_county()
    points = [county.inside(grid.code) for grid in county.grids] + [(0.0, 0.0)]
    lons, lats = zip(*points, strict=True)
    assert selectors.locate_many(lons, lats) == [selectors.locate(*point) for point in points]


def test_an_edit_is_seen_by_the_next_question():
    county = make_county()
    grid = county.grids[0]
    point = county.inside(grid.code)
    assert selectors.locate(*point) == grid.code
    before = selectors.revision()
    actions.draw(actor=SYSTEM, division=grid, outline=None, at=MONDAY)
    assert selectors.locate(*point) == grid.parent_id
    assert selectors.revision() != before


def test_a_place_is_named_from_the_street_down():
    make_county()
    assert selectors.place_name(GRID) == "大街街道 和平社区 第2网格"
    assert selectors.place_name(GRID, 1) == "第2网格"
    assert selectors.place_name(f"{COUNTY}001") == "试验市 试验县 大街街道"
    assert selectors.place_name("880000000000") == ""
    with translation.override("en"):
        assert selectors.place_name(GRID) == "Grid 2, 和平社区, 大街街道"


def test_naming_thirty_places_reads_the_county_once(monkeypatch):
    county = make_county()
    asked = []
    honest = names._aside
    monkeypatch.setattr(names, "_aside", lambda *sql: asked.append(sql[0]) or honest(*sql))
    selectors.forget()
    selectors.names_of([grid.code for grid in county.grids])
    [selectors.place_name(grid.code) for grid in county.grids]
    assert len(asked) == 2  # the revision, the names


def test_divisions_are_asked_without_their_shapes(django_assert_num_queries):
    county = make_county()
    with django_assert_num_queries(1):
        rows = list(selectors.divisions(SYSTEM, within=county.streets[0].code, level=15))
        assert [row.code for row in rows] == [g.code for g in county.grids[:4]]
        assert all("polygon" in row.get_deferred_fields() for row in rows)
    assert [row.code for row in selectors.children(SYSTEM, COUNTY)] == [
        street.code for street in county.streets
    ]


def test_an_unknown_division_is_not_found():
    with pytest.raises(Refused) as refused:
        selectors.division(SYSTEM, "990199")
    assert refused.value.refusal.reason == "not_found"


def test_shapes_are_those_of_the_level_inside_the_area():
    county = make_county()
    found = selectors.shapes(SYSTEM, county.communities[0].code, 15)
    assert [f["properties"]["code"] for f in found["features"]] == [
        g.code for g in county.grids[:2]
    ]
    assert {f["geometry"]["type"] for f in found["features"]} == {"Polygon"}


def test_the_parts_of_a_community_cover_it_until_one_is_taken_away():
    county = make_county()
    community = county.communities[0].code
    assert selectors.fit_of(SYSTEM, community).gaps == ()
    actions.draw(actor=SYSTEM, division=county.grids[0], outline=None, at=MONDAY)
    fit = selectors.fit_of(SYSTEM, community)
    assert fit.overlaps == fit.outside == ()
    assert round(sum(gap.square_metres for gap in fit.gaps)) == round(
        Division.objects.get(pk=county.grids[1].code).square_metres
    )


def test_areas_of_one_name_are_told_apart_by_what_they_lie_in(county_dispatcher):
    make_county()
    asked = ["001001", "002001", "001001001", "001001002", "002001001"]
    told = selectors.parts_of(county_dispatcher.actor, [f"{COUNTY}{one}" for one in asked])
    assert list(told.values()) == [
        "大街街道", "小街街道", "大街街道 和平社区", "小街街道 和平社区",
        "大街街道 和平社区 第1网格", "第2网格", "小街街道 和平社区 第1网格",
    ]  # fmt: skip
    twin = make_division(f"{COUNTY}003", "大街街道").code
    again = selectors.parts_of(county_dispatcher.actor)
    assert again[twin] == f"试验市 试验县 大街街道 ({twin})"


# the duties matrix


@pytest.mark.covers("S2-14")
def test_the_nearest_unit_of_the_right_kind_leads_and_says_why():
    make_county()
    make_unit(COUNTY, name="县执法局")
    ours = make_unit(f"{COUNTY}001", name="大街执法队")
    make_unit(f"{COUNTY}002", name="小街执法队")
    lead, *_ = selectors.answerers("09005", GRID)
    assert (lead.unit, lead.role) == (ours, Role.LEAD)
    assert "大街街道" in lead.reason.zh
    assert selectors.answerers("09005", f"{COUNTY}002001001")[0].unit.name_zh == "小街执法队"


def test_the_longest_line_decides_and_its_major_takes_the_rest():
    make_county()
    municipal = make_unit(COUNTY, "municipal_works", "市政处")
    supply = make_unit(COUNTY, "water_supply", "自来水公司")
    assert selectors.answerers("01001", GRID)[0].unit == supply
    assert selectors.answerers("01016", GRID)[0].unit == municipal


def test_where_the_right_unit_is_missing_the_local_office_leads_and_the_reason_says_so():
    make_county()
    make_unit(COUNTY, "county_command", "县中心")
    office = make_unit(f"{COUNTY}001", "street_office", "大街街道办")
    answer = selectors.answerers("01001", GRID)[0]
    assert answer.unit == office
    assert "供水单位" in answer.reason.zh
    assert "Water supply" in answer.reason.en


def test_a_countys_own_word_goes_before_the_default_and_a_streets_before_the_countys():
    make_county()
    make_unit(COUNTY, "water_supply", "自来水公司")
    county_own, street_own = make_unit(COUNTY, name="县队"), make_unit(f"{COUNTY}001", name="街队")
    for unit, area in ((county_own, COUNTY), (street_own, f"{COUNTY}001")):
        actions.set_duty(actor=SYSTEM, matter="01001", area=area, unit=unit, at=MONDAY)
    assert selectors.answerers("01001", GRID)[0].unit == street_own
    assert selectors.answerers("01001", f"{COUNTY}002001001")[0].unit == county_own


def test_an_exact_word_of_the_county_goes_before_a_streets_word_on_the_major():
    make_county()
    exact, major = make_unit(COUNTY, name="县队"), make_unit(f"{COUNTY}001", name="街队")
    actions.set_duty(actor=SYSTEM, matter="01001", area=COUNTY, unit=exact, at=MONDAY)
    actions.set_duty(actor=SYSTEM, matter="01", area=f"{COUNTY}001", unit=major, at=MONDAY)
    assert selectors.answerers("01001", GRID)[0].unit == exact
    assert selectors.answerers("01002", GRID)[0].unit == major


def test_assistants_follow_the_lead_and_nobody_is_named_twice():
    make_county()
    water = make_unit(COUNTY, "water_supply", "自来水公司")
    gas = make_unit(COUNTY, "gas", "燃气公司")
    actions.set_duty(actor=SYSTEM, matter="10981", area=COUNTY, unit=water, at=MONDAY)
    found = selectors.answerers("10981", GRID)
    assert [(a.unit, a.role) for a in found] == [(water, Role.LEAD), (gas, Role.ASSIST)]


def test_a_closed_unit_answers_for_nothing():
    make_county()
    unit = make_unit(COUNTY, "water_supply", "自来水公司")
    actions.close_unit(actor=SYSTEM, unit=unit, at=MONDAY)
    assert selectors.answerers("01001", GRID) == []


def test_answering_costs_the_same_with_thirty_units(django_assert_num_queries):
    make_county()
    for i in range(30):
        make_unit(COUNTY, "water_supply", f"公司{i}")
    selectors.place_name(COUNTY)
    with django_assert_num_queries(2):
        selectors.answerers("01001", GRID)


# people


def test_workers_of_a_grid_are_those_of_this_grid_leaders_first():
    make_county()
    worker = make_posting("grid_worker", GRID).account
    leader = make_posting("grid_leader", GRID).account
    make_posting("grid_worker", f"{COUNTY}001001001")
    assert selectors.grid_workers(GRID) == [leader, worker]


def test_people_are_found_by_post_and_by_capability_up_to_the_end_of_their_posting():
    make_county()
    leader = make_posting("county_leader", COUNTY)
    make_posting("street_leader", f"{COUNTY}002")
    assert selectors.people_at("county_leader", GRID) == [leader.account]
    assert selectors.people_at("orgs.set_duty", GRID) == [leader.account]
    later = MONDAY.replace(day=9)
    actions.end_posting(actor=SYSTEM, posting=leader, at=later)
    assert selectors.people_at("county_leader", GRID) == []
    assert selectors.people_at("county_leader", GRID, at=MONDAY) == [leader.account]
    assert selectors.people_at("county_leader", GRID, at=later) == []


def test_people_of_one_unit_are_not_those_of_another():
    make_county()
    ours, theirs = make_unit(COUNTY, name="甲"), make_unit(COUNTY, name="乙")
    handler = make_posting("department_handler", unit=ours)
    make_posting("department_handler", unit=theirs)
    assert selectors.people_at("department_handler", GRID, unit=ours) == [handler.account]


def test_a_worker_of_the_next_street_sees_no_posting_of_ours():
    make_county()
    ours = make_posting("grid_worker", GRID)
    next_street = make_posting("street_leader", f"{COUNTY}002")
    stranger = actor_of(next_street.account_id, MONDAY)
    assert list(selectors.postings(stranger)) == [next_street]
    with pytest.raises(Refused) as refused:
        selectors.posting(stranger, ours.pk)
    assert refused.value.refusal.reason == "not_found"
    leader = actor_of(make_posting("street_leader", f"{COUNTY}001").account_id, MONDAY)
    assert selectors.posting(leader, ours.pk) == ours


def test_a_resident_sees_no_posting_and_a_security_administrator_sees_the_countys():
    make_county()
    ours = make_posting("grid_worker", GRID)
    resident = actor_of(make_account(kind="resident").pk, MONDAY)
    assert list(selectors.postings(resident)) == []
    admin = make_posting("security_admin", COUNTY)
    assert set(selectors.postings(actor_of(admin.account_id, MONDAY))) == {ours, admin}


def test_units_are_named_in_one_query_and_in_the_readers_language(django_assert_num_queries):
    make_division(COUNTY)
    one, two = make_unit(name="甲", name_en="A"), make_unit(name="乙", name_en="B")
    with django_assert_num_queries(1), translation.override("en"):
        assert selectors.unit_names([one.pk, two.pk]) == {one.pk: "A", two.pk: "B"}
    assert selectors.unit_holder(one) == f"unit:{one.pk}"
