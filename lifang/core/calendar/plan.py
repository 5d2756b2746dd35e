"""The plan of a year: its breaks, each with the workdays that make up for it; pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.core.calendar.terms import DayFact
from lifang.core.calendar.week import WEEKDAYS, Pattern, days_between, holiday_names
from lifang.core.i18n import Text
from lifang.core.i18n.when import day_text

LONGEST = 31  # days; the longest break so far had 9


class Break(NamedTuple):
    """A holiday from its first to its last day, and the days off that are worked for it."""

    name: Text
    first: date | None = None
    last: date | None = None
    make_up: tuple[date, ...] = ()


def holiday_name(chinese: str) -> Text:
    """Both names of the holidays written as in a notice: `国庆节、中秋节`."""
    parts = [part for part in chinese.split("、") if part]
    english = [next((n.en for n in holiday_names() if part.startswith(n.zh)), "") for part in parts]
    return Text(zh=chinese, en=", ".join(english) if all(english) else chinese)


def days_of(plan: Iterable[Break]) -> dict[date, DayFact]:
    """Each day of a plan that may be made."""
    days: dict[date, DayFact] = {}
    for one in plan:
        if one.first and one.last:
            days |= dict.fromkeys(days_between(one.first, one.last), DayFact(False, one.name))
        days |= dict.fromkeys(one.make_up, DayFact(True, one.name))
    return days


def may_plan(plan: Sequence[Break], year: int, pattern: Pattern) -> Refusal | None:
    """Breaks in order, near their year, no day twice; make-up workdays on what else is a day off."""
    if not any(one.first or one.make_up for one in plan):
        return Refusal("plan_empty")
    return next((found for one in plan if (found := _may_be(one, year, pattern))), None) or _twice(
        plan
    )


def _may_be(one: Break, year: int, pattern: Pattern) -> Refusal | None:
    if not one.name.zh.strip() or not one.name.en.strip():
        return Refusal("plan_name")
    if bool(one.first) != bool(one.last):
        return Refusal("plan_half", {"name": one.name})
    if one.first and one.last and not 0 <= (one.last - one.first).days < LONGEST:
        return Refusal("plan_order", {"name": one.name, "most": LONGEST})
    for day in (*filter(None, (one.first, one.last)), *one.make_up):
        # New Year's break may begin in December and its make-up workdays follow in January.
        if (
            not (date(year, 1, 1) - day).days <= LONGEST
            or (day - date(year, 12, 31)).days > LONGEST
        ):
            return Refusal("plan_year", {"day": day_text(day), "year": str(year)})
    for day in one.make_up:
        if WEEKDAYS[day.weekday()] in pattern.week:
            return Refusal("plan_weekday", {"day": day_text(day)})
    return None


def _twice(plan: Sequence[Break]) -> Refusal | None:
    days = sorted(
        day
        for one in plan
        for day in (
            *(days_between(one.first, one.last) if one.first and one.last else ()),
            *one.make_up,
        )
    )
    again = next((day for day, following in pairwise(days) if day == following), None)
    return Refusal("plan_twice", {"day": day_text(again)}) if again else None
