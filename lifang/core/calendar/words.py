"""How a due time came about, in words a resident and a street officer both understand."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from lifang.core.calendar.terms import Kind, Limit, Line, Pauses, Suspended, Unit, plain
from lifang.core.i18n import Text
from lifang.core.i18n.when import day_text, instant_text

if TYPE_CHECKING:
    from lifang.core.calendar.clock import WorkCalendar


def number(value: Fraction) -> str:
    return plain(round(Decimal(value.numerator) / value.denominator, 2))


class _Day(NamedTuple):
    day: date
    kind: Kind
    name: Text | None
    known: bool
    amount: Fraction
    length: Fraction

    @property
    def group(self) -> tuple[object, ...]:
        # Days say the same when they count the same and for the same reason.
        return self.kind, self.name, self.known, self.amount, self.length


class _Story:
    """One explanation in the making: lines with the instant they belong to."""

    def __init__(
        self, calendar: "WorkCalendar", limit: Limit, start: datetime, pauses: Pauses
    ) -> None:
        self.calendar, self.limit, self.pauses = calendar, limit, pauses
        self.start = start.astimezone(calendar.zone)
        self.year = self.start.year
        self.lines: list[tuple[datetime, Line]] = []

    def say(self, at: datetime, kind: str, zh: str, en: str) -> None:
        self.lines.append((at, Line(kind, Text(zh=zh, en=en))))

    def tell(self) -> list[Line]:
        opening, shown = self.limit.name, instant_text(self.start, self.year)
        first = Line(
            "limit",
            Text(
                zh=f"时限{opening.zh}，{shown.zh}收到",
                en=f"Limit {opening.en}, received {shown.en}",
            ),
        )
        try:
            due = self.calendar.due(self.limit, self.start, self.pauses)
        except Suspended:
            return [first, *self._sorted_pauses(None), self._suspended()]
        self._count(due)
        told = [line for _, line in sorted(self.lines, key=lambda item: item[0])]
        return [first, *told, *self._notice(due), self._so(due)]

    def _count(self, due: datetime) -> None:
        if self.limit.unit.is_work:
            self._first_day()
            for days in _grouped(self._days(due)):
                self._days_line(days, due)
        else:
            self.say(
                self.start,
                "rule",
                "按自然时间计算，夜间、周末和节假日都计入"
                + ("，收到当天不计" if self._skips_first_day else ""),
                "Every day and hour counts, nights, weekends and holidays too"
                + ("; the day it came in does not" if self._skips_first_day else ""),
            )
        self._pause_lines(due)

    @property
    def _skips_first_day(self) -> bool:
        return self.limit.unit.is_day and self.calendar.pattern.day_limit == "closing"

    def _first_day(self) -> None:
        if self._skips_first_day:
            day = day_text(self.start.date(), self.year)
            self.say(
                self.start,
                "first",
                f"{day.zh}收到当天不计",
                f"{day.en}, the day it came in, does not count",
            )
        elif not self.calendar.is_open(self.start):
            opening = self.calendar.next_opening(self.start)
            shown = instant_text(opening, self.year)
            self.say(
                self.start,
                "first",
                f"收到时不在工作时间，从{shown.zh}起算",
                f"It came in outside opening hours, so counting starts {shown.en}",
            )

    def _days(self, due: datetime) -> Iterator[_Day]:
        calendar, unit = self.calendar, self.limit.unit
        day = self.start.date() + timedelta(days=1 if self._skips_first_day else 0)
        before = Fraction(0)
        while day <= due.date():
            ends = min(
                due, datetime.combine(day + timedelta(days=1), datetime.min.time(), calendar.zone)
            )
            through = calendar.counted(self.start, ends, unit, self.pauses)
            fact = calendar.fact(day)
            yield _Day(
                day,
                calendar.kind(day),
                fact.name if fact else None,
                calendar.is_known(day),
                through - before,
                self._length(day),
            )
            before = through
            day += timedelta(days=1)

    def _length(self, day: date) -> Fraction:
        hours = self.calendar.day_hours(day)
        if hours is None:
            return Fraction(0)
        if self.limit.unit is Unit.WORK_DAY:
            return Fraction(1)
        return Fraction(self.calendar.open_time(*hours) // timedelta(microseconds=1), 3_600_000_000)

    def _days_line(self, days: list[_Day], due: datetime) -> None:
        first, last = days[0], days[-1]
        at = datetime.combine(first.day, datetime.min.time(), self.calendar.zone)
        shown = self._range(first.day, last.day)
        if first.kind is Kind.HOLIDAY and (name := first.name):
            self.say(
                at,
                "holiday",
                f"{shown.zh}{name.zh}放假，不计",
                f"{shown.en} {name.en}, does not count",
            )
        elif first.kind is Kind.WEEKEND:
            verb = "does" if len(days) == 1 else "do"
            self.say(at, "weekend", f"{shown.zh}休息日，不计", f"{shown.en} {verb} not count")
        elif first.amount:
            self._working_line(at, days, shown, due)

    def _working_line(self, at: datetime, days: list[_Day], shown: Text, due: datetime) -> None:
        first = days[0]
        whole = first.amount == first.length
        zh, en = ("补班", " is a make-up workday,") if first.kind is Kind.MAKE_UP else ("", "")
        kind = "make_up" if first.kind is Kind.MAKE_UP else "working"
        if not whole and len(days) == 1:
            shown = self._stretch(first.day, due, shown)
        total = first.amount * len(days)
        verb = "counts" if len(days) == 1 else "count"
        if self.limit.unit is Unit.WORK_DAY:
            unit = "working day" if total == 1 else "working days"
            self.say(
                at,
                kind,
                f"{shown.zh}{zh}计{number(total)}个工作日",
                f"{shown.en}{en} {verb} {number(total)} {unit}",
            )
        elif len(days) == 1:
            self.say(
                at,
                kind,
                f"{shown.zh}{zh}计{number(total)}小时",
                f"{shown.en}{en} {verb} {number(total)} h",
            )
        else:
            sum_ = f"{len(days)} × {number(first.amount)}"
            self.say(
                at,
                kind,
                f"{shown.zh}{zh}计{sum_}={number(total)}小时",
                f"{shown.en}{en} {verb} {sum_} = {number(total)} h",
            )

    def _stretch(self, day: date, due: datetime, shown: Text) -> Text:
        """Add from when to when to a day that counts in part, where no pause makes that untrue."""
        hours = self.calendar.day_hours(day)
        if hours is None or self.pauses:
            return shown
        begins, ends = max(hours[0], self.start), min(hours[1], due)
        span = f"{begins.astimezone(self.calendar.zone):%H:%M}–{ends.astimezone(self.calendar.zone):%H:%M}"
        return Text(zh=f"{shown.zh}{span}", en=f"{shown.en} {span}")

    def _range(self, first: date, last: date) -> Text:
        begins, ends = day_text(first, self.year), day_text(last, self.year)
        if first == last:
            return begins
        if last - first == timedelta(days=1):
            return Text(zh=f"{begins.zh}、{ends.zh}", en=f"{begins.en} and {ends.en}")
        return Text(zh=f"{begins.zh}至{ends.zh}", en=f"{begins.en}–{ends.en}")

    def _pause_lines(self, due: datetime | None) -> None:
        for begin, end in self.pauses:
            begins = max(begin, self.start).astimezone(self.calendar.zone)
            if end is None or end <= begins or (due is not None and begins >= due):
                continue
            zone_end = end.astimezone(self.calendar.zone)
            since, until = instant_text(begins, self.year), instant_text(zone_end, self.year)
            self.say(
                begins,
                "pause",
                f"{since.zh}至{until.zh}挂起，不计时",
                f"Suspended {since.en} to {until.en}, does not count",
            )

    def _sorted_pauses(self, due: datetime | None) -> list[Line]:
        self._pause_lines(due)
        return [line for _, line in sorted(self.lines, key=lambda item: item[0])]

    def _suspended(self) -> Line:
        since = min(begin for begin, end in self.pauses if end is None)
        shown = instant_text(since.astimezone(self.calendar.zone), self.year)
        return Line(
            "suspended",
            Text(
                zh=f"{shown.zh}起挂起，恢复后重新计算截止时间",
                en=f"Suspended since {shown.en}; the due time is known when it is resumed",
            ),
        )

    def _notice(self, due: datetime) -> list[Line]:
        unknown = [
            year
            for year in range(self.start.year, due.year + 1)
            if not self.calendar.is_known(date(year, 1, 1))
        ]
        if not (unknown and self.limit.unit.is_work):
            return []
        years = ", ".join(map(str, unknown))
        return [
            Line(
                "unknown",
                Text(
                    zh=f"{years}年放假安排尚未公布，暂按周一至周五计算",
                    en=f"The holidays of {years} are not announced yet; counted by the plain week",
                ),
            )
        ]

    def _so(self, due: datetime) -> Line:
        shown = instant_text(due, self.year)
        return Line("due", Text(zh=f"所以截止时间是{shown.zh}", en=f"So it is due {shown.en}"))


def explain(
    calendar: "WorkCalendar", limit: Limit, start: datetime, pauses: Pauses = ()
) -> list[Line]:
    return _Story(calendar, limit, start, pauses).tell()


def _grouped(days: Iterator[_Day]) -> Iterator[list[_Day]]:
    for _, group in groupby(days, key=lambda day: day.group):
        yield list(group)
