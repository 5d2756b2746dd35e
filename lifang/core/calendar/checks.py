from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.checks import CheckMessage, Warning  # noqa: A004 -- Django's name for it
from django.db import DatabaseError

from lifang.core.calendar import book
from lifang.core.calendar.models import Day
from lifang.core.catalogue import Mistake

LOOK_AHEAD = timedelta(days=60)


def check_known_years(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Warn while due times may already fall into a year without announced holidays."""
    today = datetime.now(UTC).date()  # noqa: TID251 -- an operator's check is an edge
    return unknown_soon(today, _rows(databases))


def unknown_soon(today: date, rows: list[Day]) -> list[CheckMessage]:
    """The warning for one day, if there is any."""
    try:
        known = book.known_until(rows)
    except Mistake:
        return []  # the catalogue's own check tells it
    reach = (today + LOOK_AHEAD).year
    if known is None or reach <= known:
        return []
    return [
        Warning(
            f"No holidays and make-up workdays are known for {reach}: due times there follow the plain week.",
            hint=(
                "Enter them on the calendar page, or in sites/<site>/data/core.calendar/days.yaml, "
                "or update the package chinese-calendar."
            ),
            id="calendar.W001",
        )
    ]


def _rows(databases: Any) -> list[Day]:
    # Without `--database` Django promises its checks touch no database.
    if not databases:
        return []
    try:
        return list(Day.objects.all())
    except DatabaseError:
        return []
