from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of
from lifang.core.access.models import GrantRow
from lifang.core.audit.models import Entry
from lifang.core.testing import cast
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs import actions, selectors
from lifang.orgs.events import (
    DivisionDrawn,
    DivisionsImported,
    DutyEnded,
    DutySet,
    Posted,
    PostingEnded,
    UnitAdded,
)
from lifang.orgs.models import Division, Duty, Posting, Unit
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
    square,
)

pytestmark = pytest.mark.django_db
GRID = f"{COUNTY}001001001"
TUESDAY = MONDAY + timedelta(days=1)
ROWS = [
    {"code": "990100000000", "name": "试验市"},
    {"code": "990101000000", "name": "试验县"},
    {"code": "990101001000", "name": "大街街道"},
    {"code": "990101101000", "name": "小镇"},
    {"code": "990101001001", "name": "和平社区"},
    {"code": "990101101200", "name": "大村"},
]


def take(rows, **more):
    return actions.import_divisions(
        actor=more.pop("actor", SYSTEM), rows=rows, root=COUNTY, at=MONDAY, **more
    )


# taking a list over


@pytest.mark.covers("W-A1")
def test_a_list_is_taken_over_with_kinds_from_the_digits_and_told_once():
    report = take(ROWS)
    assert report.added == [
        "9901",
        "990101",
        "990101001",
        "990101001001",
        "990101101",
        "990101101200",
    ]
    assert dict(Division.objects.values_list("code", "kind")) == {
        "9901": "",
        "990101": "",
        "990101001": "street",
        "990101001001": "urban_community",
        "990101101": "town",
        "990101101200": "village",
    }
    assert published() == [
        DivisionsImported(root=COUNTY, added=6, changed=0, abolished=0, at=MONDAY)
    ]


def test_taking_the_same_list_again_changes_and_tells_nothing():
    take(ROWS)
    report = take(ROWS, whole=True)
    assert (report.added, report.changed, report.abolished, report.same) == ([], [], [], 6)
    assert len(published("orgs.DivisionsImported")) == 1


def test_what_a_whole_list_lacks_is_abolished_and_what_is_in_use_is_kept_and_told():
    stays = {"code": "990101001003", "name": "东风社区"}
    take([*ROWS, stays, {"code": "990101001002", "name": "光明社区"}])
    make_unit("990101001001", "community_committee", "居委会")
    shorter = [row for row in ROWS if row["name"] not in ("和平社区", "大村")]
    report = take([*shorter, stays], whole=True)
    assert report.abolished == ["990101101200", "990101001002"]
    assert report.kept == ["990101001001"]
    gone = Division.objects.get(pk="990101001002")
    assert gone.abolished
    assert gone not in selectors.divisions(SYSTEM)
    assert take([*ROWS, {"code": "990101001002", "name": "光明社区"}]).changed == [
        "990101001002",
        "990101101200",
    ]


def test_a_part_of_a_list_abolishes_nothing():
    take(ROWS)
    assert take(ROWS[:3]).abolished == []


def test_a_renamed_community_is_changed_and_keeps_its_outline():
    county = make_county()
    row = county.communities[0]
    take([{"code": row.code, "name": "新和平社区"}])
    now = Division.objects.get(pk=row.code)
    assert (now.name, now.polygon) == ("新和平社区", row.polygon)


@pytest.mark.parametrize(
    "row",
    [
        {"code": "99010", "name": "x"},
        {"code": "990101001001000", "name": "x"},
        {"code": "990102001000", "name": "x"},
        {"code": "９９０１０１００１０００", "name": "x"},
        {"code": "990101001000", "name": ""},
        {"code": "990101001000", "name": "x" * 81},
        {"code": "990101001000", "name": "=cmd|' /C calc'!A0"},
        {"code": "990101001000", "name": "x", "kind": "village"},
        {"code": "", "name": "x"},
        {},
    ],
)
def test_a_wrong_row_stops_the_whole_list(row):
    with refused("import_faults") as told:
        take([*ROWS, row])
    assert told.facts["number"] == 7
    assert not Division.objects.exists()


def test_a_street_without_its_county_is_an_orphan():
    with refused("division_orphan"):
        take([{"code": "990101001000", "name": "大街街道"}])


def test_an_old_grid_code_of_fourteen_digits_is_filled_up():
    take([*ROWS, {"code": "99010100100107", "name": "第7网格"}])
    assert Division.objects.get(level=15).code == "990101001001007"


def test_only_an_administrator_of_this_county_takes_a_list_over():
    for who in (cast.county_leader(), cast.system_admin("990102"), cast.anonymous()):
        with refused("not_allowed"):
            take(ROWS, actor=who.actor)
    assert take(ROWS, actor=cast.system_admin().actor).same == 0


