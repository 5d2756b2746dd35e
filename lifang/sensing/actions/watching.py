"""The rules over what was just stored: in the same transaction, with everything that goes on written down."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from lifang.core.access import SYSTEM, Actor
from lifang.core.action import action
from lifang.core.ids import new_id
from lifang.sensing.actions.alarms import raise_alarms
from lifang.sensing.catalogue import AlarmRule
from lifang.sensing.models import Pending, Series
from lifang.sensing.rules import limits
from lifang.sensing.selectors import rules as chosen
from lifang.sensing.terms import BAD, Batch, Known, Observed, Told
from lifang.sensing.watch.engine import Watch
from lifang.sensing.watch.pair import Signal
from lifang.sensing.watch.rule import Kind, Reading, Rule

LATENESS = 300.0  # seconds a message may be behind the newest of its series and still be judged
TIMERS_AT_ONCE = 500
_MILLION = 1_000_000

_LOCK = "SELECT count(*) FROM (SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS t(k)) AS locked"
_PENDING = "SELECT device_id, rule, body FROM sensing_pending WHERE device_id = ANY(%s::uuid[])"
_HISTORY = """
SELECT s.device_id, s.measure, extract(epoch FROM o.at)::float8, o.value
FROM sensing_observation o JOIN sensing_series s ON s.id = o.series_id
WHERE o.series_id = ANY(%s) AND o.at > to_timestamp(%s) AND o.quality & %s = 0
"""
_KEEP = """
INSERT INTO sensing_pending (id, area, holders, device_id, rule, body, due_at)
SELECT i, a, '{}', d, r, b, to_timestamp(t)
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::bytea[], %s::float8[]) AS p(i, a, d, r, b, t)
ON CONFLICT (device_id, rule) DO UPDATE SET body = excluded.body, due_at = excluded.due_at
"""
_DROP = "DELETE FROM sensing_pending p USING unnest(%s::uuid[], %s::text[]) AS t(d, r) WHERE p.device_id = t.d AND p.rule = t.r"

Subject = tuple[UUID, str, str]  # device, type, area
_ALWAYS = {Kind.CHANGE}


class Slot(NamedTuple):
    """The readings of one series, and the rules that look at it."""

    known: Known
    rules: list[AlarmRule]
    observed: list[Observed]


class AlarmWatcher:
    """Sees every committed batch. Keeps nothing in memory: several workers may share the load."""

    def see(self, batch: Batch) -> None:
        rules = chosen.in_force(SYSTEM)
        slots = _slots(batch, limits.interest(rules))
        if not slots:
            return
        with connection.cursor() as cursor:
            cursor.execute(_PENDING, [list({slot.known.device for slot in slots})])
            live = _pairs(cursor.fetchall())
        wanted = {
            slot.known: [Reading(one.at / _MILLION, slot.known.measure, one.value) for one in slot.observed]
            for slot in slots
            if slot.known.device in live or any(_wakes(slot, one.value) for one in slot.observed)
        }  # fmt: skip
        if wanted:
            judge(actor=SYSTEM, readings=wanted, rules=rules, at=batch.at)


WATCHER = AlarmWatcher()


@action("sensing.judge")
def judge(
    *,
    actor: Actor,
    readings: Mapping[Known, list[Reading]],
    rules: dict[str, AlarmRule],
    at: datetime,
) -> int:
    """Readings that matter, through their rules, to alarms."""
    devices = {key.device: (key.device, key.type, key.area) for key in readings}
    _lock(devices)
    watch = _watch(rules, devices, readings)
    signals = watch.feed((key.device, one) for key, mine in readings.items() for one in mine)
    now = at.timestamp()
    signals += watch.tick(now)
    return _write(actor, watch, signals, devices, at)


@action("sensing.run_timers")
def run_timers(*, actor: Actor, at: datetime) -> int:
    """What falls due without a message; asked for every few seconds, and lost by no restart."""
    due = Pending.objects.filter(due_at__lte=at)
    waiting = set(due.order_by("due_at").values_list("device_id", flat=True)[:TIMERS_AT_ONCE])
    if not waiting:
        return 0
    _lock(waiting)  # a worker may just be judging one of them; what is due is asked again after it
    found = list(due.filter(device__in=waiting).select_related("device"))
    devices = {row.device_id: (row.device_id, row.device.type, row.area) for row in found}
    watch = _watch(chosen.in_force(actor), devices, {})
    return _write(actor, watch, watch.tick(at.timestamp()), devices, at)


def _slots(batch: Batch, interest: Mapping[tuple[str, str], list[AlarmRule]]) -> list[Slot]:
    """Good readings that any rule looks at, by series. This loop runs over every message."""
    found: dict[int, Slot | None] = {}
    for one in batch.observed:
        if one.series not in found:
            what = batch.known[one.series]
            rules = interest.get((what.type, what.measure))
            found[one.series] = Slot(what, rules, []) if rules else None
        slot = found[one.series]
        if slot is not None and not one.quality & BAD:
            slot.observed.append(one)
    return [slot for slot in found.values() if slot and slot.observed]


def _wakes(slot: Slot, value: float) -> bool:
    """Whether a reading could begin something; rules with limits by place are asked later, exactly."""
    return any(
        rule.places or rule.when.kind in _ALWAYS or rule.when.matches(value) for rule in slot.rules
    )


def _watch(
    rules: Mapping[str, AlarmRule],
    devices: Mapping[UUID, Subject],
    readings: Mapping[Known, list[Reading]],
) -> Watch:
    """The engine with what is known of these devices, and their stored history at hand."""
    history = _history(readings, max((one.when.memory for one in rules.values()), default=0))

    def rules_of(device: Any) -> list[Rule]:
        _, kind, area = devices[device]
        return [
            limits.tuned(one, str(device), area)[0] for one in rules.values() if kind in one.types
        ]

    def stored(device: Any, measures: tuple[str, ...], since: float) -> Iterable[Reading]:
        return [one for one in history[device] if one.measure in measures and one.at > since]

    watch = Watch(rules_of, stored, LATENESS)
    new = {(key.device, one) for key, mine in readings.items() for one in mine}
    for device, known in history.items():
        for one in known:
            if (device, one) not in new:
                key = (device, one.measure)
                watch.newest[key] = max(watch.newest.get(key, one.at), one.at)  # type: ignore[index,arg-type]
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, [list(devices)])
        for device, pairs in _pairs(cursor.fetchall()).items():
            watch.load([((device, rule), body) for rule, body in pairs.items()], [])  # type: ignore[misc]
    return watch


def _history(readings: Mapping[Known, list[Reading]], memory: float) -> dict[UUID, list[Reading]]:
    found: dict[UUID, list[Reading]] = defaultdict(list)
    if not readings:
        return found
    oldest = min(one.at for mine in readings.values() for one in mine)
    since = oldest - 2 * LATENESS - memory - 1
    series = list(
        Series.objects.filter(device__in={key.device for key in readings}).values_list(
            "pk", flat=True
        )
    )
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [series, since, int(BAD)])
        for device, measure, at, value in cursor.fetchall():
            found[device].append(Reading(at, measure, value))
    return found


def _lock(devices: Iterable[UUID]) -> None:
    """Two workers do not judge one device at once; in one order, so that they never wait in a ring."""
    keys = sorted(device.int % (1 << 62) for device in devices)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [keys])


def _pairs(rows: list[tuple[UUID, str, Any]]) -> dict[UUID, dict[str, bytes]]:
    found: dict[UUID, dict[str, bytes]] = defaultdict(dict)
    for device, rule, body in rows:
        found[device][rule] = bytes(body)
    return found


def _write(
    actor: Actor, watch: Watch, signals: list[Signal], devices: Mapping[UUID, Subject], at: datetime
) -> int:
    touched = watch.take_touched()
    kept = {key: body for key, body in touched.items() if body is not None}
    gone = [key for key, body in touched.items() if body is None]
    with connection.cursor() as cursor:
        if kept:
            rows = [_row(watch, key, body, devices) for key, body in kept.items()]
            cursor.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])
        if gone:
            cursor.execute(_DROP, [[key[0] for key in gone], [key[1] for key in gone]])
    if signals:
        told = [
            Told(one.turn, one.rule, one.subject, one.since, one.raised, one.cleared)  # type: ignore[arg-type]
            for one in signals
        ]
        raise_alarms(actor=actor, told=told, at=at)
    return len(signals)


def _row(watch: Watch, key: Any, body: bytes, devices: Mapping[UUID, Subject]) -> tuple[Any, ...]:
    device, rule = key
    moment = watch.due_of(key)
    return new_id(), devices[device][2], device, rule, body, moment
