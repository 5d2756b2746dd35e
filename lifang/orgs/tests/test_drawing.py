from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.audit.models import Entry
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs import actions, selectors
from lifang.orgs.events import (
    DivisionDrawn,
)
from lifang.orgs.models import Division
from lifang.orgs.tests.make import (
    COUNTY,
    MONDAY,
    STEP,
    make_county,
    make_division,
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
