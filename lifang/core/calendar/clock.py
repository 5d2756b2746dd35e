"""The working calendar itself: pure, prepared once, asked a million times.

Every unit is counted on its own *measure*, a never-falling function of the instant: seconds of open office, working
days (a day half over counts a half), or plain elapsed time. A limit asks for so much measure; a pause is measure
that passed without counting. That is why due times never jump back when a start, an amount or a pause grows.

House decisions, with their reasons:

* A limit in **hours** starts at once; outside opening hours that is the next opening. It may end exactly at closing
  time and then is due at closing time, not at the next opening: nobody gains a night by it.
* A limit in **days** does not count the day it starts on and ends when the n-th day ends (Civil Code, art. 201 and
  203): for working days at the closing time of the n-th working day, for calendar days at 23:59. A report made on
  Friday morning and one made on Friday night have the same due time. A site may instead count days by the clock
  (`day_limit: clock`: Friday 10:12 plus one working day is Monday 10:12; from outside hours, the opening).
* A limit in **calendar** units is for danger and promises to residents: it runs through nights and holidays and is
  not moved off them. Who wants holidays respected chooses a working unit.
* A pause lengthens the limit by what passed of its own measure, whenever it was; pauses may overlap.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

from lifang.core.calendar import words
from lifang.core.calendar.terms import (
    BeyondCalendar,
    DayFact,
    Kind,
    Limit,
    Line,
    Pauses,
    Suspended,
    Unit,
)
from lifang.core.calendar.week import Hours, Pattern, days_between, kind_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
DAY = 24 * HOUR
FOREVER = 1 << 62

Measure = int | Fraction
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Count:
    """How one unit is counted from one start."""

    measure: Callable[[int], Measure]
    instant: Callable[[Measure], int]
    origin: Measure


class WorkCalendar:
    """Counts limits for one kind of opening hours at one place."""

    def __init__(
        self,
        hours: Hours,
        *,
        pattern: Pattern,
        facts: Mapping[date, DayFact],
        zone: ZoneInfo,
        first: date,
        last: date,
        known: frozenset[int] | None = None,
    ) -> None:
        """`known` are the years whose holidays were decreed; None means the pattern needs no decree."""
        self.hours, self.pattern, self.zone = hours, pattern, zone
        self.first, self.last = first, last
        self._facts, self._known = facts, known
        self._opens: list[int] = []
        self._before: list[int] = []
        self._through: list[int] = []
        self._days: list[int] = []  # ordinals of the working days
        self._day_start: list[int] = []  # first span of each of them
        self._day_before: list[int] = []
        self._day_length: list[int] = []
        self._prepare()
        self._end = self._instant_of(last, 24 * 60)

    # -- what people ask ------------------------------------------------------------------------

    def due(self, limit: Limit, start: datetime, pauses: Pauses = ()) -> datetime:
        """When the limit is over. Raises `Suspended` while an open pause hides the answer."""
        begun = self._micro(start)
        count = self._count(limit.unit, begun)
        target = count.origin + self._goal(limit, begun, count)
        for pause_start, pause_end in _merged(pauses):
            since = max(count.measure(pause_start), count.origin)
            if since >= target:
                break
            if pause_end == FOREVER:
                raise Suspended("suspended; the due time is known when it is resumed")
            target += max(0, count.measure(pause_end) - since)
        return self._datetime(count.instant(target))

    def worked(self, start: datetime, end: datetime, unit: Unit, pauses: Pauses = ()) -> Decimal:
        """How much of the unit passed between two instants; days are whole days."""
        unit = Unit(unit)
        begun = self._micro(start)
        count = self._count(unit, begun)
        passed = self._passed(count, self._micro(end), pauses)
        if not unit.is_day:
            return Decimal(int(passed)) / HOUR
        if unit is Unit.WORK_DAY:
            return Decimal(floor(passed))
        return self._calendar_days(begun, count, passed)

    def counted(self, start: datetime, end: datetime, unit: Unit, pauses: Pauses = ()) -> Fraction:
        """Like `worked`, but exact to the fraction of a day."""
        count = self._count(unit, self._micro(start))
        passed = Fraction(self._passed(count, self._micro(end), pauses))
        return passed if unit is Unit.WORK_DAY else passed / (DAY if unit.is_day else HOUR)

    def left(self, limit: Limit, start: datetime, now: datetime, pauses: Pauses = ()) -> Decimal:
        """What remains in the limit's own unit; below zero when it is overdue."""
        return limit.amount - self.worked(start, now, limit.unit, pauses)

    def used(self, limit: Limit, start: datetime, now: datetime, pauses: Pauses = ()) -> float:
        """The share of the limit that has passed: 0 at the start, 1 when due, more when late."""
        begun = self._micro(start)
        count = self._count(limit.unit, begun)
        return float(
            Fraction(self._passed(count, self._micro(now), pauses))
            / Fraction(self._goal(limit, begun, count))
        )

    def explain(self, limit: Limit, start: datetime, pauses: Pauses = ()) -> list[Line]:
        """The counting in plain words, day by day, ending with the due time."""
        return words.explain(self, limit, start, pauses)

    def is_open(self, at: datetime) -> bool:
        instant = self._micro(at)
        span = self._span_at(instant)
        return span >= 0 and instant < self._close(span)

    def next_opening(self, at: datetime) -> datetime:
        """The instant itself inside opening hours, else when the office opens next."""
        if self.is_open(at):
            return at
        span = bisect_left(self._opens, self._micro(at))
        if span == len(self._opens):
            raise BeyondCalendar(self.first, self.last)
        return self._datetime(self._opens[span])

    def is_working_day(self, day: date) -> bool:
        place = bisect_left(self._days, day.toordinal())
        return place < len(self._days) and self._days[place] == day.toordinal()

    def kind(self, day: date) -> Kind:
        """Why the day counts or does not; days of a round-the-clock service always work."""
        if self.hours.every_day:
            return Kind.WORKING
        kind = kind_of(day, self._facts.get(day), self.pattern)
        return (
            kind
            if kind in (Kind.HOLIDAY, Kind.WEEKEND) or self.is_working_day(day)
            else Kind.WEEKEND
        )

    def fact(self, day: date) -> DayFact | None:
        return self._facts.get(day)

    def is_known(self, day: date) -> bool:
        """False when the holidays of that year are not decreed yet and the plain week is used."""
        return self._known is None or self.hours.every_day or day.year in self._known

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Opening hours between two instants."""
        return MICROSECOND * max(0, self._work(self._micro(end)) - self._work(self._micro(start)))

    def day_hours(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing time of a working day."""
        place = bisect_left(self._days, day.toordinal())
        if not self.is_working_day(day):
            return None
        return self._datetime(self._opens[self._day_start[place]]), self._datetime(
            self._closing(place)
        )

    # -- preparing the table --------------------------------------------------------------------

    def _prepare(self) -> None:
        total = 0
        for day in days_between(self.first, self.last):
            kind = kind_of(day, self._facts.get(day), self.pattern)
            if not (self.hours.every_day or kind in (Kind.WORKING, Kind.MAKE_UP)):
                continue
            spans = self.hours.on(day, regular=kind is not Kind.MAKE_UP)
            if not spans:
                continue
            self._days.append(day.toordinal())
            self._day_start.append(len(self._opens))
            self._day_before.append(total)
            for opens, closes in spans:
                opened, closed = self._instant_of(day, opens), self._instant_of(day, closes)
                self._opens.append(opened)
                self._before.append(total)
                total += closed - opened
                self._through.append(total)
            self._day_length.append(total - self._day_before[-1])

    def _instant_of(self, day: date, minute: int) -> int:
        whole, rest = divmod(minute, 24 * 60)
        local = datetime.combine(day + timedelta(days=whole), datetime.min.time(), self.zone)
        return self._micro(local.replace(hour=rest // 60, minute=rest % 60))

    # -- measures -------------------------------------------------------------------------------

    def _count(self, unit: Unit, begun: int) -> _Count:
        if unit is Unit.WORK_HOUR:
            return _Count(self._work, self._from_work, self._work(begun))
        by_clock = self.pattern.day_limit == "clock"
        if unit is Unit.WORK_DAY:
            if by_clock:
                return _Count(self._workdays, self._opening_of, self._workdays(begun))
            return _Count(self._workdays, self._closing_of, self._first_day_after(begun))
        if unit is Unit.CALENDAR_HOUR or by_clock:
            return _Count(_same, _same, begun)
        return _Count(_same, _same, self._instant_of(self._local(begun).date(), 24 * 60))

    def _goal(self, limit: Limit, begun: int, count: _Count) -> Measure:
        if not limit.unit.is_day:
            return int(limit.amount * HOUR)
        if limit.unit is Unit.WORK_DAY:
            return int(limit.amount)
        return self._calendar_goal(int(limit.amount), begun, count)

    def _calendar_goal(self, days: int, begun: int, count: _Count) -> Measure:
        local = self._local(begun)
        ends = local.date() + timedelta(days=days)
        if self.pattern.day_limit == "clock":
            same_clock = datetime.combine(ends, local.time(), self.zone)
            return self._micro(same_clock) - count.origin
        return self._instant_of(ends, 23 * 60 + 59) - count.origin

    def _calendar_days(self, begun: int, count: _Count, passed: Measure) -> Decimal:
        days = int(passed) // DAY
        while self._calendar_goal(days + 1, begun, count) <= passed:
            days += 1
        while days and self._calendar_goal(days, begun, count) > passed:
            days -= 1
        return Decimal(days)

    def _passed(self, count: _Count, end: int, pauses: Pauses) -> Measure:
        until = count.measure(end)
        passed = max(0, until - count.origin)
        for pause_start, pause_end in _merged(pauses):
            if pause_start >= end:
                break
            since = max(count.measure(pause_start), count.origin)
            passed -= max(0, count.measure(min(pause_end, end)) - since)
        return passed

    def _work(self, instant: int) -> int:
        span = self._span_at(instant)
        if span < 0:
            return 0
        return self._before[span] + min(instant, self._close(span)) - self._opens[span]

    def _from_work(self, work: Measure) -> int:
        span = bisect_left(self._through, work)
        if span == len(self._through):
            raise BeyondCalendar(self.first, self.last)
        return self._opens[span] + int(work) - self._before[span]

    def _workdays(self, instant: int) -> Fraction:
        work = self._work(instant)
        place = bisect_right(self._day_before, work) - 1
        return place + Fraction(work - self._day_before[place], self._day_length[place])

    def _first_day_after(self, instant: int) -> int:
        return bisect_right(self._days, self._local(instant).toordinal())

    def _closing_of(self, days: Measure) -> int:
        whole = floor(days)
        return self._closing(whole - 1) if days == whole else self._inside_day(whole, days)

    def _opening_of(self, days: Measure) -> int:
        whole = floor(days)
        if whole >= len(self._days):
            raise BeyondCalendar(self.first, self.last)
        opening = self._opens[self._day_start[whole]]
        return opening if days == whole else self._inside_day(whole, days)

    def _inside_day(self, place: int, days: Measure) -> int:
        if place >= len(self._days):
            raise BeyondCalendar(self.first, self.last)
        # Rounded up: a microsecond early would leave the last day unfinished.
        return self._from_work(
            self._day_before[place] + ceil((days - place) * self._day_length[place])
        )

    def _closing(self, place: int) -> int:
        if place >= len(self._days):
            raise BeyondCalendar(self.first, self.last)
        following = place + 1
        spans = self._day_start[following] if following < len(self._days) else len(self._opens)
        return self._close(spans - 1)

    # -- instants -------------------------------------------------------------------------------

    def _span_at(self, instant: int) -> int:
        """The last span that began; -1 before the first. Raises when the table ends earlier."""
        span = bisect_right(self._opens, instant) - 1
        if (span < 0 and instant < self._instant_of(self.first, 0)) or instant > self._end:
            raise BeyondCalendar(self.first, self.last)
        return span

    def _close(self, span: int) -> int:
        return self._opens[span] + self._through[span] - self._before[span]

    def _local(self, instant: int) -> datetime:
        return self._datetime(instant)

    def _micro(self, at: datetime) -> int:
        return (at - EPOCH) // MICROSECOND

    def _datetime(self, instant: int) -> datetime:
        return (EPOCH + timedelta(microseconds=instant)).astimezone(self.zone)


def _same(value: Measure) -> int:
    return int(value)


def _merged(pauses: Pauses) -> list[Stretch]:
    """Pauses in order, overlaps joined, empty ones dropped; an open end is `FOREVER`."""
    if not pauses:
        return []
    merged: list[Stretch] = []
    for start, end in sorted(
        ((begin - EPOCH) // MICROSECOND, FOREVER if end is None else (end - EPOCH) // MICROSECOND)
        for begin, end in pauses
    ):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