def test_the_database_itself_refuses_a_code_that_does_not_lie_in_its_parent():
    take(ROWS)
    for changes in (
        {"parent_id": "990101101"},
        {"level": 9},
        {"parent_id": "990101001001"},
        {"parent_id": None},
        {"name": ""},
        {"successor_id": "990101001001"},
        {"valid_to": "2000-01-01"},
        {"west": 1.0},
        {"polygon": {"type": "Polygon"}},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Division.objects.filter(pk="990101001001").update(**changes)


# drawing


def test_a_drawing_is_told_and_leaves_a_line_without_the_shape():
    county = make_county()
    before = len(published("orgs.DivisionDrawn"))
    row = county.grids[0]
    smaller = square(row.west, row.south, row.east - 0.001, row.north)
    actions.draw(actor=SYSTEM, division=row, outline=smaller, at=TUESDAY)
    assert published("orgs.DivisionDrawn")[before:] == [DivisionDrawn(code=row.code, at=TUESDAY)]
    line = Entry.objects.order_by("-seq").first()
    assert (line.action, line.subject, line.area) == ("orgs.draw", row.code, row.code)
    assert line.changes["polygon"] == "*"


def test_a_border_may_touch_and_may_stray_by_less_than_the_tolerance():
    county = make_county()
    row = county.grids[0]
    hair = square(row.west, row.south, row.east + 0.0000005, row.north)
    assert actions.draw(actor=SYSTEM, division=row, outline=hair, at=MONDAY).drawn


def test_a_grid_may_not_stick_out_of_its_community():
    county = make_county()
    row = county.grids[0]
    out = square(row.west - STEP, row.south, row.east, row.north)
    with refused("division_sticks_out") as told:
        actions.draw(actor=SYSTEM, division=row, outline=out, at=MONDAY)
    assert told.facts["name"] == "和平社区"
    assert told.facts["square_metres"] > 100_000


def test_a_community_may_not_shrink_away_from_its_grids():
    county = make_county()
    row = county.communities[0]
    small = square(row.west, row.south, row.west + STEP, row.north)
    with refused("division_leaves_parts") as told:
        actions.draw(actor=SYSTEM, division=row, outline=small, at=MONDAY)
    assert told.facts["names"] == "第2网格"


@pytest.mark.parametrize(
    "outline",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"Point","coordinates":[1,2]}',
        '{"type":"Polygon","coordinates":[]}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
        '{"type":"Polygon","coordinates":[[[1e400,0],[1,1],[1,0]]]}',
        '{"type":"Polygon","coordinates":[[["0",0],[1,1],[1,0]]]}',
        '{"type":"Polygon","coordinates":' + "[" * 2000 + "]" * 2000 + "}",
        '{"type":"GeometryCollection","geometries":[]}',
        "<kml/>",
        b"\xff\xfe\x00",
        {"type": "Polygon", "coordinates": [[[120 + i / 1e6, 30] for i in range(30_000)]]},
        {"type": "Polygon", "coordinates": [[[30.0, 120.0], [30.1, 120.0], [30.1, 120.1]]]},
    ],
)
def test_hostile_outlines_are_refused_with_a_sentence(outline):
    row = make_division(GRID)
    with refused("outline_unusable") as told:
        actions.draw(actor=SYSTEM, division=row, outline=outline, at=MONDAY)
    assert len(str(told.refusal)) > 10
    assert not Division.objects.filter(polygon__isnull=False).exists()


def test_many_outlines_are_drawn_all_or_none():
    county = make_county()
    for grid in county.grids:
        actions.draw(actor=SYSTEM, division=grid, outline=None, at=MONDAY)
    good, bad = county.grids[0], county.grids[1]
    features = [
        {"type": "Feature", "properties": {"code": row.code}, "geometry": row.polygon}
        for row in (good, bad)
    ]
    features[1]["geometry"] = good.polygon  # twice the same ground
    collection = {"type": "FeatureCollection", "features": features}
    with refused("outline_refused") as told:
        actions.draw_all(actor=SYSTEM, within=county.county, outlines=collection, at=MONDAY)
    assert "重叠" in told.facts["why"]
    assert not Division.objects.filter(level=15, polygon__isnull=False).exists()
    features[1]["properties"] = {"code": "990102001001001"}
    with refused("outline_unknown"):
        actions.draw_all(actor=SYSTEM, within=county.county, outlines=collection, at=MONDAY)


