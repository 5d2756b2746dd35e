"""Score rules over what was stored: after the batch, so that no ingest waits for a detector.

Whoever looks next, and whenever, finds the same scores: what is kept of a series lies behind everything that may still arrive.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.sensing.actions.watching import LATENESS, lock, pending, tell, write_down
from lifang.sensing.catalogue import AlarmRule
from lifang.sensing.rules import limits
from lifang.sensing.selectors import rules as chosen
from lifang.sensing.terms import BAD
from lifang.sensing.watch import pair as pairs
from lifang.sensing.watch import score
from lifang.sensing.watch.engine import pack, unpack
from lifang.sensing.watch.pair import Pair, Signal
from lifang.sensing.watch.rule import Kind, Reading, Rule
from lifang.sensing.watch.score import Track

AT_ONCE, NEW_AT_ONCE = 100, 10  # series looked at in one transaction; those that learn first
LEARN_DAYS, LEARN_READINGS = 28, 5000  # of the stored history, before anything is said

# Most readings change no number here: only series that have got new ones since they were last looked at.
_DUE = """
SELECT s.id, s.device_id, d.type, s.measure, s.area, l.readings, f.body
FROM unnest(%s::text[], %s::text[]) AS k(type, measure)
JOIN sensing_device d ON d.type = k.type JOIN sensing_series s ON s.device_id = d.id AND s.measure = k.measure
JOIN sensing_latest l ON l.series_id = s.id LEFT JOIN sensing_followed f ON f.series_id = s.id
WHERE f.readings IS DISTINCT FROM l.readings AND (f.series_id IS NULL) = %s ORDER BY f.looked_at, s.id LIMIT %s
"""
_AGAIN = """
SELECT l.series_id, l.readings, f.body FROM sensing_latest l LEFT JOIN sensing_followed f ON f.series_id = l.series_id
WHERE l.series_id = ANY(%s)
"""
_SINCE = """
SELECT o.series_id, date_part('epoch', o.at), o.value
FROM unnest(%s::bigint[], %s::float8[]) AS e(s, since) JOIN sensing_series s ON s.id = e.s
JOIN sensing_observation o ON o.series_id = s.id AND o.device_id = s.device_id AND o.at > to_timestamp(e.since)
WHERE o.at > to_timestamp(%s) AND o.quality & %s = 0
"""
_BEFORE = """
SELECT e.s, date_part('epoch', o.at), o.value FROM unnest(%s::bigint[]) AS e(s) JOIN sensing_series s ON s.id = e.s CROSS JOIN LATERAL (
  SELECT at, value FROM sensing_observation WHERE series_id = s.id AND device_id = s.device_id AND at > %s AND quality & %s = 0 ORDER BY at DESC LIMIT %s
) AS o
"""
_KEEP = """
INSERT INTO sensing_followed (series_id, area, holders, body, readings, looked_at)
SELECT s.id, s.area, s.holders, b, r, %s FROM unnest(%s::bigint[], %s::bytea[], %s::bigint[]) AS e(i, b, r)
JOIN sensing_series s ON s.id = e.i
ON CONFLICT (series_id) DO UPDATE SET body = excluded.body, readings = excluded.readings, looked_at = excluded.looked_at
"""


class Due(NamedTuple):
    """A series with something new in it."""

    series: int
    device: UUID
    type: str
    measure: str
    area: str
    readings: int
    track: Track | None


@action("sensing.score_series")
def score_series(*, actor: Actor, at: datetime) -> int:
    """Follow some of the series that score rules look at, as far as they have come; how many. None are left when it says 0."""
    asked = {key: one for key, one in chosen.in_force(actor).items() if one.when.kind is Kind.SCORE}
    due = _due(asked)
    if not due:
        return 0
    lock({one.device for one in due})
    due = _once_more(due)  # another worker may have followed them while the lock was awaited
    logs = _readings(due, at)
    for place, one in enumerate(due):
        if one.track is None:
            newest = max((reading.at for reading in logs[one.series]), default=at.timestamp())
            due[place] = one._replace(track=score.begun(logs[one.series], newest - LATENESS))
    signals = _follow(due, asked, logs)
    _keep(due, at)  # before the alarms: their card says why
    tell(actor, signals, at, chosen.in_force(actor))
    return len(due)


def _due(asked: Mapping[str, AlarmRule]) -> list[Due]:
    kinds = sorted({(kind, one.when.measure) for one in asked.values() for kind in one.types})
    found: list[Due] = []
    with connection.cursor() as cursor:
        for new, most in ((False, AT_ONCE), (True, NEW_AT_ONCE)):
            if kinds and not found:
                types, measures = zip(*kinds, strict=True)
                cursor.execute(_DUE, [list(types), list(measures), new, most])
                found += [
                    Due(series, device, kind, measure, area, readings, _track(body))
                    for series, device, kind, measure, area, readings, body in cursor.fetchall()
                ]
    return found


def _once_more(due: Sequence[Due]) -> list[Due]:
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [[one.series for one in due]])
        now = {series: (readings, body) for series, readings, body in cursor.fetchall()}
    return [
        one._replace(readings=now[one.series][0], track=_track(now[one.series][1]))
        for one in due
        if one.series in now
    ]


def _track(body: bytes | None) -> Track | None:
    return msgspec.msgpack.decode(bytes(body), type=Track) if body is not None else None


def _readings(due: Sequence[Due], at: datetime) -> dict[int, list[Reading]]:
    """What is stored of each since it was looked at; of new ones what they may learn from."""
    known = [(one.series, one.track.at) for one in due if one.track]
    new = [one.series for one in due if one.track is None]
    measure = {one.series: one.measure for one in due}
    found: dict[int, list[Reading]] = defaultdict(list)
    with connection.cursor() as cursor:
        if known:
            series, since = zip(*known, strict=True)
            cursor.execute(_SINCE, [list(series), list(since), min(since), int(BAD)])
            _sort(cursor.fetchall(), measure, found)
        if new:
            oldest = at - timedelta(days=LEARN_DAYS)
            cursor.execute(_BEFORE, [new, oldest, int(BAD), LEARN_READINGS])
            _sort(cursor.fetchall(), measure, found)
    return found


def _sort(
    rows: Iterable[tuple[int, float, float]], measure: Mapping[int, str], found: dict[int, list[Reading]]
) -> None:  # fmt: skip
    for series, at, value in rows:
        found[series].append(Reading(at, measure[series], value))


def _follow(
    due: Sequence[Due], asked: Mapping[str, AlarmRule], logs: Mapping[int, list[Reading]]
) -> list[Signal]:
    """Each series through its rules; what has to be remembered is written down."""
    known = pending({one.device for one in due})
    kept: list[tuple[str, UUID, str, bytes, float | None]] = []
    gone: list[tuple[UUID, str]] = []
    signals: list[Signal] = []
    for one in due:
        assert one.track is not None  # noqa: S101 -- begun above
        rules = _rules(one, asked)
        before = known.get(one.device, {})
        held = {rule.key: unpack(before[rule.key]) for rule in rules if rule.key in before}
        now, told = score.work_in(one.track, rules, held, logs[one.series], LATENESS)
        signals += [
            Signal(turn, one.device, key, it.since, it.raised, it.cleared) for key, turn, it in told
        ]
        for rule in rules:
            pair = now[rule.key]
            if not score.rests(pair, rule, max(one.track.at, pair.last[0])):
                kept.append((one.area, one.device, rule.key, pack(pair), _when(pair, rule)))
            elif rule.key in before:
                gone.append((one.device, rule.key))
    write_down(kept, gone)
    return signals


def _rules(one: Due, asked: Mapping[str, AlarmRule]) -> list[Rule]:
    return [
        limits.tuned(rule, str(one.device), one.area)[0]
        for rule in asked.values()
        if one.type in rule.types and rule.when.measure == one.measure
    ]


def _when(pair: Pair, rule: Rule) -> float | None:
    moment = pairs.due(pair, rule)
    return None if moment == math.inf else moment + rule.grace


def _keep(due: Sequence[Due], at: datetime) -> None:
    bodies = [msgspec.msgpack.encode(one.track) for one in due]
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP, [at, [one.series for one in due], bodies, [one.readings for one in due]]
        )
