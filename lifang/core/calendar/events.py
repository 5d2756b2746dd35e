from datetime import date, datetime

from lifang.core.events import event


@event("calendar.DayChanged")
class DayChanged:
    """A date is worked or not in another way than before; due times across it may be counted anew."""

    day: date
    area: str
    at: datetime
