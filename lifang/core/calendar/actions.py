from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.calendar import book, rules
from lifang.core.calendar.catalogue import pattern
from lifang.core.calendar.events import DayChanged
from lifang.core.calendar.models import Day
from lifang.core.calendar.plan import Break, days_of, may_plan
from lifang.core.calendar.terms import DayFact
from lifang.core.events import publish
from lifang.core.i18n import Text


class YearSet(NamedTuple):
    """How many days a year's notice set, and how many earlier ones it took back."""

    set: int
    taken_back: int


@action("calendar.set_day")
def set_day(
    *,
    actor: Actor,
    date: date,
    working: bool,
    name: Text,
    area: str = "",
    source: str = "",
    at: datetime,
) -> Day:
    """Decree one date as worked or not, in an area and all below it."""
    insist(_may(actor, "calendar.set_day", area), rules.may_set(date, name, book.reach()))
    day, _ = Day.objects.update_or_create(
        date=date,
        area=area,
        defaults={
            "working": working,
            "name_zh": name.zh,
            "name_en": name.en,
            "source": source,
            "changed_at": at,
        },
    )
    _changed(date, area, at)
    return day


@action("calendar.unset_day")
def unset_day(*, actor: Actor, day: Day, at: datetime) -> None:
    """Take a decree back: the date follows the pattern again."""
    insist(_may(actor, "calendar.unset_day", day.area))
    date, area = day.date, day.area
    Day.objects.filter(pk=day.pk).delete()
    _changed(date, area, at)


@action("calendar.set_year")
def set_year(
    *,
    actor: Actor,
    year: int,
    plan: Sequence[Break],
    area: str = "",
    source: str = "",
    whole: bool = False,
    at: datetime,
) -> YearSet:
    """Decree the days of a year's notice, all or none; `whole` takes back what was set before and is not in it."""
    insist(_may(actor, "calendar.set_year", area), rules.in_reach(year, book.reach()))
    insist(may_plan(plan, year, pattern()))
    wanted = days_of(plan)
    there = {row.date: row for row in Day.objects.filter(area=area, date__year=year)}
    new = {day: fact for day, fact in wanted.items() if not _same(there.get(day), fact, source)}
    for day, fact in new.items():
        set_day(
            actor=actor,
            date=day,
            working=fact.working,
            name=fact.name,
            area=area,
            source=source,
            at=at,
        )
    stale = [row for day, row in there.items() if whole and day not in wanted]
    for row in stale:
        unset_day(actor=actor, day=row, at=at)
    return YearSet(len(new), len(stale))


def _same(row: Day | None, fact: DayFact, source: str) -> bool:
    return row is not None and row.fact == fact and row.source == source


def _may(actor: Actor, capability: str, area: str) -> Refusal | None:
    # An empty area is the whole site, so "any grant will do" is not enough.
    return None if actor.may(capability, area) else Refusal("not_allowed")


def _changed(day: date, area: str, at: datetime) -> None:
    book.forget()
    publish(DayChanged(day=day, area=area, at=at), area=area)
