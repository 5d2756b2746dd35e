"""When the silence of somebody living alone is longer than it has ever been for them at this time of the day.

A person, not a sensor: a door and then nothing is "gone out", devices that say nothing are "unknown", and only silence
at home with devices that work is a reason to ask. The limit is learnt from the person's own quiet hours.
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

HOUR, DAY = 3600.0, 86400.0
ZONE = 8 * HOUR
NEAR_HOURS = 2.0  # quiet spells that began so near to the same hour are alike
FLOOR, CEILING, GONE = 4 * HOUR, 12 * HOUR, 24 * HOUR
SHORTEST = HOUR / 2  # a pause of less is no quiet spell
KEPT_DAYS, WEEK_KINDS_DAYS, LEARNING_DAYS = 56, 35, 14
MARGIN_FEW, MARGIN_MANY = 1.5, 1.3  # on the longest spell, after two weeks and after five
ASLEEP_SPELL = 4.5 * HOUR
QUIET_AFTER = HOUR / 2


class Sign(StrEnum):
    INSIDE = "inside"  # motion, water, a switch, a plug: somebody is in
    DOOR = "door"  # the door of the home: in or out


class Being(StrEnum):
    HOME = "home"
    QUIET = "quiet"
    ASLEEP = "asleep"
    AWAY = "away"
    UNKNOWN = "unknown"
    PAUSED = "paused"


class Spell(msgspec.Struct, array_like=True):
    began: float
    length: float


class Reason(NamedTuple):
    """What the evidence card says about a limit."""

    limit: float
    longest: float
    spells: int
    learning: bool
    away: bool


class Person(msgspec.Struct, kw_only=True):
    """All that is remembered of one home; a few hundred numbers, no timeline of what was done when."""

    spells: list[Spell] = []
    first: float = 0.0
    last: float = 0.0
    sign: Sign = Sign.INSIDE
    blind_since: float = 0.0  # devices silent: the clock of the person stands still
    blind: float = 0.0  # seconds of it in this silence
    paused_from: float = 0.0
    paused_until: float = 0.0
    gone_limit: float = GONE
    ceiling: float = CEILING

    def hear(self, at: float, sign: Sign) -> None:
        """A sign of life; the silence before it is experience, if the devices worked and nobody was out."""
        if at < self.last:
            return
        self.first = self.first or at
        length = at - self.last if self.last else 0.0
        heard_all = (
            not self.blind
            and not self.blind_since
            and not (self.last < self.paused_until and at > self.paused_from)
        )
        if length >= SHORTEST and self.sign is Sign.INSIDE and heard_all:
            self.spells.append(Spell(self.last, length))
            self._forget(at)
        self.last, self.sign = at, sign
        self.blind, self.blind_since = 0.0, 0.0

    def lose(self, at: float) -> None:
        """Nothing can be heard: a gateway, a battery, the power."""
        self.blind_since = self.blind_since or max(at, self.last)

    def regain(self, at: float) -> None:
        if self.blind_since:
            self.blind += max(0.0, at - self.blind_since)
            self.blind_since = 0.0

    def pause(self, until: float, since: float = 0.0) -> None:
        """Away by notice; nobody is asked for from then until then."""
        self.paused_from, self.paused_until = since, until

    def unlearn(self, began: float) -> None:
        """A silence that turned out to be an emergency is no experience."""
        self.spells = [
            one for one in self.spells if not one.began <= began < one.began + one.length
        ]

    def being(self, now: float) -> Being:
        if self.paused_from <= now < self.paused_until:
            return Being.PAUSED
        if self.blind_since or not self.last:
            return Being.UNKNOWN
        silent = now - self.last
        if self.sign is Sign.DOOR and silent > QUIET_AFTER / 3:
            return Being.AWAY
        if silent < QUIET_AFTER:
            return Being.HOME
        return Being.ASLEEP if self.longest(self.last)[0] >= ASLEEP_SPELL else Being.QUIET

    def due(self) -> float | None:
        """When the present silence becomes too long; None while nothing can be said."""
        if not self.last or self.blind_since:
            return None
        due = self.last + self.reason().limit + self.blind
        return self.paused_until if self.paused_from <= due < self.paused_until else due

    def reason(self) -> Reason:
        away = self.sign is Sign.DOOR
        longest, spells = self.longest(self.last)
        days = (self.last - self.first) / DAY
        learning = days < LEARNING_DAYS / 3 or not spells
        if away:
            return Reason(self.gone_limit, longest, spells, learning, away=True)
        if learning:
            return Reason(self.ceiling, longest, spells, learning=True, away=False)
        limit = min(self.ceiling, max(FLOOR, longest * _margin(days)))
        return Reason(limit, longest, spells, learning=False, away=False)

    def longest(self, began: float) -> tuple[float, int]:
        """The longest quiet spell that began near this hour, and of how many."""
        hour = _hour(began)
        kinds = self.last - self.first >= WEEK_KINDS_DAYS * DAY
        alike = [
            one.length
            for one in self.spells
            if _apart(_hour(one.began), hour) <= NEAR_HOURS
            and (not kinds or _weekend(one.began) == _weekend(began))
        ]
        return max(alike, default=0.0), len(alike)

    def _forget(self, at: float) -> None:
        if self.spells[0].began < at - KEPT_DAYS * DAY:
            self.spells = [one for one in self.spells if one.began >= at - KEPT_DAYS * DAY]


def _margin(days: float) -> float:
    many = min(1.0, max(0.0, (days - LEARNING_DAYS) / (WEEK_KINDS_DAYS - LEARNING_DAYS)))
    return MARGIN_FEW + (MARGIN_MANY - MARGIN_FEW) * many


def _hour(at: float) -> float:
    return ((at + ZONE) % DAY) / HOUR


def _apart(one: float, other: float) -> float:
    return min(abs(one - other), 24 - abs(one - other))


def _weekend(at: float) -> bool:
    return (int((at + ZONE) // DAY) + 3) % 7 >= 5  # 1 January 1970 was a Thursday
