from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from lifang.core.calendar import (
    BeyondCalendar,
    Hours,
    Kind,
    Limit,
    Pattern,
    Pause,
    Season,
    Suspended,
    Unit,
)
from lifang.core.calendar.tests.make import BOSTON, OFFICE, at, boston, county
from lifang.core.i18n import Text


def due(amount, unit, start, pauses=()):
    return county().due(Limit(amount, unit), at(start), pauses)


def test_four_hours_from_the_eve_of_national_day_end_on_the_first_morning_after_it():
    assert due(4, "work_hour", "2026-09-30 16:30") == at("2026-10-08 11:30")


def test_a_make_up_saturday_counts_like_a_monday():
    assert due(4, "work_hour", "2026-10-09 16:30") == at("2026-10-10 11:30")
    assert county().kind(date(2026, 10, 10)) is Kind.MAKE_UP
    assert county().kind(date(2026, 10, 11)) is Kind.WEEKEND


@pytest.mark.parametrize(
    "start", ["2026-11-20 17:30", "2026-11-20 23:00", "2026-11-22 04:00", "2026-11-23 08:30"]
)
def test_what_comes_in_while_the_office_is_closed_starts_at_the_next_opening(start):
    assert due(1, "work_hour", start) == at("2026-11-23 09:30")
    assert county().next_opening(at(start)) == at("2026-11-23 08:30")


def test_the_lunch_break_does_not_count():
    assert due(2, "work_hour", "2026-11-23 11:00") == at("2026-11-23 14:30")


def test_a_limit_that_ends_at_closing_time_is_due_then_and_not_next_morning():
    assert due("7.5", "work_hour", "2026-11-23 08:30") == at("2026-11-23 17:30")
    assert due("3.5", "work_hour", "2026-11-23 08:30") == at("2026-11-23 12:00")


@pytest.mark.parametrize("start", ["2026-11-20 00:00", "2026-11-20 10:00", "2026-11-22 23:59"])
def test_a_working_day_is_the_next_one_until_closing_time(start):
    assert due(1, "work_day", start) == at("2026-11-23 17:30")


def test_calendar_days_run_through_the_holiday_and_end_with_the_day():
    assert due(7, "calendar_day", "2026-09-30 16:30") == at("2026-10-07 23:59")
    assert due(24, "calendar_hour", "2026-10-03 02:00") == at("2026-10-04 02:00")


def test_a_pause_gives_back_exactly_the_working_time_it_covered():
    weekend = Pause(at("2026-11-20 17:00"), at("2026-11-23 09:00"))
    assert due(4, "work_hour", "2026-11-20 16:30", [weekend]) == at("2026-11-23 14:00")
    half_a_day = Pause(at("2026-11-23 13:45"), at("2026-11-24 13:45"))
    assert due(1, "work_day", "2026-11-20 10:00", [half_a_day]) == at("2026-11-24 17:30")


def test_nobody_knows_the_due_time_of_what_is_suspended():
    paused = [Pause(at("2026-11-23 10:00"))]
    with pytest.raises(Suspended):
        due(4, "work_hour", "2026-11-23 09:00", paused)
    assert due(1, "work_hour", "2026-11-23 09:00", paused) == at("2026-11-23 10:00")
    left = county().left(
        Limit(4, "work_hour"), at("2026-11-23 09:00"), at("2026-12-23 09:00"), paused
    )
    assert left == Decimal(3)


def test_what_is_left_falls_below_zero_when_it_is_late():
    limit, start = Limit(4, "work_hour"), at("2026-11-23 08:30")
    assert county().left(limit, start, at("2026-11-23 14:00")) == 0
    assert county().left(limit, start, at("2026-11-24 09:00")) == -4
    assert county().used(limit, start, at("2026-11-23 10:30")) == 0.5


def test_an_unknown_year_follows_the_plain_week_and_says_so():
    assert due(4, "work_hour", "2026-12-31 16:30") == at("2027-01-01 11:30")
    assert not county().is_known(date(2027, 1, 1))
    assert county().is_known(date(2026, 12, 31))


def test_a_duty_room_never_closes():
    duty = county(
        Hours(key="duty", name=Text(zh="值守", en="Duty"), spans=("00:00-24:00",), every_day=True)
    )
    assert duty.due(Limit(30, "work_hour"), at("2026-10-03 20:00")) == at("2026-10-05 02:00")
    assert duty.is_open(at("2026-10-04 00:00"))


