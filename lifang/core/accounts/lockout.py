"""Growing pauses for bad tries, by door and source together, so that nobody locks out anybody else.

A try is counted before it is checked: a thousand at once are a thousand tries. The counts are rows: they outlive
every process.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from lifang.core.access import Refused
from lifang.core.accounts.source import place_of
from lifang.core.crypto import blind

FREE: Final = 5
PAUSES: Final = (60, 300, 900, 3600)  # seconds after the 5th, 6th, 7th, every later bad try
FORGET: Final = timedelta(days=1)
SOURCE_FREE: Final = 60  # bad tries from one place at any doors: an office shares an address


class Door(NamedTuple):
    """What is being tried: a login, an account's second factor, a telephone's code, or a whole place."""

    what: str
    free: int = FREE


def login_door(login: str) -> Door:
    return Door(f"login:{login.strip().casefold()}")


_SPEND = """
INSERT INTO accounts_tries AS t (door, source, bad, last_at, paused_until)
VALUES (%(door)s, %(source)s, 1, %(at)s, NULL)
ON CONFLICT (door, source) DO UPDATE SET
  bad = CASE WHEN t.last_at < %(forget)s THEN 1 ELSE t.bad + 1 END,
  last_at = %(at)s,
  paused_until = CASE
    WHEN t.last_at < %(forget)s OR t.bad + 1 < %(free)s THEN NULL
    ELSE %(at)s + (%(pauses)s::int[])[least(t.bad + 2 - %(free)s, cardinality(%(pauses)s::int[]))]
      * interval '1 second' END
WHERE t.paused_until IS NULL OR t.paused_until <= %(at)s
RETURNING bad
"""


def spend(door: Door, source: str, at: datetime) -> None:
    """Use one try up. Raises `Refused("sign_in_paused")` while the door is shut for this source."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SPEND,
            {
                "door": _key(door),
                "source": place_of(source),
                "at": at,
                "forget": at - FORGET,
                "free": door.free,
                "pauses": list(PAUSES),
            },
        )
        if cursor.fetchone() is None:
            raise Refused("sign_in_paused", minutes=_minutes_left(door, source, at))


def forgive(door: Door, source: str) -> None:
    """The try was a good one: nothing stands against this source at this door."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_tries WHERE door = %s AND source = %s",
            [_key(door), place_of(source)],
        )


def give_back(door: Door, source: str) -> None:
    """The try was a good one, but others from there were not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_tries SET bad = greatest(bad - 1, 0), paused_until = NULL "
            "WHERE door = %s AND source = %s",
            [_key(door), place_of(source)],
        )


PLACE: Final = Door("place", SOURCE_FREE)


def _minutes_left(door: Door, source: str, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT paused_until FROM accounts_tries WHERE door = %s AND source = %s",
            [_key(door), place_of(source)],
        )
        row = cursor.fetchone()
    left = (row[0] - at).total_seconds() if row and row[0] else 0
    return max(1, -int(-left // 60))


def _key(door: Door) -> bytes:
    return blind(door.what, "accounts.door")
