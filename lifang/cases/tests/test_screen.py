"""The wall: of one's own areas only, without persons, calm or unmistakable, at the same cost for one and for thirty."""

import json

import pytest

from lifang.cases.models import Case
from lifang.cases.selectors import screen as asked
from lifang.cases.tests.make import MONDAY, accepted, closed, handling, make_case, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.orgs.models import Division

pytestmark = pytest.mark.django_db

AREA, AREAS, POINTS = "cases:screen_area", "cases:screen_areas", "cases:screen_points"
SQUARE = [[118.0, 36.8], [118.1, 36.8], [118.1, 36.9], [118.0, 36.9], [118.0, 36.8]]


@pytest.fixture(autouse=True)
def _places():
    for code in (places.COUNTY, places.STREET, places.NEXT_STREET, places.COMMUNITY, places.GRID):
        parent = next((code[:n] for n in (12, 9, 6) if n < len(code)), None)
        Division.objects.create(
            code=code, name=f"地{code[6:]}", level=len(code), parent_id=parent, valid_from="2020-01-01",
            kind={9: "street", 12: "urban_community", 15: "basic"}.get(len(code), ""),
            polygon={"type": "Polygon", "coordinates": [SQUARE]}, west=118.0, south=36.8, east=118.1,
            north=36.9, square_metres=1, drawn_at=MONDAY,
        )  # fmt: skip


def page(response):
    assert response.status_code == 200, response.content[:300]
    return response.content.decode()


def life():
    from lifang.cases.catalogue import MATTERS  # noqa: PLC0415 -- read when the site is known

    return next(matter.key for matter in MATTERS if matter.level == "life")


def due(case, at):
    with behind(SYSTEM):
        Case.objects.filter(pk=case.pk).update(due_at=at)
    return case


def test_the_door_opens_at_the_widest_area_one_looks_after(street_dispatcher):
    first = street_dispatcher.get("web:screen")
    assert (first.status_code, first["Location"]) == (302, "/screen/cases")
    home = street_dispatcher.get("cases:screen")
    assert home["Location"] == f"/screen/{places.STREET}"


def test_nobody_without_a_sign_in_and_no_resident_sees_a_wall(anonymous, resident):
    for name, *args in [(AREA, places.STREET), (AREAS, places.STREET), (POINTS, places.STREET)]:
        shut = anonymous.get(name, *args)
        assert (shut.status_code, shut["Location"].split("?")[0]) == (302, "/sign-in")
        assert resident.get(name, *args).status_code == 403


@pytest.mark.parametrize("name", [AREA, AREAS, POINTS])
def test_another_area_is_as_if_it_were_not_there(street_dispatcher, stranger, name):
    make_case()
    assert street_dispatcher.get(name, places.STREET).status_code == 200
    assert stranger.get(name, places.STREET).status_code == 404
    assert stranger.get(name, places.GRID).status_code == 404
    assert street_dispatcher.get(name, places.COUNTY).status_code == 404
    assert street_dispatcher.get(name, places.STREET + "999").status_code == 404


@pytest.mark.covers("S2-02")
def test_every_number_opens_the_list_it_counts(street_dispatcher):
    make_case()
    html = page(street_dispatcher.get(AREA, places.STREET))
    for show in (
        "overdue",
        "due_today",
        "urgent",
        "open",
        "new_today",
        "closed_today",
        "on_time_month",
    ):
        assert f"/desk/cases?show={show}&amp;area={places.STREET}" in html
    numbers = html.count('class="kpi')
    assert 5 <= numbers <= 9


def test_no_person_and_no_words_of_a_report_hang_on_the_wall(street_dispatcher):
    handling(
        text="张三家门口的秘密",
        name="李四",
        phone="10012345678",
        place="和平路 1 号",
        matter="09001",
    )
    html = page(street_dispatcher.get(AREA, places.STREET))
    points = street_dispatcher.get(POINTS, places.COMMUNITY).content.decode()
    for word in ("秘密", "李四", "10012345678", "和平路"):
        assert word not in html + points


def test_a_calm_wall_says_so_and_a_late_one_does_not(street_dispatcher):
    case = due(make_case(), "2090-01-01T00:00:00Z")
    calm = page(street_dispatcher.get(AREA, places.STREET))
    assert "wall-calm" in calm
    assert 'role="alert"' not in calm
    due(case, "2020-01-01T00:00:00Z")
    assert "wall-calm" not in page(street_dispatcher.get(AREA, places.STREET))


def test_life_at_stake_cannot_be_missed(street_dispatcher, stranger):
    case = make_case(matter=life())
    html = page(street_dispatcher.get(AREA, places.STREET))
    assert 'class="at-stake"' in html
    assert 'role="alert"' in html
    assert str(case.pk) in html
    away = page(stranger.get(AREA, places.NEXT_STREET))
    assert 'role="alert"' not in away


