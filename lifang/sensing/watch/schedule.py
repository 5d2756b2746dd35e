"""When a rule may raise: windows of the day, days of the week, holidays, season; local time of China."""

from datetime import date, timedelta

import msgspec

ZONE_SECONDS = 8 * 3600  # Asia/Shanghai has no summer time
DAY = 86400
EPOCH = date(1970, 1, 1)
HOLIDAY = 7  # a "day of the week" of its own
EVERY_DAY = frozenset(range(8))
FAR = float("inf")


class Window(msgspec.Struct, frozen=True):
    """From one minute of the day to another; `to` below `start` goes over midnight."""

    start: int = 0
    to: int = 1440
    days: frozenset[int] = EVERY_DAY


class Season(msgspec.Struct, frozen=True):
    """From one (month, day) to another, both included; may go over New Year."""

    start: tuple[int, int]
    to: tuple[int, int]


class Schedule(msgspec.Struct, frozen=True):
    windows: tuple[Window, ...] = ()
    season: Season | None = None
    holidays: frozenset[date] = frozenset()

    def active(self, at: float) -> bool:
        day, minute = _local(at)
        if not self.windows:
            return self._in_season(day)
        return any(self._within(window, day, minute) for window in self.windows)

    def next(self, at: float) -> float:
        """The first moment from `at` on at which the rule may raise; never, if there is none."""
        if self.always or self.active(at):
            return at
        first, _ = _local(at)
        for ahead in range(400):
            day = first + timedelta(days=ahead)
            starts = sorted({0, *(window.start for window in self.windows)})
            for minute in starts:
                moment = (day - EPOCH).days * DAY + minute * 60 - ZONE_SECONDS
                if moment >= at and self.active(moment):
                    return float(moment)
        return FAR

    @property
    def always(self) -> bool:
        return not self.windows and self.season is None

    def _within(self, window: Window, day: date, minute: float) -> bool:
        if window.start < window.to:
            return window.start <= minute < window.to and self._counts(window, day)
        if minute >= window.start:
            return self._counts(window, day)
        return minute < window.to and self._counts(window, day - timedelta(days=1))

    def _counts(self, window: Window, day: date) -> bool:
        kind = HOLIDAY if day in self.holidays else day.weekday()
        return kind in window.days and self._in_season(day)

    def _in_season(self, day: date) -> bool:
        if self.season is None:
            return True
        here, start, to = (day.month, day.day), self.season.start, self.season.to
        return start <= here <= to if start <= to else here >= start or here <= to


def _local(at: float) -> tuple[date, float]:
    days, seconds = divmod(at + ZONE_SECONDS, DAY)
    return EPOCH + timedelta(days=int(days)), seconds / 60
