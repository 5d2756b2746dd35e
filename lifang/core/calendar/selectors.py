"""Decreed days are public facts: whoever acts may read them all."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.calendar.book import work_calendar
from lifang.core.calendar.models import Day
from lifang.core.calendar.terms import Kind
from lifang.core.calendar.week import days_between
from lifang.core.i18n import Text


class Shown(NamedTuple):
    """One date as a page shows it; `decreed` is the editable row that made it so, if one did."""

    date: date
    kind: Kind
    name: Text | None
    decreed: Day | None


def days(actor: Actor, year: int) -> list[Day]:
    """The editable rows of a year."""
    return list(Day.objects.filter(date__year=year))


def day(actor: Actor, pk: UUID) -> Day | None:
    return Day.objects.filter(pk=pk).first()


def year(actor: Actor, year: int, area: str = "") -> list[Shown]:
    """Every date of a year with why it counts or not."""
    calendar = work_calendar(area=area)
    rows = {row.date: row for row in days(actor, year) if area.startswith(row.area)}
    shown = []
    for date_ in days_between(date(year, 1, 1), date(year, 12, 31)):
        fact = calendar.fact(date_)
        shown.append(
            Shown(date_, calendar.kind(date_), fact.name if fact else None, rows.get(date_))
        )
    return shown
