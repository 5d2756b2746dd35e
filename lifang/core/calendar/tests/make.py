"""Calendars and instants for tests; pure."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from lifang.core.calendar import DayFact, Hours, Pattern, WorkCalendar
from lifang.core.calendar.week import chinese_facts, known_years
from lifang.core.i18n import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
BOSTON = ZoneInfo("America/New_York")
OFFICE = Hours(
    key="office", name=Text(zh="机关", en="Office"), spans=("08:30-12:00", "13:30-17:30")
)


USUAL = Pattern()


def county(hours: Hours = OFFICE, pattern: Pattern = USUAL) -> WorkCalendar:
    """The calendar of a Chinese county."""
    usual = hours is OFFICE and pattern == USUAL
    return _county() if usual else _make(hours, pattern)


@cache
def _county() -> WorkCalendar:
    return _make(OFFICE, Pattern())


def _make(hours: Hours, pattern: Pattern) -> WorkCalendar:
    facts = chinese_facts()
    return WorkCalendar(
        hours,
        pattern=pattern,
        facts=facts,
        zone=SHANGHAI,
        first=date(2014, 1, 1),
        last=date(2032, 12, 31),
        known=known_years(facts),
    )


@cache
def boston() -> WorkCalendar:
    """A calendar counted by the clock, with two holidays of its own and summer time."""
    closed = {
        date(2015, 1, 1): "New Year's Day",
        date(2015, 1, 19): "Martin Luther King Jr. Day",
        date(2015, 2, 16): "Presidents' Day",
    }
    return WorkCalendar(
        Hours(key="city", name=Text(zh="市", en="City"), spans=("08:30-17:00",)),
        pattern=Pattern(holidays="none", day_limit="clock"),
        facts={day: DayFact(False, Text(zh=name, en=name)) for day, name in closed.items()},
        zone=BOSTON,
        first=date(2014, 12, 1),
        last=date(2016, 12, 31),
    )


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)
