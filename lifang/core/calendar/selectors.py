"""Decreed days are public facts: whoever acts may read them all."""

from datetime import date
from typing import NamedTuple

from lifang.core.access import Actor
from lifang.core.calendar import book
from lifang.core.calendar.book import work_calendar
from lifang.core.calendar.clock import WorkCalendar
from lifang.core.calendar.models import Day
from lifang.core.calendar.terms import Kind, Origin
from lifang.core.calendar.week import days_between
from lifang.core.i18n import Text


class Shown(NamedTuple):
    """One date as a page shows it; `decreed` is the editable row that made it so, if one did."""

    date: date
    kind: Kind
    name: Text | None
    origin: Origin | None
    decreed: Day | None


def days(actor: Actor, year: int) -> list[Day]:
    """The editable rows of a year."""
    return list(Day.objects.filter(date__year=year))


def day(actor: Actor, date: date, area: str = "") -> Shown:
    """One date in an area, with why it counts or not."""
    rows = Day.objects.filter(date=date)
    return _shown(date, work_calendar(area=area), {row.area: row for row in rows}, area)


def year(actor: Actor, year: int, area: str = "") -> list[Shown]:
    """Every date of a year with why it counts or not."""
    calendar = work_calendar(area=area)
    rows: dict[date, dict[str, Day]] = {}
    for row in days(actor, year):
        rows.setdefault(row.date, {})[row.area] = row
    return [
        _shown(one, calendar, rows.get(one, {}), area)
        for one in days_between(date(year, 1, 1), date(year, 12, 31))
    ]


def is_known(actor: Actor, year: int, area: str = "") -> bool:
    """Whether the year's holidays are decreed here; until then the plain week is used."""
    return work_calendar(area=area).is_known(date(year, 1, 1))


def reach(actor: Actor) -> tuple[int, int]:
    """The first and the last year that can be counted in."""
    return book.reach()


def _shown(day: date, calendar: WorkCalendar, rows: dict[str, Day], area: str) -> Shown:
    nearest = max((code for code in rows if area.startswith(code)), key=len, default=None)
    row = None if nearest is None else rows[nearest]
    fact = calendar.fact(day)
    origin = Origin.ADMINISTRATOR if row else book.origin(day)
    return Shown(day, calendar.kind(day), fact.name if fact else None, origin, row)
