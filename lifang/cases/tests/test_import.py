"""Past cases: the fast way in is the slow way in, nobody is told of what is over, twice is once."""

import gzip
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from lifang.cases import actions
from lifang.cases.actions.takeover import Ground, Past, standing_for, take_over
from lifang.cases.catalogue import CASE
from lifang.cases.management.commands.import_cases import Tally
from lifang.cases.management.records import Reader, read_mapping
from lifang.cases.models import Case, Check, Handling, Reporter
from lifang.cases.selectors import story
from lifang.cases.tests.make import HOUR, MONDAY, make_photo, make_unit
from lifang.core.access import SYSTEM, Refusal
from lifang.core.access.wall import behind
from lifang.core.audit.log import verify
from lifang.core.audit.models import Entry
from lifang.core.flow.engine import replay
from lifang.core.flow.models import Clock, Step, Todo
from lifang.core.notify.models import Message
from lifang.core.testing import cast, places
from lifang.core.testing.told import deliver, published

pytestmark = pytest.mark.django_db

OPENED = datetime(2025, 3, 6, 1, 20, tzinfo=UTC)  # a Thursday, twenty past nine


@pytest.fixture(autouse=True)
def _see_all():
    cast.street_dispatcher()
    cast.county_dispatcher()
    cast.checker()
    with behind(SYSTEM):
        yield


def past(**facts):
    unit = facts.pop("unit", None) or make_unit()
    facts = {
        "reference": "101001240735", "source": "hotline_12345", "matter": "09001",
        "area": places.GRID, "opened_at": OPENED, "text": "灯坏了", "place": "和平路 1 号",
        **facts,
    }  # fmt: skip
    return Past(unit=unit.pk, **facts)


def taken(*many, actor=SYSTEM, at=MONDAY):
    return take_over(actor=actor, at=at, past=many)


def step_by_step(one, unit):
    """The same history through the live actions, each at its own time."""
    case = actions.report(
        actor=SYSTEM, at=one.opened_at, matter=one.matter, text=one.text, lon=one.lon, lat=one.lat,
        area=one.area, place=one.place, source=one.source, reference=one.reference,
    )  # fmt: skip
    actions.accept(actor=SYSTEM, case=case, at=one.opened_at)
    actions.dispatch(actor=SYSTEM, case=case, at=one.opened_at, lead=unit.pk)
    case = actions.sign(actor=standing_for(unit), case=case, at=one.opened_at)
    if one.inner:
        actions.add(actor=SYSTEM, case=case, at=one.closed_at or one.opened_at, text=one.inner)
    if one.closed_at:
        photos = [make_photo(7)] if case.kind.photo != "none" else []
        note = one.answer or "已经解决。"
        actions.feed_back(
            actor=standing_for(unit), case=case, at=one.closed_at, note=note, photos=photos
        )
        actions.check(
            actor=SYSTEM, case=case, at=one.closed_at, passed=True, outcome=one.outcome, answer=note
        )
    return Case.objects.get(pk=case.pk)


def whole(case):
    """Everything written about a case, without what is drawn by lot."""

    def rows(found, *apart):
        return [
            {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields
             if f.name not in {"id", "subject", "case", "overdue_told_at", *apart}}
            for row in found
        ]  # fmt: skip

    return {
        "case": rows(Case.objects.filter(pk=case.pk), "number", "tokens"),
        "steps": rows(Step.objects.filter(subject=case.pk).order_by("seq")),
        "clocks": rows(Clock.objects.filter(subject=case.pk).order_by("pk")),
        "todos": rows(Todo.objects.filter(subject=case.pk).order_by("pk")),
        "handlings": rows(Handling.objects.filter(case=case)),
        "checks": rows(Check.objects.filter(case=case)),
        "reporters": rows(Reporter.objects.filter(case=case), "token", "name", "phone"),
    }


CLOSED = OPENED + timedelta(days=3)
SAMPLES = {
    "open": {},
    "open with a note": {"inner": "was closed once"},
    "closed": {"closed_at": CLOSED, "answer": "灯已修好。"},
    "closed in the same second": {"closed_at": OPENED, "answer": "x"},
    "closed as a duplicate": {"closed_at": CLOSED, "outcome": "duplicate", "answer": "重复"},
    "with a note between offices": {"closed_at": CLOSED, "inner": "10012345678", "answer": "好"},
    "a photo would be asked for": {"closed_at": CLOSED, "matter": "01037", "answer": "好"},
    "at a point": {"lon": 118.05, "lat": 36.81},
    "in a street alone": {"area": places.STREET},
    "at night": {"opened_at": OPENED + 12 * HOUR, "closed_at": CLOSED + 12 * HOUR, "answer": "好"},
}


