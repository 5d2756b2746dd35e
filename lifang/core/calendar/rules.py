"""What may be decreed of a day."""

from datetime import date

from lifang.core.access import Refusal
from lifang.core.i18n import Text

NAME_ZH, NAME_EN = 40, 80  # as the row holds them


def may_set(day: date, name: Text, reach: tuple[int, int]) -> Refusal | None:
    """A day that the calendar reaches, with a name in both languages."""
    zh, en = name.zh.strip(), name.en.strip()
    if not (0 < len(zh) <= NAME_ZH and 0 < len(en) <= NAME_EN):
        return Refusal("plan_name", {"field": "name_zh"})
    return in_reach(day.year, reach)


def in_reach(year: int, reach: tuple[int, int]) -> Refusal | None:
    first, last = reach
    if first <= year <= last:
        return None
    return Refusal("calendar_reach", {"first": str(first), "last": str(last)})
