"""What a site may tune: its pattern of counting, the opening hours units refer to, decreed days."""

from datetime import date

import msgspec

from lifang.core.calendar.terms import DayFact
from lifang.core.calendar.week import Hours, Pattern
from lifang.core.catalogue import catalogue
from lifang.core.i18n import Text


class DecreedDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One date worked or not against the pattern; `key` is the date, `source` the notice."""

    key: str
    working: bool
    name: Text
    source: str = ""

    def __post_init__(self) -> None:
        date.fromisoformat(self.key)

    @property
    def fact(self) -> DayFact:
        return DayFact(self.working, self.name)


PATTERNS = catalogue("core.calendar", "pattern", Pattern)
HOURS = catalogue("core.calendar", "hours", Hours)
DAYS = catalogue("core.calendar", "days", DecreedDay, required=False)


def pattern() -> Pattern:
    return PATTERNS["site"]


def decreed() -> dict[date, DayFact]:
    return {date.fromisoformat(day.key): day.fact for day in DAYS}
