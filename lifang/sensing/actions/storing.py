"""Batches of observations into PostgreSQL: new ones once, the newest of each series, and what watches them, in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg.errors import UndefinedTable, UniqueViolation

from lifang.sensing.actions.packing import (
    Bigints,
    Floats,
    Moments,
    Smallints,
    Uuids,
    asking,
    by_series,
    columns,
    copied,
    stacked,
)
from lifang.sensing.terms import BAD, PLACES, Batch, Columns, Known, Observed, Watcher, moment

WATCHERS: list[Watcher] = []
Look = Callable[[Columns, Mapping[int, Known], datetime], object]
_DAY: Final = 86_400_000_000
_HOUR: Final = 3_600_000_000
_EPOCH: Final = date(1970, 1, 1)
_MOST_DAYS: Final = 400
_DAYS: Final = dict[tuple[str, date], str]()  # by database and day
_COLUMNS: Final = "device_id, at, message, arrived_at, series, value, quality, facts"

# Granted to all who are in this session: the function of the owner that takes what lies there.
_TEMP = f"""
CREATE TEMP TABLE IF NOT EXISTS sensing_incoming ON COMMIT DELETE ROWS AS SELECT {_COLUMNS} FROM sensing_message WHERE false;
GRANT SELECT ON sensing_incoming TO PUBLIC
"""  # noqa: S608 -- our own names
_ONE = """
INSERT INTO {} (device_id, at, message, arrived_at, series, value, quality) VALUES (%s, %s, %s, %s, %b::bigint[], %b::float8[], %b::int2[])
ON CONFLICT DO NOTHING
"""
_TAKE = (
    "SELECT device, (extract(epoch FROM moment) * 1000000)::bigint, number, had FROM sensing_take()"
)
_RECEIVE = """
INSERT INTO sensing_receipt (device, message, day) SELECT d, m, %s FROM unnest(%b::uuid[], %b::bigint[]) AS t(d, m)
ON CONFLICT DO NOTHING RETURNING device, message
"""
_GIVEN = "unnest(%b::bigint[], %b::timestamptz[], %b::timestamptz[], %b::float8[], %b::int2[], %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[], %b::float8[], %b::float8[]) AS e(s, a, r, v, q, n, m, f, h, lo, hi)"
# Rows are locked in the order of their keys, so that two workers never wait for one another in a ring. A join in that order
# would hang on how fresh the statistics are: two thousand series were once looked for in each other.
_IN_ORDER = "SELECT count(*) FROM (SELECT FROM sensing_latest WHERE series_id = ANY(%b) ORDER BY series_id FOR UPDATE) AS l"
# What they tell of each series comes as three arrays: six thousand rows would cost as much as the update.
_TELLING = "WITH t (s, a, m) AS ({}) SELECT array_agg(s), array_agg(a), array_agg(m) FROM t"
_LATEST = _TELLING.format(f"""
UPDATE sensing_latest AS l SET
  readings = l.readings + e.m,
  arrived_at = greatest(l.arrived_at, e.r),
  at = greatest(l.at, e.a),
  value = CASE WHEN e.a >= l.at THEN e.v ELSE l.value END,
  quality = CASE WHEN e.a >= l.at THEN e.q ELSE l.quality END,
  facts = CASE WHEN e.a >= l.at THEN (%s::jsonb[])[e.n::int] ELSE l.facts END,
  since = CASE WHEN e.a >= l.at AND e.v <> l.value THEN e.a ELSE l.since END,
  hour = greatest(l.hour, e.h),
  low = CASE WHEN e.h > l.hour THEN e.lo ELSE least(l.low, e.lo) END,
  high = CASE WHEN e.h > l.hour THEN e.hi ELSE greatest(l.high, e.hi) END,
  low_before = CASE WHEN e.h > l.hour + 1 THEN 'Infinity' WHEN e.h > l.hour THEN l.low ELSE l.low_before END,
  high_before = CASE WHEN e.h > l.hour + 1 THEN '-Infinity' WHEN e.h > l.hour THEN l.high ELSE l.high_before END
FROM {_GIVEN} WHERE l.series_id = e.s RETURNING l.series_id, date_part('epoch', old.at), CASE
  WHEN e.f > old.hour + 1 THEN e.hi - e.lo
  WHEN e.f > old.hour THEN greatest(e.hi, old.high) - least(e.lo, old.low)
  ELSE greatest(e.hi, old.high, old.high_before) - least(e.lo, old.low, old.low_before)
