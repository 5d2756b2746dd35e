"""What is stored and not looked at yet: the newest of each series, and what watches them, a moment after the receipt.

Written down beside the rows that it tells of, in their transaction; gone in the transaction that looked at it. So it is looked
at once, by whoever comes first, also when the process that stored it is no more.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)

from lifang.core.access import SYSTEM
from lifang.core.action import attempt, together
from lifang.core.ids import new_id
from lifang.sensing.actions.packing import asking, by_message, stacked
from lifang.sensing.actions.storing import seen
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Columns, Known

log = logging.getLogger("lifang.looking")
LEFT_SECONDS: Final = 10  # then its process is taken for dead, or too slow
_LEFT_AT_ONCE: Final = 8
MOST_UNSEEN: Final = 300_000  # observations that wait to be looked at; then no more are stored
GATHER_SECONDS: Final = 0.3  # for more to look at
AGAIN_SECONDS: Final = 1.0  # after the database was away
# Once a message: of how many values it is, event time, arrival, id. Once a value: series, value, quality.
_MESSAGE: Final = tuple(np.dtype(kind) for kind in ("<i4", "<i8", "<i8", "<i8"))
_VALUE: Final = tuple(np.dtype(kind) for kind in ("<i8", "<f8", "<i2"))
_WRITE = "INSERT INTO sensing_unseen (id, at, body) VALUES (%s, %s, %b)"
_CLAIM = "DELETE FROM sensing_unseen WHERE id = ANY(%s) RETURNING id"
_LEFT = """
DELETE FROM sensing_unseen WHERE id IN (
  SELECT id FROM sensing_unseen WHERE at < %s ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id, body
"""


class Part(NamedTuple):
    """What one transaction stored, and what its process knows of the series in it."""

    id: UUID
    columns: Columns
    known: Mapping[int, Known]


def lay_open(them: Columns, known: Mapping[int, Known], at: datetime) -> Part:
    """To be looked at soon. In the transaction that stores it."""
    part = Part(new_id(), them, known)
    # As it is: written into the statement, it would cost as much as all the storing.
    with asking(connection) as cursor:
        cursor.execute(_WRITE, [part.id, at, packed(them)])
    return part


class Looker:
    """A process's thread that looks at what its others stored: all that waits, together."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.waiting: list[Part] = []
        self.size = 0  # observations in them
        self.changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def lay(self, parts: Sequence[Part]) -> None:
        """To be looked at soon; what this process does not come to, another does."""
        with self.changed:
            self._count(self.waiting + list(parts))
            if parts and self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def await_room(self) -> None:
        """Until so little waits that more may be stored."""
        with self.changed:
            self.changed.wait_for(lambda: self.size < MOST_UNSEEN)

    def await_end(self, seconds: float) -> None:
        """Until nothing waits any more, at the latest after so long."""
        with self.changed:
            self.changed.wait_for(lambda: not self.waiting, seconds)

    def _count(self, waiting: list[Part]) -> None:
        self.waiting, self.size = waiting, sum(len(part.columns.series) for part in waiting)
        self.changed.notify_all()

    def _run(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.waiting)
            if self.size < MOST_UNSEEN:
                time.sleep(GATHER_SECONDS)
            mine = list(self.waiting)
            try:
                close_old_connections()
                look(mine, self.clock())
            except Exception:
                log.exception("what is stored could not be looked at; again soon")
                time.sleep(AGAIN_SECONDS)
                continue
            with self.changed:
                self._count(self.waiting[len(mine) :])


def look(parts: Sequence[Part], at: datetime) -> None:
    """At all of them in one transaction; if a device makes that fail, all others are looked at, and it is told in the log.

    Raises when the database is away: then nothing happened.
    """
    try:
        with together(actor=SYSTEM, at=at):
            mine = _claimed(parts)
            if mine:
                seen(stacked([one.columns for one in mine]), _all_known(mine), at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("what is stored could not be looked at; looked through for the guilty device")
        with together(actor=SYSTEM, at=at):
            for one in _claimed(parts):
                _apart(one.columns, one.known, at)


def look_at_left(*, at: datetime) -> int:
    """What a process stored and did not come to look at; how many parts."""
    with together(actor=SYSTEM, at=at):
        with connection.cursor() as cursor:
            cursor.execute(_LEFT, [at - timedelta(seconds=LEFT_SECONDS), _LEFT_AT_ONCE])
            left = sorted((key, unpacked(bytes(body))) for key, body in cursor.fetchall())
        for _, them in left:
            known = ways.known(SYSTEM, np.unique(them.series).tolist())
            there = them.at_places(np.isin(them.series, list(known)))
            if len(there.series):
                _apart(there, known, at)
    return len(left)


def _claimed(parts: Sequence[Part]) -> list[Part]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [[one.id for one in parts]])
        ids = {key for (key,) in cursor.fetchall()}
    return [one for one in parts if one.id in ids]


def _all_known(parts: Sequence[Part]) -> Mapping[int, Known]:
    """Most are of one memory, which may know half a million devices: of several only the series that are there."""
    first = parts[0].known
    if all(one.known is first for one in parts):
        return first
    return {key: one.known[key] for one in parts for key in np.unique(one.columns.series).tolist()}


def _apart(them: Columns, known: Mapping[int, Known], at: datetime) -> None:
    """Half of the devices by half, each behind a savepoint, until the guilty stands alone."""
    try:
        with attempt():
            seen(them, known, at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        series = np.unique(them.series).tolist()
        devices = sorted({known[one].device for one in series})
        if len(devices) == 1:
            log.exception("what device %s said is stored, and no rule could look at it", devices[0])
            return
        first = set(devices[: len(devices) // 2])
        mine = np.isin(them.series, [one for one in series if known[one].device in first])
        _apart(them.at_places(mine), known, at)
        _apart(them.at_places(~mine), known, at)


def packed(them: Columns) -> bytes:
    """What lies in memory: what all values of a message share once, then what each has, then facts."""
    first, many = by_message(them)
    shared = (many, them.at[first], them.arrived[first], them.message[first])
    columns = zip((*shared, them.series, them.value, them.quality), (*_MESSAGE, *_VALUE), strict=True)  # fmt: skip
    made = [np.asarray(one, kind).tobytes() for one, kind in columns]
    return msgspec.msgpack.encode([*made, them.facts])


def unpacked(body: bytes) -> Columns:
    *columns, facts = msgspec.msgpack.decode(body)
    made = [np.frombuffer(one, kind) for one, kind in zip(columns, (*_MESSAGE, *_VALUE), strict=True)]  # fmt: skip
    many, at, arrived, message, group = *made[:4], np.arange(len(made[0]))
    at, arrived, message, group = (np.repeat(one, many) for one in (at, arrived, message, group))
    series, value, quality = made[4:]
    return Columns(series, at, arrived, value, quality, message, group, facts)
