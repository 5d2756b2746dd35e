"""The words of the working calendar: units, limits, pauses, days, hours."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import msgspec

from lifang.core.i18n import Text


class Unit(StrEnum):
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    CALENDAR_HOUR = "calendar_hour"
    CALENDAR_DAY = "calendar_day"

    @property
    def is_work(self) -> bool:
        return self in (Unit.WORK_HOUR, Unit.WORK_DAY)

    @property
    def is_day(self) -> bool:
        return self in (Unit.WORK_DAY, Unit.CALENDAR_DAY)


UNIT_NAMES = {
    Unit.WORK_HOUR: Text(zh="个工作小时", en="working hours"),
    Unit.WORK_DAY: Text(zh="个工作日", en="working days"),
    Unit.CALENDAR_HOUR: Text(zh="小时", en="hours"),
    Unit.CALENDAR_DAY: Text(zh="天", en="days"),
}


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long somebody has: `Limit(4, "work_hour")`; in YAML `{amount: 4, unit: work_hour}`."""

    amount: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        # Built in Python rather than read from YAML, the fields have not been converted yet.
        msgspec.structs.force_setattr(self, "amount", Decimal(str(self.amount)))
        msgspec.structs.force_setattr(self, "unit", Unit(self.unit))
        if self.amount <= 0:
            raise ValueError("a limit is longer than nothing")
        if self.unit.is_day and self.amount != int(self.amount):
            raise ValueError("a limit in days is whole; write half a day in hours")

    @property
    def name(self) -> Text:
        amount = plain(self.amount)
        unit = UNIT_NAMES[self.unit]
        english = unit.en.removesuffix("s") if self.amount == 1 else unit.en
        return Text(zh=f"{amount}{unit.zh}", en=f"{amount} {english}")


class Pause(NamedTuple):
    """The clock stands still from `start` up to `end`; without an end it still stands."""

    start: datetime
    end: datetime | None = None


Pauses = Sequence[Pause | tuple[datetime, datetime | None]]


class Kind(StrEnum):
    """Why a day counts or does not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


class Origin(StrEnum):
    """Who says that a day is worked or not; none where the week says it."""

    LIBRARY = "library"
    SITE = "site"
    ADMINISTRATOR = "administrator"


class DayFact(NamedTuple):
    """What somebody decreed about one date, against the pattern of the week."""

    working: bool
    name: Text


class Line(NamedTuple):
    """One step of the counting in plain words; `kind` lets a page choose an icon."""

    kind: str
    text: Text

    def __str__(self) -> str:
        return str(self.text)


class Suspended(ValueError):
    """Asked when something suspended is due: nobody can know before it is resumed."""


class BeyondCalendar(ValueError):
    """Asked about an instant the prepared table does not reach."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"the working calendar reaches from {first} to {last}")


def plain(amount: Decimal) -> str:
    """Without trailing zeros or an exponent: 4, 1.5, 0.25."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