END
""")  # noqa: S608 -- our own names
# `holders` follow their series when those change; a new series has none. Two workers may meet a new series at once.
_FIRST = _TELLING.format(f"""
INSERT INTO sensing_latest AS l (
  series_id, at, arrived_at, value, quality, facts, since, area, holders, readings, hour, low, high, low_before, high_before
)
SELECT e.s, e.a, e.r, e.v, e.q, (%s::jsonb[])[e.n::int], e.a, (%s::text[])[e.n::int], '{{}}', e.m, e.h, e.lo, e.hi, 'Infinity', '-Infinity'
FROM {_GIVEN}
ON CONFLICT (series_id) DO UPDATE SET
  readings = l.readings + excluded.readings,
  arrived_at = greatest(l.arrived_at, excluded.arrived_at),
  at = greatest(l.at, excluded.at),
  value = CASE WHEN excluded.at >= l.at THEN excluded.value ELSE l.value END,
  quality = CASE WHEN excluded.at >= l.at THEN excluded.quality ELSE l.quality END,
  facts = CASE WHEN excluded.at >= l.at THEN excluded.facts ELSE l.facts END,
  since = CASE WHEN excluded.at >= l.at AND excluded.value <> l.value THEN excluded.at ELSE l.since END,
  hour = greatest(l.hour, excluded.hour), low = least(l.low, excluded.low), high = greatest(l.high, excluded.high)