def test_a_file_for_one_street_still_minds_the_next_street():
    county = make_county()
    street = county.streets[0]
    wide = square(street.west, street.south, street.east + STEP, street.north)
    feature = {"type": "Feature", "properties": {"code": street.code}, "geometry": wide}
    with refused("outline_refused") as told:
        actions.draw_all(actor=SYSTEM, within=street, outlines=feature, at=MONDAY)
    assert "小街街道" in told.facts["why"]


# adding and retiring


def test_a_grid_gets_the_next_number_and_a_wrong_code_is_refused():
    parent = make_division(f"{COUNTY}001001")
    make = {"actor": SYSTEM, "parent": parent, "name": "网格", "at": MONDAY}
    assert actions.add_division(**make).code == f"{COUNTY}001001001"
    assert actions.add_division(**make).code == f"{COUNTY}001001002"
    for code, reason in (
        (f"{COUNTY}001001002", "division_exists"),
        (f"{COUNTY}001002001", "division_orphan"),
        (f"{COUNTY}001001000", "division_code"),
        ("x", "division_code"),
    ):
        with refused(reason):
            actions.add_division(**make, code=code)


def test_an_area_retires_only_when_nothing_stands_in_it_and_names_its_successor():
    county = make_county()
    community, heir = county.communities[0], county.communities[1]
    with refused("division_in_use") as told:
        actions.retire_division(actor=SYSTEM, division=community, at=TUESDAY)
    assert told.facts["parts"] == 2
    grid = county.grids[0]
    with refused("division_successor"):
        actions.retire_division(actor=SYSTEM, division=grid, successor=heir, at=TUESDAY)
    row = actions.retire_division(
        actor=SYSTEM, division=grid, successor=county.grids[1], at=TUESDAY
    )
    assert (row.abolished, row.successor) == (True, county.grids[1])
    assert selectors.locate(*county.inside(grid.code)) == community.code
    with refused("division_abolished"):
        actions.retire_division(actor=SYSTEM, division=row, at=TUESDAY)


# units


def test_a_unit_is_told_and_its_credit_code_is_somebodys_once():
    make_division(COUNTY)
    unit = make_unit(credit_code="91990101ma00003300")
    assert published("orgs.UnitAdded") == [UnitAdded(unit=unit.pk, at=MONDAY)]
    with refused("credit_code_taken") as told:
        make_unit(name="第二家", credit_code="91990101MA00003300")
    assert told.facts["name"] == unit.name_zh
    assert make_unit(name="第三家").credit_code == make_unit(name="第四家").credit_code == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"kind": "wizards"}, "unit_kind"),
        ({"area": "990199"}, "area_unknown"),
        ({"name": " ", "name_en": " "}, "unit_name"),
        ({"hours": "midnight"}, "hours_unknown"),
        ({"credit_code": "91990101MA00003301"}, "credit_code"),
    ],
)
def test_a_unit_that_cannot_be_is_refused(given, reason):
    make_division(COUNTY)
    with refused(reason):
        make_unit(**given)
    assert not Unit.objects.exists()


def test_a_street_leader_registers_units_of_the_own_street_only():
    make_county()
    leader = actor_of(make_posting("street_leader", f"{COUNTY}001").account_id, MONDAY)
    give = {
        "actor": leader,
        "name_zh": "物业",
        "name_en": "Firm",
        "kind": "property_company",
        "at": MONDAY,
    }
    ours = actions.add_unit(**give, area=f"{COUNTY}001001")
    for area in (f"{COUNTY}002", COUNTY):
        with refused("not_allowed"):
            actions.add_unit(**give, area=area)
        with refused("not_allowed"):
            actions.change_unit(actor=leader, unit=ours, area=area, at=MONDAY)


def test_a_unit_closes_when_nobody_is_posted_in_it_and_never_stands_above_itself():
    make_division(COUNTY)
    unit = make_unit()
    part = make_unit(name="分队", parent=unit)
    with refused("unit_parent"):
        actions.change_unit(actor=SYSTEM, unit=unit, parent=part, at=MONDAY)
    posting = make_posting("department_handler", unit=unit)
    with refused("unit_in_use"):
        actions.close_unit(actor=SYSTEM, unit=unit, at=TUESDAY)
    actions.end_posting(actor=SYSTEM, posting=posting, at=TUESDAY)
    assert actions.close_unit(actor=SYSTEM, unit=unit, at=TUESDAY).closed is not None
    with refused("unit_closed"):
        actions.change_unit(actor=SYSTEM, unit=unit, phone="10012345678", at=TUESDAY)


# duties