@pytest.mark.parametrize("facts", SAMPLES.values(), ids=SAMPLES)
def test_the_fast_way_in_writes_what_the_live_actions_write(facts):
    unit = make_unit()
    slow = step_by_step(past(reference="slow", **facts), unit)
    (fast,) = taken(past(reference="fast", **facts))
    expected, found = whole(slow), whole(fast)
    assert (expected["case"][0].pop("reference"), found["case"][0].pop("reference")) == (
        "slow", "fast",
    )  # fmt: skip
    assert found == expected
    assert len(found["steps"]) >= 4
    steps = Step.objects.filter(subject=fast.pk).order_by("seq")
    assert replay(CASE(), steps) == fast.state


def test_a_given_target_changes_the_handling_clock_and_nothing_else():
    unit, due = make_unit(), OPENED + timedelta(days=20, minutes=7)
    plain = whole(step_by_step(past(reference="slow", closed_at=CLOSED, answer="好"), unit))
    (case,) = taken(past(reference="fast", closed_at=CLOSED, answer="好", due_at=due))
    given = whole(case)
    clock = next(clock for clock in given["clocks"] if clock["stage"] == "handle")
    assert (clock.pop("due_at"), clock.pop("unit"), clock.pop("amount")) == (
        due, "calendar_hour", Decimal("480.12"),
    )  # fmt: skip
    assert given["case"][0].pop("promised_at") == due
    todo = next(todo for todo in given["todos"] if todo["capability"] == "cases.feed_back")
    assert todo.pop("due_at") == due
    other = next(clock for clock in plain["clocks"] if clock["stage"] == "handle")
    for name in ("due_at", "unit", "amount"):
        other.pop(name)
    plain["case"][0].pop("promised_at")
    next(t for t in plain["todos"] if t["capability"] == "cases.feed_back").pop("due_at")
    given["case"][0].pop("reference")
    plain["case"][0].pop("reference")
    assert given == plain


@pytest.mark.parametrize(
    ("late", "on_time"), [(-1, True), (0, True), (1, False)], ids=["before", "at", "after"]
)
def test_on_time_is_to_the_second(late, on_time):
    due = OPENED + timedelta(days=2)
    (case,) = taken(past(due_at=due, closed_at=due + timedelta(seconds=late)))
    assert Case.objects.get(pk=case.pk).on_time is on_time


def test_what_is_over_is_told_as_history_and_sends_no_message():
    late = past(reference="late", due_at=OPENED + HOUR)
    done = past(reference="done", closed_at=CLOSED)
    cases = taken(late, done)
    assert [told.case for told in published()] == [case.pk for case in cases]
    assert [told.state for told in published("cases.CaseTakenOver")] == ["handling", "closed"]
    assert actions.tell_overdue(actor=SYSTEM, at=MONDAY) == 0
    deliver(MONDAY)
    assert Message.objects.count() == 0


def test_a_target_still_to_come_is_told_when_it_has_passed():
    taken(past(due_at=MONDAY + HOUR))
    assert actions.tell_overdue(actor=SYSTEM, at=MONDAY) == 0
    assert actions.tell_overdue(actor=SYSTEM, at=MONDAY + 2 * HOUR) == 1


def test_every_case_has_its_line_in_the_log_and_the_chain_holds():
    (case,) = taken(past())
    batch, line = Entry.objects.filter(action="cases.import").order_by("seq")
    assert batch.subject == ""
    assert (line.subject, line.outcome, line.at) == (str(case.pk), "done", MONDAY)
    assert verify().whole


def test_the_same_file_twice_is_once():
    first = taken(past())
    again = taken(past())
    assert isinstance(first[0], Case)
    assert again == [Refusal("reference_known")]
    assert Case.objects.count() == 1