def test_summer_hours_and_a_short_friday_are_hours_of_their_own():
    hours = Hours(
        key="summer",
        name=Text(zh="夏", en="Summer"),
        spans=("08:30-12:00", "13:30-17:30"),
        seasons=(Season(first="06-01", last="09-30", spans=("08:30-12:00", "14:30-18:00")),),
        week={"fri": ("08:30-12:00",)},
    )
    calendar = county(hours)
    assert calendar.due(Limit(4, "work_hour"), at("2026-07-01 08:30")) == at("2026-07-01 15:00")
    assert calendar.due(Limit(4, "work_hour"), at("2026-11-20 08:30")) == at("2026-11-23 09:00")
    assert calendar.due(Limit(4, "work_hour"), at("2026-11-23 08:30")) == at("2026-11-23 14:00")


def test_days_by_the_clock_are_how_boston_set_its_targets():
    """Four rows of the published file of 2015: ten working days for a street light, forty-five for graffiti."""
    calendar = boston()
    for opened, days, target in [
        ("2015-01-01 00:25:23", 10, "2015-01-16 08:30"),
        ("2015-01-02 09:08:46", 10, "2015-01-16 09:08:46"),
        ("2015-01-02 17:46:06", 10, "2015-01-20 08:30"),
        ("2015-01-05 08:41:46", 45, "2015-03-11 08:41:46"),
    ]:
        got = calendar.due(Limit(days, "work_day"), at(opened, BOSTON))
        assert got == at(target, BOSTON), opened


def test_summer_time_does_not_move_office_hours():
    calendar = boston()
    before = at("2015-03-06 16:00", BOSTON)
    assert calendar.due(Limit(2, "work_hour"), before) == at("2015-03-09 09:30", BOSTON)
    assert calendar.due(Limit(48, "calendar_hour"), at("2015-03-07 12:00", BOSTON)) == at(
        "2015-03-09 13:00", BOSTON
    )


def test_the_answer_does_not_depend_on_the_zone_the_start_is_written_in():
    start = at("2026-11-20 16:30")
    assert county().due(Limit(4, "work_hour"), start.astimezone(ZoneInfo("UTC"))) == due(
        4, "work_hour", "2026-11-20 16:30"
    )


def test_beyond_the_prepared_years_it_refuses_instead_of_guessing():
    for start in ("2013-12-31 10:00", "2033-01-02 10:00"):
        with pytest.raises(BeyondCalendar):
            due(4, "work_hour", start)
    with pytest.raises(BeyondCalendar):
        due(9000, "work_day", "2026-01-01 10:00")


def test_a_limit_reads_from_a_catalogue_and_refuses_nonsense():
    assert msgspec.convert({"amount": 1.5, "unit": "work_hour"}, Limit) == Limit("1.5", "work_hour")
    assert msgspec.convert({"amount": 2, "unit": "work_day"}, Limit).name.zh == "2个工作日"
    assert Limit(1, Unit.WORK_DAY).name.en == "1 working day"
    for wrong in ({"amount": 0, "unit": "work_hour"}, {"amount": 1.5, "unit": "work_day"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Limit)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"amount": 1, "unit": "fortnight"}, Limit)


@pytest.mark.parametrize(
    "spans", [("09:00-08:00",), ("08:00-12:00", "11:00-13:00"), ("8h-9h",), ()]
)
def test_hours_that_make_no_sense_are_refused(spans):
    with pytest.raises(ValueError, match=r"hours|time"):
        Hours(key="x", name=Text(zh="x", en="x"), spans=spans)


def test_a_week_without_days_is_refused():
    with pytest.raises(ValueError, match="never end"):
        Pattern(week=())


def test_open_time_is_what_the_doors_were_open():
    opened = county().open_time(at("2026-11-20 10:00"), at("2026-11-23 09:00"))
    assert opened == timedelta(hours=2 + 4 + 0.5)
    assert county().day_hours(date(2026, 11, 21)) is None
    assert county().day_hours(date(2026, 11, 23)) == (
        at("2026-11-23 08:30"),
        at("2026-11-23 17:30"),
    )
    assert county(OFFICE).is_working_day(date(2026, 11, 23))
