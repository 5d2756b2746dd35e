"""The prepared calendars of this process, kept until a decreed day changes."""

import time
from datetime import date, datetime
from functools import cache
from threading import Lock
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Count, Max

from lifang.core.calendar import catalogue
from lifang.core.calendar.clock import WorkCalendar
from lifang.core.calendar.models import Day
from lifang.core.calendar.terms import DayFact, Origin
from lifang.core.calendar.week import chinese_facts, known_years
from lifang.core.site import site

FIRST = date(2014, 1, 1)
YEARS_AHEAD = 6
RECHECK_SECONDS = 5.0

Revision = tuple[int, datetime | None]


class _Book:
    """Asks the database for a new revision at most every few seconds; every process has its own."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.revision: Revision | None = None
        self.checked = 0.0
        self.rows: list[Day] = []
        self.made: dict[tuple[object, ...], WorkCalendar] = {}

    def days(self) -> list[Day]:
        if self._changing():
            return list(Day.objects.all())
        now = time.monotonic()
        if self.revision is None or now - self.checked > RECHECK_SECONDS:
            self._refresh()
            self.checked = now
        return self.rows

    def _changing(self) -> bool:
        """Has the transaction of this thread changed a day? A rollback takes the mark away with the change."""
        return any(self.settle == call for _, call, *_ in connection.run_on_commit)

    def _refresh(self) -> None:
        count, changed_at = Day.objects.aggregate(n=Count("id"), at=Max("changed_at")).values()
        if (count, changed_at) != self.revision:
            self.revision = count, changed_at
            self.rows = list(Day.objects.all())

    def settle(self) -> None:
        self.revision = None


_book = _Book()


def work_calendar(hours: str = "", area: str = "") -> WorkCalendar:
    """The calendar for opening hours (a key of the catalogue; empty: the site's usual) in an area.

    A changed day is seen at once by the transaction that changed it, by other processes within five seconds.
    """
    with _book.lock:
        rows = [day for day in _book.days() if area.startswith(day.area)]
        facts = {day.date: day.fact for day in sorted(rows, key=lambda day: len(day.area))}
        key = (hours or catalogue.pattern().hours, frozenset(facts.items()))
        if key not in _book.made:
            _book.made[key] = _make(key[0], facts)
        return _book.made[key]


def forget() -> None:
    """Read the days again at each question until the running transaction is settled, and once when it is."""
    _book.revision = None
    transaction.on_commit(_book.settle)


@cache
def _given() -> dict[date, DayFact]:
    chinese = chinese_facts() if catalogue.pattern().holidays == "chinese" else {}
    return {**chinese, **catalogue.decreed()}


def known_until(rows: list[Day]) -> int | None:
    """The last year known in the whole of the site's county; None when its pattern needs no decree."""
    if catalogue.pattern().holidays != "chinese":
        return None
    county = site().county
    decreed = {row.date: row.fact for row in rows if county.startswith(row.area)}
    return max(known_years({**_given(), **decreed}))


def origin(day: date) -> Origin | None:
    """Who says it of a day, where no administrator has said anything."""
    if day in catalogue.decreed():
        return Origin.SITE
    return Origin.LIBRARY if day in _given() else None


def reach() -> tuple[int, int]:
    """The first and the last year that can be counted in."""
    return FIRST.year, max(day.year for day in chinese_facts()) + YEARS_AHEAD


def _make(hours: str, decreed: dict[date, DayFact]) -> WorkCalendar:
    pattern = catalogue.pattern()
    facts = {**_given(), **decreed}
    known = known_years(facts) if pattern.holidays == "chinese" else None
    return WorkCalendar(
        catalogue.HOURS[hours],
        pattern=pattern,
        facts=facts,
        zone=ZoneInfo(site().timezone),
        first=FIRST,
        last=date(reach()[1], 12, 31),
        known=known,
    )
