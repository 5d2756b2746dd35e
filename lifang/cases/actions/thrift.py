"""How much one source may send: counted in rows, so that no restart and no second process forgets it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from lifang.cases.catalogue import policy
from lifang.cases.models import Tally
from lifang.core.access import Actor, Kind, Refused
from lifang.core.crypto import blind

PHOTOS_A_REPORT = 6
_ONCE = timedelta(days=1)

_SPEND = """
INSERT INTO cases_tally AS t (key, hour, count) VALUES (%(key)s, %(hour)s, %(some)s)
ON CONFLICT (key, hour) DO UPDATE SET count = t.count + %(some)s WHERE t.count + %(some)s <= %(most)s
RETURNING count
"""

# Rows that somebody else is sweeping are left to them.
_SWEEP = """
DELETE FROM cases_tally WHERE (key, hour) IN (
  SELECT key, hour FROM cases_tally WHERE hour < %(until)s FOR UPDATE SKIP LOCKED)
"""


def spend_report(actor: Actor, payer: str, at: datetime) -> None:
    """Count a report: a resident's always, another's where a `payer` is named. Raises `Refused("too_many_reports")`."""
    source = actor.holder if actor.kind is Kind.RESIDENT else payer
    if source:
        _spend("report", source, at, 1, policy("reports_per_hour"))


def spend_key(key: str, at: datetime) -> None:
    """Count a report that a program sent for somebody. Raises `Refused("too_many_reports")`."""
    _spend("key", key, at, 1, policy("open311_reports_per_hour"))


def spend_photos(source: str, at: datetime, count: int) -> None:
    """Count photos before they are developed: a decoder works hard. Raises `Refused("too_many_reports")`."""
    _spend("photo", source, at, count, PHOTOS_A_REPORT * policy("reports_per_hour"))


def claim(draft: str, at: datetime) -> bool:
    """Take a draft for sending. False: it was sent already, by a second press of the same button."""
    return _counted("draft", draft, at.replace(hour=0), 1, 1)


def claimed(draft: str, at: datetime) -> bool:
    """Was this draft sent today?"""
    return Tally.objects.filter(key=_key("draft", draft), hour=_hour(at.replace(hour=0))).exists()


def release(draft: str, at: datetime) -> None:
    """The draft was not sent after all and may be sent again."""
    Tally.objects.filter(key=_key("draft", draft), hour=_hour(at.replace(hour=0))).delete()


def _spend(what: str, source: str, at: datetime, some: int, most: int) -> None:
    if some > most or not _counted(what, source, at, some, most):
        raise Refused("too_many_reports")


def _counted(what: str, source: str, at: datetime, some: int, most: int) -> bool:
    hour = _hour(at)
    facts: dict[str, Any] = {"key": _key(what, source), "hour": hour, "some": some, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, facts)
        row = cursor.fetchone()
        if row == (some,):  # the first of its kind this hour pays for the sweeping
            cursor.execute(_SWEEP, {"until": hour - _ONCE})
    return row is not None


def _key(what: str, source: str) -> bytes:
    # In hex, because a blind index takes 1.23.4.5 and 12.3.4.5 for two ways to write one thing.
    return blind(f"{what}:{source.encode().hex()}", "cases.tally")


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