def test_one_number_twice_in_a_file_is_once():
    case, refusal = taken(past(), past())
    assert isinstance(case, Case)
    assert refusal == Refusal("reference_known")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"due_at": OPENED - HOUR}, "times_contradict"),
        ({"closed_at": OPENED - HOUR}, "times_contradict"),
        ({"matter": "nothing"}, "unknown_matter"),
        ({"text": " "}, "words_missing"),
        ({"source": "nobody"}, "bad_input"),
        ({"outcome": "who knows"}, "bad_input"),
    ],
)
def test_a_refused_row_leaves_the_others_and_no_trace(facts, reason):
    good, bad = taken(past(reference="good"), past(reference="bad", **facts))
    assert bad.reason == reason
    assert Case.objects.get() == good
    assert len(published()) == 1
    assert Entry.objects.filter(action="cases.import", subject=str(good.pk)).count() == 1


def test_a_unit_nobody_knows_is_refused():
    one = Past(
        unit=cast.FIRM, reference="1", source="api", matter="09001", area=places.GRID,
        opened_at=OPENED, text="x",
    )  # fmt: skip
    assert [refusal.reason for refusal in taken(one)] == ["unit_missing"]


def test_who_may_not_import_there_is_refused(refused):
    far = past(area=places.AWAY_GRID)
    assert [r.reason for r in taken(far, actor=cast.county_dispatcher().actor)] == ["not_allowed"]
    nobody, one = cast.checker().actor, past()
    with refused("not_allowed"):
        taken(one, actor=nobody)
    assert isinstance(taken(past(), actor=cast.county_dispatcher().actor)[0], Case)


def test_a_batch_costs_the_same_for_one_and_for_thirty(grows):
    make_unit()
    ground, count = Ground(MONDAY), iter(range(100_000))
    batch: list[Past] = []

    def more():
        batch.append(past(closed_at=CLOSED, due_at=CLOSED))

    def fetch():
        fresh = [Past(**{**one.__dict__, "reference": str(next(count))}) for one in batch]
        assert all(isinstance(made, Case) for made in take_over(
            actor=SYSTEM, at=MONDAY, past=fresh, ground=ground
        ))  # fmt: skip

    grows(more, fetch)


# -- files -------------------------------------------------------------------------------------------

MAPPING = """
file: {times: {format: "%m/%d/%Y %I:%M:%S %p", zone: America/New_York}}
columns: {number: Nr, opened_at: Opened, due_at: Target, closed_at: Closed, state: State, on_time: Flag, matter: Type,
  title: Title, unit: Unit, closing_note: Note, source: Source, address: Where, longitude: Lon, latitude: Lat, located: Geo,
  neighborhood: Hood, precinct: Precinct}
matters: {Rubbish: "09001"}
units: {ENV: environment}
sources: {App: resident_web}
states: {Closed: closed, Open: open}
outcomes: [{contains: Duplicate, outcome: duplicate}, {contains: "", outcome: solved}]
on_time: {ONTIME: true, OVERDUE: false, "": null}
flags_as_of: "2016-01-13T00:00:00-05:00"
place:
  unknown_when: {Geo: "(0, 0)"}
  order: [precinct, point, neighborhood, otherwise]
  otherwise: "990101"
  neighborhoods: {North: "990101001"}
  precincts: {"502": "990101001001001"}
refuse: [{when: due_missing, reason: {zh: 没有目标时间, en: No target}}]
"""
HEAD = (
    "Nr,Opened,Target,Closed,State,Flag,Type,Title,Unit,Note,Source,Where,Lon,Lat,Geo,Hood,Precinct"
)
OPEN_DT, TARGET = "01/02/2015 12:25:23 AM", "01/05/2015 08:30:00 AM"
ROWS = {
    "1": f'1,{OPEN_DT},{TARGET},{TARGET},Closed,ONTIME,Rubbish,T,ENV,Case Closed Duplicate 10012345678,App,"1  High St",118.05,36.8,"(36.8, 118.05)",North,502.0',
    "2": f'2,{OPEN_DT},{TARGET},01/05/2015 08:30:01 AM,Closed,OVERDUE,Rubbish,T,ENV,,App,,118.0,36.0,"(0, 0)",North,',
    "3": f"3,{OPEN_DT},{TARGET},,Open,OVERDUE,Rubbish,,ENV,,App,,,,,,",
    "4": f"4,{OPEN_DT},,,Open,ONTIME,Rubbish,T,ENV,,App,,,,,,",
    "5": f"5,{OPEN_DT},{TARGET},,Closed,,Rubbish,T,ENV,,App,,,,,,",
    "6": f"6,{OPEN_DT},{TARGET},,Open,,Noise,T,ENV,,App,,,,,,",
    "7": f"7,{OPEN_DT},{TARGET},,Open,,Rubbish,T,NOBODY,,App,,,,,,",
    "8": f"8,{OPEN_DT},{TARGET},,Open,,Rubbish,T,ENV,,Pigeon,,,,,,",
    "9": f"9,{OPEN_DT},01/01/2015 08:30:00 AM,,Open,,Rubbish,T,ENV,,App,,,,,,",
}  # fmt: skip
REASONS = {"4": "due_missing", "5": "state_contradicts", "6": "matter_unknown", "7": "unit_unknown",
           "8": "source_unknown", "9": "due_before_opened", "1": "number_twice"}  # fmt: skip


