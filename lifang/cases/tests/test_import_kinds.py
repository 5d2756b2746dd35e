"""Other types and other years of the same city's files: read, placed under something, or refused with a reason."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from lifang.cases.management.commands.import_cases import Tally
from lifang.cases.management.mapping import Outcome
from lifang.cases.management.records import Reader, UnlikeMapping, read_mapping
from lifang.cases.models import Case
from lifang.cases.tests.make import MONDAY, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, hostile

pytestmark = pytest.mark.django_db

MAPPING = Path(__file__).parents[3] / "sites/boston/import.yaml"
OLD = (
    "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_STATUS,CLOSURE_REASON,CASE_TITLE,TYPE,QUEUE,"
    "Department,Location,neighborhood,ward,precinct,LATITUDE,LONGITUDE,Source,Geocoded_Location"
)
LATER = (
    "case_enquiry_id,open_dt,sla_target_dt,closed_dt,on_time,case_status,closure_reason,case_title,type,queue,"
    "department,location,neighborhood,ward,precinct,latitude,longitude,geom_4326,source"
)


@pytest.fixture(autouse=True)
def _see_all():
    cast.street_dispatcher()
    cast.county_dispatcher()
    cast.checker()
    with behind(SYSTEM):
        yield


@pytest.fixture
def reader():
    own = [Outcome("", "solved")]  # the site of the tests has not Boston's own outcomes
    mapped = msgspec.structs.replace(read_mapping(MAPPING), outcomes=own)
    return Reader(mapped, {name: make_unit().pk for name in mapped.units})


def row(head, **facts):
    out = io.StringIO()
    facts = {
        "type": "Request for Pothole Repair", "department": "PWDx", "source": "Constituent Call",
        "case_enquiry_id": "1", "location": "1 High St", "latitude": "42.3347",
        "longitude": "-71.0401", "precinct": "0606", "case_status": "Open", **facts,
    }  # fmt: skip
    names = head.split(",")
    csv.DictWriter(out, names, extrasaction="ignore").writerow(
        {name: facts.get(name.lower(), "") for name in names}
    )
    return out.getvalue().strip()


def records(reader, path, head, *rows):
    path.write_text("\n".join([head, *rows]), "utf-8")
    return list(reader.records(path, lambda read: None))


def old(**facts):
    return row(OLD, **{"open_dt": "01/02/2015 12:25:23 AM", **facts})


def later(**facts):
    return row(LATER, **{"open_dt": "2021-01-02 00:25:23", **facts})


@pytest.mark.parametrize(
    "moment", ["2021-01-02 00:25:23", "2021-01-02T00:25:23", "2021-01-02T05:25:23Z", "01/02/2021 00:25:23"]
)  # fmt: skip
def test_later_years_write_small_letters_iso_times_and_another_target(reader, tmp_path, moment):
    (one,) = records(
        reader, tmp_path / "a.csv", "\ufeff" + LATER,
        later(open_dt=moment, sla_target_dt="2021-01-09 08:30:00", on_time="OVERDUE"),
    )  # fmt: skip
    assert one.reason == ""
    assert (one.past.opened_at, one.past.due_at) == (
        datetime(2021, 1, 2, 5, 25, 23, tzinfo=UTC), datetime(2021, 1, 9, 13, 30, tzinfo=UTC),
    )  # fmt: skip
    assert (one.past.matter, one.past.area, one.flag) == ("06013", "990201015006006", False)


def test_city_hall_stands_for_an_unknown_place_where_the_file_has_no_word_for_it(reader, tmp_path):
    hall = {"latitude": "42.3594", "longitude": "-71.0587"}
    (new,) = records(reader, tmp_path / "a.csv", LATER, later(**hall))
    (found,) = records(
        reader, tmp_path / "b.csv", OLD,
        old(**hall, case_enquiry_id="2", geocoded_location="(42.3594, -71.0587)"),
    )  # fmt: skip
    assert (new.past.lon, found.past.lon) == (None, -71.0587)


def test_a_type_a_department_and_a_source_nobody_mapped_are_placed_and_counted(reader, tmp_path):
    found = records(
        reader, tmp_path / "a.csv", OLD,
        old(type="Lost Balloons", department="MOON", source="Pigeon"),
        old(case_enquiry_id="2", type="request for  pothole repair"),
    )  # fmt: skip
    strange, known = found
    assert (strange.past.matter, strange.past.source, strange.past.text) == (
        "10978", "import", "Lost Balloons",
    )  # fmt: skip
    assert known.otherwise == ()
    tally = Tally(reader.mapped, MONDAY)
    tally.take(found, "a.csv", MONDAY)
    said = tally.told(1.0, tmp_path)
    assert "2 rows read, 2 placed, 0 already here, 0 refused" in said
    assert "matter not in the mapping, placed under the site's other: 1 (Lost Balloons 1)" in said
    assert "without a target of their own, our limits count: 2" in said
    assert Case.objects.count() == 2


def test_a_target_is_asked_of_the_two_types_that_always_have_one(reader, tmp_path):
    light, hole = records(
        reader, tmp_path / "a.csv", OLD,
        old(type="Street Light Outages"), old(case_enquiry_id="2"),
    )  # fmt: skip
    assert (light.reason, hole.reason, hole.past.due_at) == ("due_missing", "", None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"open_dt": "yesterday"}, "time_unreadable"),
        ({"open_dt": ""}, "opened_missing"),
        ({"case_enquiry_id": ""}, "number_missing"),
        ({"type": ""}, "matter_missing"),
        ({"case_status": "Closed"}, "state_contradicts"),
        ({"case_status": "Lost"}, "state_contradicts"),
        ({"target_dt": "01/01/2015 08:30:00 AM"}, "due_before_opened"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(reader, tmp_path, facts, reason):
    (one,) = records(reader, tmp_path / "a.csv", OLD, old(**facts))
    assert (one.past, one.reason) == (None, reason)
    assert reader.mapped.said(reason)


def test_a_place_that_is_none_costs_the_row_its_point_and_no_more(reader, tmp_path):
    points = [("north", "west"), ("nan", "inf"), ("91", "200"), ("", "-71")]
    rows = [
        old(
            case_enquiry_id=str(n), latitude=lat, longitude=lon, precinct="", neighborhood="Roxbury"
        )
        for n, (lat, lon) in enumerate(points)
    ]
    found = records(reader, tmp_path / "a.csv", OLD, *rows)
    assert [(one.past.lon, one.past.area) for one in found] == [(None, "990201014")] * 4


def test_another_file_is_told_apart_by_its_columns(reader, tmp_path):
    with pytest.raises(UnlikeMapping, match="CASE_STATUS"):
        records(reader, tmp_path / "a.csv", "a,b,c", "1,2,3")


def test_hostile_cells_are_records_or_reasons(reader, tmp_path):
    names, tried = LATER.split(","), 0
    for number, text in enumerate(hostile.sample(300, "import")):
        facts = {"case_enquiry_id": f"h{number}", names[number % len(names)]: text}
        path = tmp_path / "a.csv"
        path.write_bytes(f"{LATER}\n{later(**facts)}\n".encode("utf-8", "surrogatepass"))
        for one in reader.records(path, lambda read: None):
            assert (one.past is None) == bool(one.reason)
            tried += 1
    assert tried >= 250
