"""Working time: limits in work hours, work days and calendar time, counted and explained."""

from lifang.core.calendar.clock import WorkCalendar
from lifang.core.calendar.terms import (
    BeyondCalendar,
    DayFact,
    Kind,
    Limit,
    Line,
    Pause,
    Pauses,
    Suspended,
    Unit,
)
from lifang.core.calendar.week import Hours, Pattern, Season

__all__ = [
    "BeyondCalendar",
    "DayFact",
    "Hours",
    "Kind",
    "Limit",
    "Line",
    "Pattern",
    "Pause",
    "Pauses",
    "Season",
    "Suspended",
    "Unit",
    "WorkCalendar",
]