def test_a_new_lead_follows_the_old_one_and_setting_it_twice_is_one_line():
    make_division(COUNTY)
    first, second = make_unit(name="甲"), make_unit(name="乙")
    say = {"actor": SYSTEM, "matter": "09005", "area": COUNTY}
    old = actions.set_duty(**say, unit=first, at=MONDAY)
    assert actions.set_duty(**say, unit=first, at=TUESDAY) == old
    new = actions.set_duty(**say, unit=second, at=TUESDAY)
    old.refresh_from_db()
    assert (old.valid_to, new.valid_to) == (TUESDAY, None)
    assert [type(told) for told in published() if "Duty" in type(told).__name__] == [
        DutySet,
        DutyEnded,
        DutySet,
    ]


@pytest.mark.parametrize("matter", ["9005", "090051", "ab", "", "０９００５", "09005\n"])
def test_a_duty_names_a_matter_or_a_major(matter):
    make_division(COUNTY)
    unit = make_unit()
    with refused("matter_code"):
        actions.set_duty(actor=SYSTEM, matter=matter, area=COUNTY, unit=unit, at=MONDAY)


def test_a_street_leader_lays_duties_of_the_own_street_on_a_unit_of_the_county():
    make_county()
    unit = make_unit()
    leader = actor_of(make_posting("street_leader", f"{COUNTY}001").account_id, MONDAY)
    say = {"actor": leader, "matter": "09005", "unit": unit, "at": MONDAY}
    assert actions.set_duty(**say, area=f"{COUNTY}001").unit == unit
    for area in (COUNTY, f"{COUNTY}002"):
        with refused("not_allowed"):
            actions.set_duty(**say, area=area)


def test_a_unit_of_another_county_answers_for_nothing_here():
    make_division(COUNTY)
    make_division("990102")
    theirs = make_unit("990102")
    with refused("unit_elsewhere"):
        actions.set_duty(actor=SYSTEM, matter="09", area=COUNTY, unit=theirs, at=MONDAY)
    assert not Duty.objects.exists()


# postings


def test_a_posting_gives_its_rights_and_ending_it_takes_them_at_once():
    make_county()
    posting = make_posting("street_dispatcher", f"{COUNTY}001")
    person = posting.account
    assert [(g.post, g.area, g.sees) for g in actor_of(person.pk, MONDAY).grants] == [
        ("street_dispatcher", f"{COUNTY}001", "area")
    ]
    actions.end_posting(actor=SYSTEM, posting=posting, at=TUESDAY)
    assert actor_of(person.pk, TUESDAY).grants == ()
    assert [told for told in published() if isinstance(told, Posted | PostingEnded)] == [
        Posted(posting=posting.pk, account=person.pk, post="street_dispatcher", at=MONDAY),
        PostingEnded(posting=posting.pk, account=person.pk, post="street_dispatcher", at=TUESDAY),
    ]
    with refused("posting_ended"):
        actions.end_posting(actor=SYSTEM, posting=posting, at=TUESDAY)


def test_a_handler_sees_what_the_unit_was_given_and_not_the_area():
    make_county()
    unit = make_unit()
    handler = actor_of(make_posting("department_handler", unit=unit).account_id, MONDAY)
    assert handler.scope.areas == frozenset()
    assert handler.units == {unit.holder}


def test_an_administrators_posting_shows_no_rows():
    make_county()
    admin = actor_of(make_posting("system_admin", COUNTY).account_id, MONDAY)
    assert admin.scope.areas == frozenset()
    assert admin.may("orgs.import_divisions", COUNTY)
    assert not admin.may("orgs.import_divisions", "990102")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("system_admin", "security_admin"),
        ("security_admin", "audit_admin"),
        ("audit_admin", "county_leader"),
    ],
)
def test_the_three_administrators_and_business_exclude_one_another(one, other):
    make_county()
    person = make_posting(one, COUNTY).account
    with refused("guards_exclude"):
        make_posting(other, COUNTY, account=person, at=TUESDAY)
    assert GrantRow.objects.filter(account=person).count() == Posting.objects.count() == 1
    actions.end_posting(actor=SYSTEM, posting=Posting.objects.get(), at=TUESDAY)
    assert make_posting(other, COUNTY, account=person, at=TUESDAY).post == other


@pytest.mark.parametrize(
    ("post", "area", "reason"),
    [
        ("wizard", COUNTY, "post_unknown"),
        ("grid_worker", COUNTY, "post_wrong_level"),
        ("county_leader", GRID, "post_wrong_level"),
        ("grid_worker", "", "post_wrong_level"),
        ("grid_worker", f"{COUNTY}001001999", "area_unknown"),
        ("department_handler", COUNTY, "post_needs_unit"),
    ],
)
def test_a_post_stands_at_its_level(post, area, reason):
    make_county()
    account = make_account()
    with refused(reason):
        make_posting(post, area, account=account)


