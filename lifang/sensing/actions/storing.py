"""Batches of observations into PostgreSQL: new ones once, the newest of each series, and what watches them, in one transaction."""

import struct
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from psycopg.errors import UndefinedTable, UniqueViolation

from lifang.sensing.terms import Batch, Known, Observed, Watcher, newest

WATCHERS: list[Watcher] = []
_Y2K: Final = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000
_DAY: Final = 86_400_000_000
_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_ROW: Final = struct.Struct(
    ">hiqiqiqiqidihi"
).pack  # seven fields, each behind its length; facts are NULL
_ROW_FACTS: Final = struct.Struct(">hiqiqiqiqidihib").pack  # the same, then the version of jsonb
_EPOCH: Final = date(1970, 1, 1)
_COLUMNS: Final = "series_id, at, message, arrived_at, value, quality, facts"
_MISSING: Final = -1

_TEMP = f"CREATE TEMP TABLE IF NOT EXISTS sensing_incoming ON COMMIT DELETE ROWS AS SELECT {_COLUMNS} FROM sensing_observation WHERE false"  # noqa: S608 -- our own names
_TAKE = f"""
INSERT INTO sensing_observation ({_COLUMNS}) SELECT {_COLUMNS} FROM sensing_incoming ON CONFLICT DO NOTHING
RETURNING series_id, (extract(epoch FROM at) * 1000000)::bigint, message
"""  # noqa: S608 -- our own names
_RECEIVE = """
INSERT INTO sensing_receipt (device, message, day) SELECT d, m, %s FROM unnest(%s::uuid[], %s::bigint[]) AS t(d, m)
ON CONFLICT DO NOTHING RETURNING device, message
"""
# `holders` follow their series when those change; a new series has none.
_LATEST = """
INSERT INTO sensing_latest AS l (series_id, at, arrived_at, value, quality, facts, since, area, holders)
SELECT s, to_timestamp(a / 1000000.0), to_timestamp(r / 1000000.0), v, q, f, to_timestamp(a / 1000000.0), z, '{}'
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::float8[], %s::int2[], %s::jsonb[], %s::text[]) AS t(s, a, r, v, q, f, z)
ON CONFLICT (series_id) DO UPDATE SET
  arrived_at = greatest(l.arrived_at, excluded.arrived_at),
  at = greatest(l.at, excluded.at),
  value = CASE WHEN excluded.at >= l.at THEN excluded.value ELSE l.value END,
  quality = CASE WHEN excluded.at >= l.at THEN excluded.quality ELSE l.quality END,
  facts = CASE WHEN excluded.at >= l.at THEN excluded.facts ELSE l.facts END,
  since = CASE WHEN excluded.at >= l.at AND excluded.value <> l.value THEN excluded.at ELSE l.since END
"""


class Stored(NamedTuple):
    """What became of a batch."""

    new: int
    double: int


def watches(watcher: Watcher) -> Watcher:
    """Let a watcher see every committed batch, inside its transaction."""
    if watcher not in WATCHERS:
        WATCHERS.append(watcher)
    return watcher


def store(observed: Sequence[Observed], known: Mapping[int, Known], at: datetime) -> Stored:
    """Commit a batch. Called by those ways in that have checked whose it is: behind everything, like an import."""
    if not observed:
        return Stored(0, 0)
    with transaction.atomic():
        fresh = _unheard(observed, known, at)
        if not fresh:
            return Stored(0, len(observed))
        new = _keep(fresh)
        if new:
            _latest(new, known)
            batch = Batch(new, known, at)
            for watcher in WATCHERS:
                watcher.see(batch)
    return Stored(len(new), len(observed) - len(new))


def _unheard(
    observed: Sequence[Observed], known: Mapping[int, Known], at: datetime
) -> Sequence[Observed]:
    """Without the messages whose ids were received before."""
    ids = {(known[one.series].device, one.message) for one in observed if one.message}
    if not ids:
        return observed
    pairs = sorted(ids)  # in one order, so that two workers never wait for one another in a ring
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, [at.date(), [d for d, _ in pairs], [m for _, m in pairs]])
        received: set[tuple[UUID, int]] = set(cursor.fetchall())
    if len(received) == len(pairs):
        return observed
    return [
        one
        for one in observed
        if not one.message or (known[one.series].device, one.message) in received
    ]


def _keep(fresh: Sequence[Observed]) -> list[Observed]:
    """Write them; those that were not there."""
    days: dict[int, list[Observed]] = {}
    for one in fresh:
        days.setdefault(one.at // _DAY, []).append(one)
    new: list[Observed] = []
    for day in sorted(days):
        new += _day(day, days[day])
    return new


def _day(day: int, rows: list[Observed]) -> list[Observed]:
    """Straight into the partition; if one stands there already, the careful way."""
    when = _EPOCH + timedelta(days=day)
    part = _partition(when)
    try:
        try:
            with transaction.atomic():
                _copy(part, rows)
        except UndefinedTable:  # made by a transaction that came to nothing, or dropped
            _made.cache_clear()
            part = _partition(when)
            with transaction.atomic():
                _copy(part, rows)
    except UniqueViolation:
        return _careful(rows)
    return rows


def _careful(rows: list[Observed]) -> list[Observed]:
    with connection.cursor() as cursor:
        cursor.execute(_TEMP)
        _copy("sensing_incoming", rows)
        cursor.execute(_TAKE)
        taken = set(cursor.fetchall())
        cursor.execute("DELETE FROM sensing_incoming")
    found = []
    for one in rows:
        key = (one.series, one.at, one.message)
        if key in taken:
            taken.discard(key)  # twice in one batch is once
            found.append(one)
    return found


def _copy(table: str, rows: Sequence[Observed]) -> None:
    with connection.cursor() as cursor:
        raw: Any = cursor
        with raw.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(packed(rows))


def packed(rows: Sequence[Observed]) -> bytes:
    """The rows as PostgreSQL's binary COPY reads them."""
    parts = [_HEAD]
    add, row, zero = parts.append, _ROW, _Y2K
    for series, at, arrived, value, quality, message, facts in rows:
        if facts is None:
            add(row(7, 8, series, 8, at - zero, 8, message, 8, arrived - zero, 8, value, 2, quality, _MISSING))  # fmt: skip
        else:
            size = len(facts) + 1
            add(_ROW_FACTS(7, 8, series, 8, at - zero, 8, message, 8, arrived - zero, 8, value, 2, quality, size, 1))  # fmt: skip
            add(facts)
    add(b"\xff\xff")
    return b"".join(parts)


def _latest(new: Sequence[Observed], known: Mapping[int, Known]) -> None:
    rows = newest(new)
    keys = sorted(rows)  # in one order, as above
    ordered = [rows[key] for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            _LATEST,
            [
                keys,
                [one.at for one in ordered],
                [one.arrived for one in ordered],
                [one.value for one in ordered],
                [one.quality for one in ordered],
                [one.facts.decode() if one.facts else None for one in ordered],
                [known[key].area for key in keys],
            ],
        )


@lru_cache(maxsize=400)
def _made(database: str, day: date) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sensing_day(%s)", [day])
        row = cursor.fetchone()
    return str(row[0])


def _partition(day: date) -> str:
    """The table of a day; made when it is the first."""
    return _made(str(connection.settings_dict["NAME"]), day)
