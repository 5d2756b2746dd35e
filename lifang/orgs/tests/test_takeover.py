from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM
from lifang.core.testing import cast
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs import actions, selectors
from lifang.orgs.events import (
    DivisionsImported,
)
from lifang.orgs.models import Division
from lifang.orgs.tests.make import (
    COUNTY,
    MONDAY,
    make_county,
    make_unit,
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
