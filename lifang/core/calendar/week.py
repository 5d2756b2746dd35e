"""Which days are worked, and from when to when: the pattern of a week and the decreed days."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import chinese_calendar
import msgspec

from lifang.core.calendar.terms import DayFact, Kind
from lifang.core.i18n import Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Minutes = tuple[int, int]
MIDNIGHT = 24 * 60
NATIONAL_DAY = (10, 1)
REGULAR = Text(zh="工作日", en="working day")
WEEKEND = Text(zh="周末", en="weekend")


def minutes(clock: str) -> int:
    """Minutes since midnight of `08:30`; `24:00` is the end of the day."""
    hours, colon, rest = clock.partition(":")
    if not (colon and hours.isdigit() and len(rest) == 2 and rest.isdigit() and int(rest) < 60):
        raise ValueError(f"{clock!r} is not a time like 08:30")
    value = int(hours) * 60 + int(rest)
    if value > MIDNIGHT:
        raise ValueError(f"{clock!r} is later than 24:00")
    return value


def parse_spans(spans: tuple[str, ...]) -> tuple[Minutes, ...]:
    """`08:30-12:00` and so on as minutes since midnight, checked for order."""
    halves = [span.partition("-") for span in spans]
    parsed = tuple((minutes(opens.strip()), minutes(closes.strip())) for opens, _, closes in halves)
    ends = [0]
    for opens, closes in parsed:
        if not ends[-1] <= opens < closes:
            raise ValueError("hours must be in order and must not overlap")
        ends.append(closes)
    return parsed


class Season(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other hours for a part of the year: `first` and `last` are `06-01` and `09-30`, both inside."""

    first: str
    last: str
    spans: tuple[str, ...]

    def __post_init__(self) -> None:
        for text in (self.first, self.last):
            date.fromisoformat(f"2000-{text}")
        parse_spans(self.spans)

    def holds(self, day: date) -> bool:
        key = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= key <= self.last
        return key >= self.first or key <= self.last


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a unit is open on a working day; units refer to it by key."""

    key: str
    name: Text
    spans: tuple[str, ...]
    week: dict[Weekday, tuple[str, ...]] = {}
    seasons: tuple[Season, ...] = ()
    every_day: bool = False

    def __post_init__(self) -> None:
        if not parse_spans(self.spans):
            raise ValueError("hours without any span would never open")
        for spans in self.week.values():
            parse_spans(spans)

    def on(self, day: date, regular: bool) -> tuple[Minutes, ...]:
        """Opening spans of a working day; a make-up workday (not regular) keeps the usual hours."""
        if regular and (own := self.week.get(WEEKDAYS[day.weekday()])) is not None:
            return parse_spans(own)
        season = next((season for season in self.seasons if season.holds(day)), None)
        return parse_spans(season.spans if season else self.spans)


class Pattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a site counts by: whose holidays, which weekdays, where a day limit ends."""

    key: str = "site"
    holidays: Literal["chinese", "none"] = "chinese"
    week: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    day_limit: Literal["closing", "clock"] = "closing"
    hours: str = "office"

    def __post_init__(self) -> None:
        if not self.week:
            raise ValueError("a week without working days would never end")


def holiday_names() -> list[Text]:
    """The public holidays that the library knows."""
    return [Text(zh=one.chinese, en=one.value) for one in chinese_calendar.Holiday]


def chinese_facts() -> dict[date, DayFact]:
    """Holidays and make-up workdays as the State Council announced them, year by year."""
    names = {name.en: name for name in holiday_names()}
    facts = {day: DayFact(False, names[name]) for day, name in chinese_calendar.holidays.items()}
    facts |= {day: DayFact(True, names[name]) for day, name in chinese_calendar.workdays.items()}
    return facts


def kind_of(day: date, fact: DayFact | None, pattern: Pattern) -> Kind:
    regular = WEEKDAYS[day.weekday()] in pattern.week
    if fact is None:
        return Kind.WORKING if regular else Kind.WEEKEND
    if fact.working:
        return Kind.WORKING if regular else Kind.MAKE_UP
    return Kind.HOLIDAY


def known_years(facts: Mapping[date, DayFact]) -> frozenset[int]:
    """A year is known once its National Day is decreed: one notice tells the whole year, and no year lacks that day."""
    return frozenset(
        day.year
        for day, fact in facts.items()
        if (day.month, day.day) == NATIONAL_DAY and not fact.working
    )


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