RETURNING series_id, date_part('epoch', old.at), greatest(high, high_before) - least(low, low_before)
""")  # noqa: S608 -- our own names


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
    """`keep`, of single rows, in a transaction of its own."""
    with transaction.atomic():
        return keep(columns(observed, known), known, at)


def keep(
    them: Columns, known: Mapping[int, Known], at: datetime, look: Look | None = None
) -> Stored:
    """Write a batch, inside a transaction, and look at what is new in it. Called by those ways in that have checked whose it is: behind everything, like an import."""
    many = len(them.series)
    fresh = _unheard(them, known, at) if many else them
    if not len(fresh.series):
        return Stored(0, many)
    new = _keep(fresh, known)
    if len(new.series):
        (look or seen)(new, known, at)
    return Stored(len(new.series), many - len(new.series))


def seen(new: Columns, known: Mapping[int, Known], at: datetime) -> None:
    """The newest of each series, and what watches them."""
    before, moved = _latest(new, known)
    batch = Batch(new, known, at, before, moved, _kinds(moved, known))
    for watcher in WATCHERS:
        watcher.see(batch)


def _kinds(them: Iterable[int], known: Mapping[int, Known]) -> dict[tuple[str, str], list[int]]:
    """This loop runs over every series."""
    found: dict[tuple[str, str], list[int]] = {}
    for series in them:
        what = known[series]
        found.setdefault((what.type, what.measure), []).append(series)
    return found


def _unheard(them: Columns, known: Mapping[int, Known], at: datetime) -> Columns:
    """Without the messages whose ids were received before."""
    named = (them.message < 0) | (them.message > PLACES)
    if not named.any():
        return them
    devices = [known[series].device for series in them.series[named].tolist()]
    ids = list(zip(devices, them.message[named].tolist(), strict=True))
    pairs = sorted(
        set(ids)
    )  # in one order, so that two workers never wait for one another in a ring
    with asking(connection) as cursor:
        cursor.execute(_RECEIVE, [at.date(), Uuids([d for d, _ in pairs]), Bigints([m for _, m in pairs])])  # fmt: skip
        received: set[tuple[UUID, int]] = set(cursor.fetchall())
    if len(received) == len(pairs):
        return them
    fresh = ~named
    fresh[named] = [one in received for one in ids]
    return them.at_places(fresh)


def _keep(them: Columns, known: Mapping[int, Known]) -> Columns:
    """Write them; those that were not there."""
    days = them.at // _DAY
    if (days == days[0]).all():
        return _day(int(days[0]), them, known)
    return stacked([_day(day, them.at_places(days == day), known) for day in np.unique(days).tolist()])  # fmt: skip


def _day(day: int, them: Columns, known: Mapping[int, Known]) -> Columns:
    """Straight into the partition; if a message stands there already, the careful way."""
    when = _EPOCH + timedelta(days=day)
    part = _partition(when)
    if them.group[0] == them.group[-1] and them.facts is None:
        return them if _add_one(part, them, known) else _careful(them, known)
    packed = copied(them, known)
    try:
        try:
            with transaction.atomic():
                _copy(part, packed)
        except UndefinedTable:  # dropped meanwhile
            _DAYS.clear()
            part = _partition(when)
            with transaction.atomic():
                _copy(part, packed)
    except UniqueViolation:
        return _careful(them, known)
    return them


def _add_one(part: str, them: Columns, known: Mapping[int, Known]) -> bool:
    """A single message, in one statement: a fire waits for each. False: it stands there already."""
    given = [
        known[int(them.series[0])].device,
        moment(int(them.at[0])),
        int(them.message[0]),
        moment(int(them.arrived[0])),
    ]
    columns = [
        Bigints(them.series),
        Floats(them.value),
        Smallints(them.quality) if them.quality.any() else None,
    ]
    try:
        with asking(connection) as cursor:
            cursor.execute(_ONE.format(part), given + columns)
            return bool(cursor.rowcount)
    except UndefinedTable:
        _DAYS.clear()  # whoever tries again makes it
        raise


def _careful(them: Columns, known: Mapping[int, Known]) -> Columns:
    """Message by message: what each says that was not said."""
    said: dict[
        tuple[UUID, int, int], dict[int, int]
    ] = {}  # by message: series → place of the first
    rows = zip(them.series.tolist(), them.at.tolist(), them.message.tolist(), strict=True)
    for place, (series, at, message) in enumerate(rows):
        said.setdefault((known[series].device, at, message), {}).setdefault(series, place)
    order = [place for mine in said.values() for place in mine.values()]
    many = [len(mine) for mine in said.values()]
    once = them.at_places(np.array(order, np.int64))
    once = once._replace(group=np.repeat(np.arange(len(many)), many))
    with connection.cursor() as cursor:
        cursor.execute(_TEMP)
        _copy("sensing_incoming", copied(once, known))
        cursor.execute(_TAKE)
        taken = {
            (device, at, message): set(had or ()) for device, at, message, had in cursor.fetchall()
        }
        cursor.execute("DELETE FROM sensing_incoming")
    found = [
        place
        for key, mine in said.items()
        if key in taken
        for series, place in mine.items()
        if series not in taken[key]
    ]
    return them.at_places(np.array(sorted(found), np.int64))


def _copy(table: str, packed: bytes) -> None:
    with connection.cursor() as cursor:
        raw: Any = cursor
        with raw.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(packed)


def _latest(them: Columns, known: Mapping[int, Known]) -> tuple[dict[int, int], dict[int, float]]:
    """The newest of each series in its place; by series what was the newest before, and how far it may have moved of late."""
    order, first = by_series(them)
    places = order[np.append(first[1:], len(order)) - 1]
    with asking(connection) as cursor:
        if len(places) > 1:
            cursor.execute(_IN_ORDER, [Bigints(them.series[places])])
        given = _summed(them, order, first, places)
        series, at, moved = _told(cursor, _LATEST, [_facts(them, places)], given)
        if len(series) < len(places):
            lacking = ~np.isin(them.series[places], np.array(series, np.int64))
            places, given = places[lacking], [one[lacking] for one in given]
            areas = [known[key].area for key in them.series[places].tolist()]
            more = _told(cursor, _FIRST, [_facts(them, places), areas], given)
            series, at, moved = series + more[0], at + more[1], moved + more[2]
    before = {key: round(then * 1_000_000) for key, then in zip(series, at, strict=True) if then is not None}  # fmt: skip
    return before, dict(zip(series, moved, strict=True))


def _summed(them: Columns, order: NDArray[np.int64], first: NDArray[np.int64], places: NDArray[np.int64]) -> list[NDArray[Any]]:  # fmt: skip
    """Of each series the newest observation, how many there are, the hours they lie in, and the least and the greatest of the good."""
    good = them.quality[order] & int(BAD) == 0
    value, at = them.value[order], them.at[order]
    return [
        them.series[places], them.at[places], them.arrived[places], them.value[places], them.quality[places],
        np.diff(first, append=len(order)), np.minimum.reduceat(at, first) // _HOUR, np.maximum.reduceat(at, first) // _HOUR,
        np.minimum.reduceat(np.where(good, value, np.inf), first), np.maximum.reduceat(np.where(good, value, -np.inf), first),
    ]  # fmt: skip


def _told(cursor: Any, statement: str, first: list[Any], given: Sequence[NDArray[Any]]) -> tuple[list[int], list[float | None], list[float]]:  # fmt: skip
    """Series, their newest before in seconds, and how far each may have moved."""
    series, at, arrived, value, quality, many, begun, hour, low, high = given
    columns = [
        Bigints(series), Moments(at), Moments(arrived), Floats(value), Smallints(quality), Bigints(np.arange(1, len(series) + 1)),
        Bigints(many), Bigints(begun), Bigints(hour), Floats(low), Floats(high),
    ]  # fmt: skip
    cursor.execute(statement, first + columns, binary=True)
    told, then, moved = cursor.fetchone()
    return told or [], then or [], moved or []


def _facts(them: Columns, places: Any) -> list[str | None] | None:
    if them.facts is None:
        return None
    told = [them.facts[place] for place in places.tolist()]
    return [one.decode() if one else None for one in told]


def _partition(day: date) -> str:
    """The table of a day; made when it is the first. Remembered once it stays."""
    key = str(connection.settings_dict["NAME"]), day
    if key in _DAYS:
        return _DAYS[key]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sensing_day(%s)", [day])
        part = str(cursor.fetchone()[0])
    if len(_DAYS) > _MOST_DAYS:
        _DAYS.clear()
    transaction.on_commit(lambda: _DAYS.setdefault(key, part))
    return part