@pytest.fixture
def reader(tmp_path):
    (tmp_path / "map.yaml").write_text(MAPPING.replace("Geo: ", "located: "), "utf-8")
    return Reader(read_mapping(tmp_path / "map.yaml"), {"ENV": make_unit().pk})


def records(reader, path, *lines):
    packed = gzip.compress("\n".join([HEAD, *lines]).encode())
    path.write_bytes(packed)
    return list(reader.records(path, lambda read: None))


def test_a_row_is_read_through_the_mapping(reader, tmp_path):
    one, two, three = records(reader, tmp_path / "a.csv.gz", ROWS["1"], ROWS["2"], ROWS["3"])
    at = datetime(2015, 1, 2, 5, 25, 23, tzinfo=UTC)  # midnight in Boston is five in Greenwich
    assert (one.past.opened_at, one.past.reference, one.past.area) == (at, "1", places.GRID)
    assert (one.past.lon, one.past.lat, one.past.place, one.past.outcome) == (
        118.05, 36.8, "1 High St", "duplicate",
    )  # fmt: skip
    assert "10012345678" in one.past.inner
    assert "10012345678" not in one.past.answer + one.past.text + one.past.place
    assert (two.past.lon, two.past.area) == (None, places.STREET)
    assert (three.past.closed_at, three.past.area, three.flag) == (None, places.COUNTY, False)


def test_each_row_that_is_none_has_its_reason(reader, tmp_path):
    found = records(reader, tmp_path / "a.csv.gz", *ROWS.values(), ROWS["1"])
    assert {r.number: r.reason for r in found if r.past is None} == REASONS
    assert [r.line for r in found if r.reason == "number_twice"] == [11]


def test_a_tally_says_what_became_of_every_row_and_of_the_clocks(reader, tmp_path):
    found = records(reader, tmp_path / "a.csv.gz", *ROWS.values())
    tally = Tally(reader.mapped, MONDAY)
    tally.take(found, "a.csv.gz", MONDAY)
    said = tally.told(1.0, tmp_path / "refused.csv")
    assert "9 rows read, 3 placed, 0 already here, 6 refused" in said
    assert "closed: on time 1 of 2 = 50.00%; by the file's flags 1 of 2 = 50.00%" in said
    assert said.count("contradict our clocks: 0") == 2
    tally.write(tmp_path / "refused.csv")
    listed = (tmp_path / "refused.csv").read_text("utf-8").splitlines()
    assert len(listed) == 7
    assert "没有目标时间" in listed[1]
    again = Tally(reader.mapped, MONDAY)
    again.take(found, "a.csv.gz", MONDAY)
    assert "9 rows read, 0 placed, 3 already here, 6 refused" in again.told(1.0, tmp_path)
    assert Case.objects.count() == 3


def test_what_crews_wrote_is_never_told_to_the_public(reader, tmp_path):
    (one,) = records(reader, tmp_path / "a.csv.gz", ROWS["1"])
    (case,) = taken(one.past)
    public = story(cast.resident().actor, case, public=True)
    assert "10012345678" not in "".join(step.note for step in public)
    inner = story(cast.street_dispatcher().actor, case)
    assert "10012345678" in "".join(step.note for step in inner)


def test_a_mapping_that_points_to_nothing_says_where(reader):
    assert reader.mapped.strangers() == []
    other = msgspec.structs.replace(reader.mapped, matters={"x": "nothing"})
    assert other.strangers() == ["nothing"]