def test_nobody_is_posted_twice_or_by_oneself_or_as_a_resident():
    make_county()
    posting = make_posting("grid_worker", GRID)
    with refused("posting_twice"):
        make_posting("grid_worker", GRID, account=posting.account)
    resident = make_account(kind="resident")
    with refused("account_not_staff"):
        make_posting("grid_worker", GRID, account=resident)
    admin = cast.security_admin()
    with refused("not_for_oneself"):
        actions.post(
            actor=admin.actor, account=admin.account, post="security_admin", area=COUNTY, at=MONDAY
        )
    other = make_account()
    with refused("posting_ends_before_start"):
        make_posting("grid_leader", GRID, until=MONDAY, account=other)


def test_only_a_security_administrator_of_the_county_posts():
    make_county()
    person = make_account()
    for who in (cast.system_admin(), cast.county_leader(), cast.security_admin("990102")):
        with refused("not_allowed"):
            actions.post(actor=who.actor, account=person, post="grid_worker", area=GRID, at=MONDAY)
    posting = actions.post(
        actor=cast.security_admin().actor, account=person, post="grid_worker", area=GRID, at=MONDAY
    )
    assert posting.grant.area == GRID


def test_a_posting_with_an_end_holds_until_then():
    make_county()
    posting = make_posting("grid_worker", GRID, until=TUESDAY)
    assert posting.holds(MONDAY)
    assert not posting.holds(TUESDAY)
    assert actor_of(posting.account_id, TUESDAY).grants == ()


# accounts by list


def test_accounts_are_opened_all_or_none_with_passwords_to_hand_over():
    make_division(COUNTY)
    rows = [
        actions.OpenRow("worker-01", "甲一"),
        actions.OpenRow("worker-02", "乙二", "10012345678"),
    ]
    opened = actions.open_accounts(
        actor=cast.system_admin().actor, rows=rows, area=COUNTY, at=MONDAY
    )
    assert [one.account.login for one in opened] == ["worker-01", "worker-02"]
    for one in opened:
        one.account.refresh_from_db()
        assert one.account.check_password(one.password)
        assert one.account.password_issued
        assert actor_of(one.account.pk, MONDAY).grants == ()
    again = [*rows, actions.OpenRow("worker-03", "=1")]
    with refused("row_refused") as told:
        actions.open_accounts(actor=SYSTEM, rows=again, area=COUNTY, at=MONDAY)
    assert told.facts["number"] == 3
    assert actions.open_accounts(actor=SYSTEM, rows=rows, area=COUNTY, at=MONDAY) == []


def test_a_list_of_postings_names_the_row_that_is_wrong():
    make_county()
    make_account("worker-01")
    rows = [
        actions.PostRow("worker-01", "grid_worker", GRID),
        actions.PostRow("nobody", "grid_worker", GRID),
    ]
    admin = cast.security_admin().actor
    with refused("row_refused") as told:
        actions.post_all(actor=admin, rows=rows, area=COUNTY, at=MONDAY)
    assert (told.facts["number"], told.facts["name"]) == (2, "nobody")
    assert not Posting.objects.exists()


def test_a_list_posts_into_units_by_name():
    make_county()
    unit = make_unit(name="县执法局")
    make_account("worker-01")
    rows = [actions.PostRow("worker-01", "department_handler", "县执法局")]
    (posting,) = actions.post_all(actor=SYSTEM, rows=rows, area=COUNTY, at=MONDAY)
    assert (posting.unit, posting.area) == (unit, COUNTY)
    with refused("row_refused"):
        missing = [actions.PostRow("worker-01", "department_leader", "别处")]
        actions.post_all(actor=SYSTEM, rows=missing, area=COUNTY, at=MONDAY)


def test_the_square_lattice_has_no_gap_and_no_overlap():
    county = make_county()
    for row in (county.county, *county.streets, *county.communities):
        fit = selectors.fit_of(SYSTEM, row.code)
        assert (fit.overlaps, fit.gaps, fit.outside) == ((), (), ())
    assert county.county.bounds[:2] == [WEST, SOUTH]
    assert connection.in_atomic_block


def test_an_unknown_keyword_is_no_change_of_a_unit():
    make_division(COUNTY)
    with pytest.raises(TypeError):
        actions.change_unit(actor=SYSTEM, unit=make_unit(), closed=None, at=MONDAY)
    with pytest.raises(Refused):
        selectors.unit(SYSTEM, "00000000-0000-7000-8000-000000000000")
