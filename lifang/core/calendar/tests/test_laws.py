"""What must hold for every limit, start and pause, whatever the holidays."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lifang.core.calendar import Hours, Limit, Pattern, Pause, Unit, WorkCalendar
from lifang.core.calendar.tests.make import boston, county
from lifang.core.i18n import Text

CLOCK = county(pattern=Pattern(day_limit="clock"))
UNEVEN = county(
    Hours(
        key="uneven",
        name=Text(zh="x", en="x"),
        spans=("08:30-12:00", "13:30-17:30"),
        week={"fri": ("09:00-11:00",), "tue": ()},
    )
)
calendars = st.sampled_from([county(), CLOCK, UNEVEN])


def instants(first: str, last: str) -> st.SearchStrategy[datetime]:
    bounds = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return st.datetimes(*bounds, timezones=st.just(UTC))


starts = instants("2024-01-01", "2026-12-01")
lengths = st.timedeltas(timedelta(seconds=1), timedelta(days=12))


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    unit = draw(st.sampled_from(list(Unit)))
    if unit.is_day:
        return Limit(draw(st.integers(1, 40)), unit)
    return Limit(draw(st.decimals("0.05", 200, places=2)), unit)


@st.composite
def pause_lists(draw: st.DrawFn, near: datetime) -> list[Pause]:
    made = []
    for _ in range(draw(st.integers(0, 4))):
        begin = near + draw(st.timedeltas(timedelta(days=-5), timedelta(days=30)))
        made.append(Pause(begin, begin + draw(lengths)))
    return made


@given(calendars, limits(), starts, lengths, st.data())
def test_a_later_start_is_never_due_earlier(
    calendar: WorkCalendar, limit: Limit, start: datetime, later: timedelta, data: st.DataObject
):
    pauses = data.draw(pause_lists(start))
    assert calendar.due(limit, start, pauses) <= calendar.due(limit, start + later, pauses)


@given(calendars, limits(), starts, st.integers(1, 20), st.data())
def test_more_time_is_due_later(
    calendar: WorkCalendar, limit: Limit, start: datetime, more: int, data: st.DataObject
):
    pauses = data.draw(pause_lists(start))
    longer = Limit(limit.amount + more, limit.unit)
    assert calendar.due(limit, start, pauses) < calendar.due(longer, start, pauses)


@given(calendars, limits(), starts, st.data())
def test_what_was_worked_until_due_is_the_limit(
    calendar: WorkCalendar, limit: Limit, start: datetime, data: st.DataObject
):
    pauses = data.draw(pause_lists(start))
    due = calendar.due(limit, start, pauses)
    assert calendar.worked(start, due, limit.unit, pauses) == limit.amount
    assert calendar.left(limit, start, due, pauses) == 0
    assert abs(calendar.used(limit, start, due, pauses) - 1) < 1e-9


@given(limits(), starts, st.data())
def test_before_due_the_limit_is_not_used_up(limit: Limit, start: datetime, data: st.DataObject):
    calendar = county()
    pauses = data.draw(pause_lists(start))
    due = calendar.due(limit, start, pauses)
    if due > start:
        early = due - timedelta(microseconds=1)
        assert calendar.worked(start, early, limit.unit, pauses) < limit.amount


@given(calendars, limits(), starts, lengths, lengths)
def test_pauses_outside_change_nothing(
    calendar: WorkCalendar, limit: Limit, start: datetime, gap: timedelta, length: timedelta
):
    due = calendar.due(limit, start)
    before = Pause(start - gap - length, start - gap)
    after = Pause(due + gap, due + gap + length)
    assert calendar.due(limit, start, [before, after]) == due


@given(calendars, limits(), starts, st.data(), st.floats(0, 1))
def test_a_pause_cut_in_two_is_the_same_pause(
    calendar: WorkCalendar, limit: Limit, start: datetime, data: st.DataObject, cut: float
):
    pauses = data.draw(pause_lists(start))
    halves = []
    for begin, end in pauses:
        assert end is not None
        middle = begin + (end - begin) * cut
        halves += [Pause(middle, end), Pause(begin, middle)]
    assert calendar.due(limit, start, halves) == calendar.due(limit, start, pauses)


@given(calendars, limits(), starts, st.data())
def test_a_pause_never_brings_the_due_time_forward(
    calendar: WorkCalendar, limit: Limit, start: datetime, data: st.DataObject
):
    pauses = data.draw(pause_lists(start))
    assert calendar.due(limit, start, pauses) >= calendar.due(limit, start)


@given(st.sampled_from([county(), UNEVEN]), limits(), starts, st.data())
def test_a_working_limit_is_never_due_while_the_office_is_closed(
    calendar: WorkCalendar, limit: Limit, start: datetime, data: st.DataObject
):
    due = calendar.due(limit, start, data.draw(pause_lists(start)))
    if limit.unit.is_work:
        assert calendar.is_working_day(due.date())
        assert calendar.is_open(due) or calendar.is_open(due - timedelta(microseconds=1))


@given(
    limits().filter(lambda limit: limit.unit.is_work),
    instants("2015-01-02", "2015-10-01"),
)
def test_the_laws_hold_across_summer_time(limit: Limit, start: datetime):
    due = boston().due(limit, start)
    assert boston().worked(start, due, limit.unit) == limit.amount


@settings(max_examples=40)
@given(calendars, limits(), starts, st.data())
def test_the_explanation_always_ends_with_the_due_time_and_its_parts_add_up(
    calendar: WorkCalendar, limit: Limit, start: datetime, data: st.DataObject
):
    pauses = data.draw(pause_lists(start))
    lines = calendar.explain(limit, start, pauses)
    assert lines[0].kind == "limit"
    assert lines[-1].kind == "due"
    assert f"{calendar.due(limit, start, pauses):%H:%M}" in lines[-1].text.zh