def test_the_way_up_ends_where_ones_own_area_ends(street_dispatcher, county_leader):
    html = page(street_dispatcher.get(AREA, places.GRID))
    assert f"/screen/{places.COMMUNITY}" in html
    assert f"/screen/{places.STREET}" in html
    assert f'/screen/{places.COUNTY}"' not in html
    assert f'/screen/{places.COUNTY}"' in page(county_leader.get(AREA, places.STREET))


def test_areas_are_coloured_by_what_is_open_and_late_and_lead_down(county_leader):
    due(make_case(), "2020-01-01T00:00:00Z")
    make_case(text="b")
    closed(text="c", matter="09001")
    found = json.loads(county_leader.get(AREAS, places.COUNTY).content)
    facts = {f["properties"]["code"]: f["properties"] for f in found["features"]}
    ours, next_ = facts[places.STREET], facts[places.NEXT_STREET]
    assert (ours["tone"], ours["value"], ours["url"]) == ("late", 1.0, f"/screen/{places.STREET}")
    assert "2" in ours["name"].split("\n")[1]
    assert (next_["tone"], next_["value"], next_["name"]) == ("open", 0.0, "地002")


def test_a_grid_leads_to_its_list(street_dispatcher):
    (only,) = json.loads(street_dispatcher.get(AREAS, places.GRID).content)["features"]
    assert only["properties"]["url"] == f"/desk/cases?show=open&area={places.GRID}"


def test_from_afar_only_what_cannot_wait_is_a_point(county_leader):
    make_case(lon=118.05, lat=36.85)
    urgent = make_case(matter=life(), lon=118.06, lat=36.86)
    afar = json.loads(county_leader.get(POINTS, places.STREET).content)["features"]
    assert [f["id"] for f in afar] == [str(urgent.pk)]
    assert afar[0]["properties"]["state"] == "danger"
    near = json.loads(county_leader.get(POINTS, places.COMMUNITY).content)["features"]
    assert len(near) == 2


def test_clocks_are_those_that_ran_out_last_and_run_out_next(street_dispatcher):
    actor = street_dispatcher.actor
    made = {}
    for year in (2001, 2002, 2003, 2004, 2005):
        made[due(make_case(text=str(year)), f"{year}-01-01T00:00:00Z").pk] = year
    for year in range(2090, 2098):
        made[due(make_case(text=str(year)), f"{year}-01-01T00:00:00Z").pk] = year
    with behind(actor):
        shown = [made[case.pk] for case in asked.clocks(actor, places.STREET, MONDAY)]
    assert shown == [2003, 2004, 2005, 2090, 2091, 2092, 2093, 2094]


def test_what_happens_is_told_by_the_step_newest_first(street_dispatcher):
    case = accepted()
    actor = street_dispatcher.actor
    with behind(actor):
        told = asked.happening(actor, places.STREET)
    assert [(one.move.key, one.case.pk) for one in told] == [
        ("accept", case.pk),
        ("start", case.pk),
    ]


def test_who_is_on_duty_is_told_to_colleagues(street_dispatcher):
    from lifang.orgs import actions as orgs  # noqa: PLC0415 -- only here

    account = cast.account(name="值班员甲")
    orgs.post(
        actor=SYSTEM,
        account=account,
        post="street_dispatcher",
        area=places.STREET,
        at=cast.LONG_AGO,
    )
    assert "值班员甲" in page(street_dispatcher.get(AREA, places.STREET))
    assert "值班员甲" not in page(street_dispatcher.get(AREA, places.COMMUNITY))


def test_a_wall_costs_the_same_for_one_case_and_for_thirty(grows, county_leader):
    make_unit()
    grows(lambda: handling(lon=118.05, lat=36.85), lambda: county_leader.get(AREA, places.COUNTY))


@pytest.mark.parametrize("name", [AREAS, POINTS])
def test_its_map_costs_the_same_for_one_case_and_for_thirty(grows, county_leader, name):
    grows(lambda: make_case(lon=118.05, lat=36.85), lambda: county_leader.get(name, places.COUNTY))


def test_a_wall_costs_the_same_for_one_area_and_for_thirty(grows, county_leader):
    number = iter(range(100, 200))

    def more():
        code = f"{places.COUNTY}{next(number)}"
        Division.objects.create(
            code=code, name=code, level=9, parent_id=places.COUNTY, valid_from="2020-01-01",
            kind="town",
        )  # fmt: skip
        make_case(area=code + "001001")

    grows(more, lambda: county_leader.get(AREA, places.COUNTY))
