"""What is stored and not looked at yet: the newest of each series, and what watches them, a moment after the receipt.

Written down beside the rows that it tells of, in their transaction; gone in the transaction that looked at it. So it is looked
at once, by whoever comes first, also when the process that stored it is no more.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
from django.db import InterfaceError, OperationalError, connection, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.sensing.actions.packing import together
from lifang.sensing.actions.storing import seen
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Columns, Known

log = logging.getLogger("lifang.looking")
LEFT_SECONDS: Final = 10  # then its process is taken for dead, or too slow
_LEFT_AT_ONCE: Final = 8
_KINDS: Final = tuple(np.dtype(kind) for kind in ("<i8", "<i8", "<i8", "<f8", "<i2", "<i8", "<i8"))
_WRITE = "INSERT INTO sensing_unseen (id, at, body) VALUES (%s, %s, %s)"
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
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [part.id, at, packed(them)])
    return part


def look(parts: Sequence[Part], at: datetime) -> None:
    """At all of them in one transaction; if a device makes that fail, all others are looked at, and it is told in the log.

    Raises when the database is away: then nothing happened.
    """
    try:
        with behind(SYSTEM), transaction.atomic():
            mine = _claimed(parts)
            if mine:
                seen(together([one.columns for one in mine]), _all_known(mine), at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("what is stored could not be looked at; looked through for the guilty device")
        with behind(SYSTEM), transaction.atomic():
            for one in _claimed(parts):
                _apart(one.columns, one.known, at)


def look_at_left(*, at: datetime) -> int:
    """What a process stored and did not come to look at; how many parts."""
    with behind(SYSTEM), transaction.atomic():
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
        with transaction.atomic():
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
    """Columns as they lie in memory, and facts."""
    columns: Any = them[:-1]
    made = [one.astype(kind, copy=False).tobytes() for one, kind in zip(columns, _KINDS, strict=True)]  # fmt: skip
    return msgspec.msgpack.encode([*made, them.facts])


def unpacked(body: bytes) -> Columns:
    *columns, facts = msgspec.msgpack.decode(body)
    made: Any = [np.frombuffer(one, kind) for one, kind in zip(columns, _KINDS, strict=True)]
    return Columns._make((*made, facts))
