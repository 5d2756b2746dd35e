"""A few messages that say one thing each, as one statement that is a transaction of its own: stored, to be looked at, counted.

The careful way (`intake.take`) asks the database ten times whatever it stores: for thousands of messages that is nothing, for
one it is all. Whatever is not plain goes that way.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Final

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.utils.timezone import localtime
from psycopg.errors import DeadlockDetected
from psycopg.pq import TransactionStatus

from lifang.core.access import SYSTEM
from lifang.core.access.prepared import named, run
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.sensing.actions.intake import Receipt, Register, bounds
from lifang.sensing.actions.looking import Part, packed
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.rules import Extreme, Gathered, Refusing, normalise
from lifang.sensing.terms import Columns, micros

MOST: Final = 32  # messages; more are copied
_MOMENT: Final = "timestamptz 'epoch' + {} * interval '1 microsecond'"
# A message that is there already breaks the statement: nothing of it is kept, and all of it goes the careful way.
_KEEP: Final = f"""
WITH kept AS (
  INSERT INTO sensing_message (device_id, at, message, arrived_at, series, value, quality, facts)
  SELECT d, {_MOMENT.format("a")}, m, {_MOMENT.format("r")}, ARRAY[s], ARRAY[v], CASE WHEN q <> 0 THEN ARRAY[q] END, CASE WHEN f <> '' THEN ARRAY[f::jsonb] END
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8[], $7::int2[], $8::text[]) AS e(d, a, m, r, s, v, q, f)
), unseen AS (
  INSERT INTO sensing_unseen (id, at, body) VALUES ($9::uuid, {_MOMENT.format("$10::bigint")}, decode($11, 'hex'))
), counted AS (
  INSERT INTO sensing_counted AS c (id, area, holders, day, way, source, reason, count)
  SELECT i, a, '{{}}', $12::date, w, s, '', n FROM unnest($13::uuid[], $14::text[], $15::text[], $16::text[], $17::int[]) AS t(i, a, w, s, n)
  ON CONFLICT (day, way, source, reason, area) DO UPDATE SET count = c.count + excluded.count
) SELECT 1
"""  # noqa: S608 -- our own names


def brief(
    register: Register, parcels: Sequence[Parcel], at: datetime, later: list[Part], also: Callable[[], None] | None = None
) -> Receipt | None:  # fmt: skip
    """Store them, with what the register knows just now, to be looked at later, and write what `also` has to write; None where the careful way is needed: then nothing was kept."""
    if not 0 < len(parcels) <= MOST:
        return None
    them = _plain(register, parcels, at)
    if them is None:
        return None
    part = Part(new_id(), them, register.known)
    try:
        alone = not (also or connection.in_atomic_block)
        with behind(SYSTEM), nullcontext() if alone else transaction.atomic():
            if not alone:
                _begin()
            run(named("sensing.brief", lambda: (_KEEP, None)), *_values(part, parcels, at))
            if also:
                also()
    except (IntegrityError, DataError):
        return None
    except OperationalError as fault:
        if not isinstance(fault.__cause__, DeadlockDetected):
            raise
        return None
    later.append(part)
    return Receipt(len(parcels), 0, {})


def _begin() -> None:
    """What is prepared is spoken past the cursor, which would have begun the transaction."""
    raw: Any = connection.connection
    if raw.pgconn.transaction_status == TransactionStatus.IDLE and raw.isolation_level is None:
        raw.pgconn.exec_(b"BEGIN")


def _plain(register: Register, parcels: Sequence[Parcel], at: datetime) -> Columns | None:
    """As columns, if each is of a device that is known, says one thing, has no id of its maker's, and claims no danger to life."""
    gathered, limits, now = Gathered(), bounds(), micros(at)
    for parcel in parcels:
        said = parcel.said
        line = said and register.lines.get(parcel.owner.source, {}).get(said.code)
        if not said or not line or said.id:
            return None
        try:
            lacking = normalise(said, line, parcel.arrived or now, limits, gathered, parcel.place)
        except Refusing:
            return None
        if lacking or len(gathered.value) != len(gathered.said):
            return None
    try:
        them = gathered.columns()
    except Extreme:
        return None
    return None if register.urgent(them) else them


def _values(part: Part, parcels: Sequence[Parcel], at: datetime) -> list[str]:
    them = part.columns
    devices = [str(part.known[one].device) for one in them.series.tolist()]
    facts = [_quoted(one) for one in them.facts or [None] * len(devices)]
    numbers = [_array(one.tolist()) for one in (them.at, them.message, them.arrived, them.series, them.value, them.quality)]  # fmt: skip
    counts: dict[tuple[str, str, str], int] = {}
    for parcel in parcels:
        key = parcel.owner.area, parcel.way.value, parcel.owner.source
        counts[key] = counts.get(key, 0) + 1
    sums = sorted(counts.items())  # in one order, so that two never wait for one another in a ring
    named_as = [_array([_quoted(key[n].encode()) for key, _ in sums]) for n in range(3)]
    return [
        _array(devices), *numbers, _array(facts), str(part.id), str(micros(at)), packed(them).hex(), str(localtime(at).date()),
        _array([str(new_id()) for _ in sums]), *named_as, _array([times for _, times in sums]),
    ]  # fmt: skip


def _array(values: Sequence[object]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def _quoted(text: bytes | None) -> str:
    told = (text or b"").decode().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{told}"'


__all__ = ["MOST", "brief"]
