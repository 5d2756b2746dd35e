"""The rules over what was just stored: in the same transaction, with everything that goes on written down."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from lifang.core.access import SYSTEM, Actor
from lifang.core.action import action
from lifang.core.ids import new_id
from lifang.sensing.actions.alarms import raised
from lifang.sensing.actions.packing import Bigints, Moments, Uuids, asking
from lifang.sensing.catalogue import AlarmRule
from lifang.sensing.models import Latest, Pending
from lifang.sensing.rules import limits
from lifang.sensing.rules.limits import Sieve
from lifang.sensing.selectors import rules as chosen
from lifang.sensing.terms import BAD, REACH, Batch, Known, Told, moment
from lifang.sensing.watch.engine import Watch
from lifang.sensing.watch.pair import Pair, Signal, back
from lifang.sensing.watch.rule import Kind, Reading, Rule

LATENESS = 300.0  # seconds a message may be behind the newest of its series and still be judged
TIMERS_AT_ONCE = 500
_MILLION = 1_000_000
NEVER = -(1 << 62)
_new: Any = tuple.__new__  # a third of the price of the constructor

_LOCK = "SELECT count(*) FROM (SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS t(k)) AS locked"
_LIVE = "SELECT DISTINCT device_id FROM sensing_pending WHERE device_id = ANY(%b::uuid[])"
_PENDING = "SELECT device_id, rule, body FROM sensing_pending WHERE device_id = ANY(%b::uuid[])"
# Series by series by the key: a join hangs on how fresh the statistics of today's partition are, and once read all of it.
# No further than the newest that was looked at: what is stored and waits to be looked at is told when its turn comes.
_HISTORY = """
SELECT d.number, o.at, o.value
FROM unnest(%s::uuid[], %s::text[], %s::float8[]) WITH ORDINALITY AS d(id, measure, since, number)
JOIN sensing_series s ON s.device_id = d.id AND s.measure = d.measure JOIN sensing_latest l ON l.series_id = s.id
CROSS JOIN LATERAL (
  SELECT date_part('epoch', o.at) AS at, o.value FROM sensing_observation o
  WHERE o.series_id = s.id AND o.device_id = d.id AND o.at > to_timestamp(d.since) AND o.at <= l.at AND o.at > to_timestamp(%s) AND o.quality & %s = 0 OFFSET 0
) AS o
"""
# Those that moved so far within the window before their first reading of the batch, or after it.
_MOVED = """
SELECT e.s FROM unnest(%b::bigint[], %b::timestamptz[]) AS e(s, since) JOIN sensing_series s ON s.id = e.s JOIN sensing_latest l ON l.series_id = s.id WHERE (
  SELECT max(o.value) - min(o.value) FROM sensing_observation o
  WHERE o.series_id = s.id AND o.device_id = s.device_id AND o.at > e.since AND o.at <= l.at AND o.at > %s AND o.quality & %s = 0
) >= %s
"""
_KEEP = """
INSERT INTO sensing_pending (id, area, holders, device_id, rule, body, due_at)
SELECT i, a, '{}', d, r, b, to_timestamp(t)
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::bytea[], %s::float8[]) AS p(i, a, d, r, b, t)
ON CONFLICT (device_id, rule) DO UPDATE SET body = excluded.body, due_at = excluded.due_at
"""
_DROP = "DELETE FROM sensing_pending p USING unnest(%s::uuid[], %s::text[]) AS t(d, r) WHERE p.device_id = t.d AND p.rule = t.r"

Subject = tuple[UUID, str, str]  # device, type, area
Readings = Mapping[Known, list[Reading]]
Kinds = Mapping[tuple[str, str], Sequence[int]]  # (type, measure) → its series in a batch


class AlarmWatcher:
    """Sees every committed batch. Keeps nothing in memory: several workers may share the load."""

    def see(self, batch: Batch) -> None:
        rules, sieves = chosen.sieved(SYSTEM)
        looked_at = {kind: mine for kind, mine in batch.kinds.items() if kind in sieves}
        if not looked_at:
            return
        wanted = set[UUID]()
        for kind, series in looked_at.items():
            wanted |= _woken(batch, sieves[kind], np.array(series, np.int64))
        devices = {batch.known[one].device for mine in looked_at.values() for one in mine}
        wanted |= _live(devices - wanted)
        if wanted:
            readings, since = _readings(batch, looked_at, wanted)
            moved = {key: batch.moved[key.series] for key in readings if key.series in batch.moved}
            judge(actor=SYSTEM, readings=readings, since=since, moved=moved, rules=rules, at=batch.at)  # fmt: skip


WATCHER = AlarmWatcher()


def _live(devices: set[UUID]) -> set[UUID]:
    """Those of which something is remembered."""
    if not devices:
        return devices
    with asking(connection) as cursor:
        cursor.execute(_LIVE, [Uuids(list(devices))], binary=True)
        return {device for (device,) in cursor.fetchall()}


def _woken(batch: Batch, sieve: Sieve, series: NDArray[np.int64]) -> set[UUID]:
    """Devices of which a reading could begin something."""
    them = batch.columns
    mine = np.isin(them.series, series) & (them.quality & int(BAD) == 0)
    hit = set(them.series[mine & sieve.wakes(them.value)].tolist())
    for by, window in sieve.changes:
        ours = mine if window + LATENESS > REACH else mine & _may(batch, series, by)
        hit |= _moved(them.series[ours], them.at[ours], by, window)
    return {batch.known[one].device for one in hit}


def _may(batch: Batch, series: NDArray[np.int64], by: float) -> NDArray[np.bool_]:
    """Rows of those series whose least and greatest lie far enough apart; of the others the history need not be read."""
    wide = [one for one in series.tolist() if not batch.moved.get(one, math.inf) < by]
    return np.isin(batch.columns.series, np.array(wide, np.int64))


def _moved(series: NDArray[np.int64], at: NDArray[np.int64], by: float, window: float) -> set[int]:
    order = np.lexsort((at, series))
    ordered = series[order]
    first = order[np.append(True, ordered[1:] != ordered[:-1])] if len(order) else order
    since = at[first] - int(window * _MILLION) - 1
    if not len(first):
        return set()
    oldest = moment(int(since.min()))
    with asking(connection) as cursor:
        cursor.execute(_MOVED, [Bigints(series[first]), Moments(since), oldest, int(BAD), by])
        return {one for (one,) in cursor.fetchall()}


def _readings(
    batch: Batch, looked_at: Kinds, wanted: set[UUID]
) -> tuple[Readings, dict[Known, float]]:
    """Good readings of these devices that any rule looks at; and until when each series was known before."""
    known = batch.known
    mine = [one for some in looked_at.values() for one in some if known[one].device in wanted]
    found: dict[Known, list[Reading]] = {known[one]: [] for one in mine}
    them = batch.columns
    good = np.isin(them.series, np.array(mine, np.int64)) & (them.quality & int(BAD) == 0)
    told = (them.series[good].tolist(), them.at[good].tolist(), them.value[good].tolist())
    for series, at, value in zip(*told, strict=True):
        what = known[series]
        found[what].append(Reading(at / _MILLION, what.measure, value))
    found = {what: readings for what, readings in found.items() if readings}
    return found, {what: batch.before.get(what.series, NEVER) / _MILLION for what in found}


@action("sensing.judge")
def judge(
    *,
    actor: Actor,
    readings: Readings,
    since: Mapping[Known, float],
    moved: Mapping[Known, float],
    rules: dict[str, AlarmRule],
    at: datetime,
) -> int:
    """Readings that matter, through their rules, to alarms; `moved` as in `Batch`."""
    devices = {key.device: (key.device, key.type, key.area) for key in readings}
    lock(devices)
    watch = _watch(rules, devices, readings, moved)
    watch.newest.update({(key.device, key.measure): known for key, known in since.items()})
    signals = watch.feed((key.device, one) for key, mine in readings.items() for one in mine)
    signals += watch.tick(at.timestamp())
    return _write(actor, watch, signals, devices, at, rules)


@action("sensing.run_timers")
def run_timers(*, actor: Actor, at: datetime) -> int:
    """What falls due without a message; asked for every few seconds, and lost by no restart."""
    due = Pending.objects.filter(due_at__lte=at)
    waiting = set(due.order_by("due_at").values_list("device_id", flat=True)[:TIMERS_AT_ONCE])
    if not waiting:
        return 0
    lock(waiting)  # a worker may just be judging one of them; what is due is asked again after it
    found = list(due.filter(device__in=waiting).select_related("device"))
    devices = {row.device_id: (row.device_id, row.device.type, row.area) for row in found}
    rules = chosen.in_force(actor)
    watch = _watch(rules, devices, {}, {})
    return _write(actor, watch, watch.tick(at.timestamp()), devices, at, rules)


def _watch(
    rules: Mapping[str, AlarmRule], devices: Mapping[UUID, Subject], readings: Readings, moved: Mapping[Known, float]
) -> Watch:  # fmt: skip
    """The engine with what is written down of these devices, and their stored history at hand."""
    by_type: dict[str, list[AlarmRule]] = defaultdict(list)
    for one in rules.values():
        for kind in one.types:
            by_type[kind].append(one)
    remembered = pending(devices)
    far = {(key.device, key.measure): by for key, by in moved.items()}
    tuned: dict[UUID, list[Rule]] = {}
    for device, kind, area in devices.values():
        mine = [limits.tuned(one, str(device), area)[0] for one in by_type[kind]]
        here = remembered.get(device, {})
        tuned[device] = [one for one in mine if one.key in here or not _still(one, far.get((device, one.measure)))]  # fmt: skip
    watch = Watch(tuned.__getitem__, None, LATENESS)  # type: ignore[arg-type]
    watch.newest.update(_others(tuned))
    watch.load([((device, rule), body) for device, here in remembered.items() for rule, body in here.items()], [])  # fmt: skip
    watch.history = History(readings, tuned, watch.pairs)
    return watch


def _still(rule: Rule, moved: float | None) -> bool:
    """A rule about a change has nothing to begin with, and need not read its window."""
    return rule.kind is Kind.CHANGE and moved is not None and moved < abs(rule.by) and rule.window + LATENESS < REACH  # fmt: skip


def _others(tuned: Mapping[UUID, list[Rule]]) -> dict[Any, float]:
    """The newest of the measures that may come second, of devices with rules about a sequence."""
    second = {device for device, mine in tuned.items() for rule in mine if rule.then}
    if not second:
        return {}
    rows = Latest.objects.filter(series__device__in=second)
    listed = rows.values_list("series__device", "series__measure", "at")
    return {(device, measure): at.timestamp() for device, measure, at in listed}


class History:
    """Stored readings of the devices that are judged, asked for once when the first of them needs any; as far back as each rule may ask."""

    def __init__(
        self,
        readings: Readings,
        tuned: Mapping[UUID, list[Rule]],
        remembered: Mapping[Any, Pair],
    ) -> None:
        oldest: dict[tuple[UUID, str], float] = {
            (key.device, key.measure): min(one.at for one in mine) for key, mine in readings.items()
        }
        self.since: dict[tuple[UUID, str], float] = {}  # by device and measure
        for device, mine in tuned.items():
            for rule in mine:
                first = min(oldest.get((device, one), math.inf) for one in rule.measures)
                if first < math.inf:
                    pair = remembered.get((device, rule.key))
                    since = back(pair, first) if pair and rule.kind is not Kind.SCORE else first - LATENESS - rule.memory - 1  # fmt: skip
                    for measure in rule.measures:
                        self.since[device, measure] = min(self.since.get((device, measure), math.inf), since)  # fmt: skip
        self.known: dict[UUID, list[Reading]] | None = None

    def __call__(self, device: Any, measures: tuple[str, ...], since: float) -> list[Reading]:
        if self.known is None:
            self.known = self._ask()
        return [one for one in self.known[device] if one.measure in measures and one.at > since]

    def _ask(self) -> dict[UUID, list[Reading]]:
        found: dict[UUID, list[Reading]] = defaultdict(list)
        devices, measures = map(list, zip(*self.since, strict=True))
        since = list(self.since.values())
        whose = {number: (found[device], measure) for number, (device, measure) in enumerate(self.since, 1)}  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_HISTORY, [devices, measures, since, min(since), int(BAD)])
            for number, at, value in cursor.fetchall():
                device, measure = whose[number]
                device.append(_new(Reading, (at, measure, value)))
        return found


def lock(devices: Iterable[UUID]) -> None:
    """Two workers do not judge one device at once; in one order, so that they never wait in a ring."""
    keys = sorted(device.int % (1 << 62) for device in devices)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [keys])


def pending(devices: Iterable[UUID]) -> dict[UUID, dict[str, bytes]]:
    """What is written down of these devices, by rule."""
    with asking(connection) as cursor:
        cursor.execute(_PENDING, [Uuids(list(devices))], binary=True)
        return _pairs(cursor.fetchall())


def _pairs(rows: list[tuple[UUID, str, Any]]) -> dict[UUID, dict[str, bytes]]:
    found: dict[UUID, dict[str, bytes]] = defaultdict(dict)
    for device, rule, body in rows:
        found[device][rule] = bytes(body)
    return found


def _write(
    actor: Actor,
    watch: Watch,
    signals: list[Signal],
    devices: Mapping[UUID, Subject],
    at: datetime,
    rules: dict[str, AlarmRule],
) -> int:
    touched = watch.take_touched()
    kept: list[Any] = [
        (devices[device][2], device, rule, body, watch.due_of((device, rule)))  # type: ignore[index]
        for (device, rule), body in touched.items()  # type: ignore[misc]
        if body is not None
    ]
    gone: list[Any] = [key for key, body in touched.items() if body is None]
    write_down(kept, gone)
    return tell(actor, signals, at, rules)


def write_down(
    kept: Sequence[tuple[str, UUID, str, bytes, float | None]], gone: Sequence[tuple[UUID, str]]
) -> None:
    """Area, device, rule, what it remembers and when it is due; and of which nothing has to be remembered any more."""
    with connection.cursor() as cursor:
        if kept:
            rows = [(new_id(), *one) for one in kept]
            cursor.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])
        if gone:
            cursor.execute(_DROP, [[key[0] for key in gone], [key[1] for key in gone]])


def tell(actor: Actor, signals: Sequence[Signal], at: datetime, rules: dict[str, AlarmRule]) -> int:
    """What the rules in force say becomes alarms."""
    if signals:
        told = [
            Told(one.turn, one.rule, one.subject, one.since, one.raised, one.cleared)  # type: ignore[arg-type]
            for one in signals
        ]
        raised(told, at, rules)
    return len(signals)
