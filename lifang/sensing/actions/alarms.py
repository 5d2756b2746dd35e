"""Alarms raised, cleared and corrected by the rules: one open for a subject and a rule, and told only where it helps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import F

from lifang.core.access import Actor
from lifang.core.access.rows import add_many
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.ids import new_id
from lifang.sensing.actions.commands import speak
from lifang.sensing.actions.scene import Scene, scene_of, subject_of
from lifang.sensing.catalogue import RULES, AlarmRule
from lifang.sensing.events import AlarmChanged, AlarmRaised
from lifang.sensing.models import Alarm, AlarmStep, Device, Flood
from lifang.sensing.rules import alarms as rules
from lifang.sensing.rules import limits
from lifang.sensing.rules.alarms import DESK_DIGITS, FLOOD_SPAN, Standing
from lifang.sensing.selectors import rules as chosen
from lifang.sensing.terms import Severity, Told
from lifang.sensing.watch.score import Remark, why

_CHANGING = (
    "reset_at",
    "cleared_at",
    "withdrawn_at",
    "ended_at",
    "step_due_at",
    "count",
    "last_at",
)
_ANEW = f"""
UPDATE sensing_alarm AS a SET {", ".join(f"{name} = t.{name}" for name in _CHANGING)}
FROM json_populate_recordset(NULL::sensing_alarm, %s::json) AS t WHERE a.id = t.id
"""  # noqa: S608 -- our own names
_FLOOD = """
SELECT (SELECT id FROM sensing_flood WHERE area = %(desk)s AND ended_at IS NULL LIMIT 1), count(*) FROM sensing_alarm
WHERE area LIKE %(inside)s AND told_at > %(since)s AND inhibited_by_id IS NULL AND lead_id IS NULL AND shelved_until IS NULL
"""


@action("sensing.raise_alarms")
def raise_alarms(*, actor: Actor, told: Sequence[Told], at: datetime) -> list[Alarm]:
    """What the rules say becomes alarms."""
    return raised(told, at, chosen.in_force(actor))


def raised(told: Sequence[Told], at: datetime, in_force: dict[str, AlarmRule]) -> list[Alarm]:
    """Within an action: life safety first, as alarms and steps; events only for what somebody has to answer."""
    scene = scene_of(told, at, in_force)
    steps: list[AlarmStep] = []
    new: list[Alarm] = []
    rest, moved = _moved(told)
    _move(scene, moved, at, steps)
    begun = {(subject_of(one.device), one.rule) for one in rest if one.turn == "raised" and _rests(scene, one)}  # fmt: skip
    for one in sorted(rest, key=lambda one: _order(scene, one)):
        alarm = scene.open.get((subject_of(one.device), one.rule))
        if one.turn in {"raised", "reopened"}:
            if alarm is not None:
                _again(scene, alarm, one, at, steps)
            elif (made := _new(scene, one, at)) is not None:
                new.append(made)
                scene.made.add(made.pk)
                steps.append(_step(made, "raised", at))
                scene.open[made.subject, made.rule] = made
        elif alarm is not None:
            _gone(scene, alarm, one, at, steps)
    _fold(new, at)
    _write_anew(scene.touched.values())  # what ends makes room for what begins
    add_many(new)
    add_many(steps)
    for alarm in new:
        if rules.told(alarm) and alarm.ended_at is None:
            told_of(alarm, at)
    aloud = [scene.open[pair] for pair in begun if pair in scene.open]
    speak([one for one in aloud if rules.told(one)], scene.rules, scene.devices, at)
    return new


def _moved(told: Sequence[Told]) -> tuple[list[Told], list[tuple[UUID, str]]]:
    """Late readings that let an alarm begin at another time take it back and raise it at once: it is the same, and stays."""
    turns: dict[tuple[UUID, str], list[Told]] = defaultdict(list)
    for one in told:
        turns[one.device, one.rule].append(one)
    rest: list[Told] = []
    moved: list[tuple[UUID, str]] = []
    for key, mine in turns.items():
        back = [one for one in mine if one.turn == "withdrawn"]
        anew = [one for one in mine if one.turn == "raised"]
        same = {*back[: len(anew)], *anew[: len(back)]}
        moved += [key] if same else []
        rest += [one for one in mine if one not in same]
    return rest, moved


def _rests(scene: Scene, one: Told) -> bool:
    """There is no alarm of it, or one whose condition is over: what is raised now begins."""
    alarm = scene.open.get((subject_of(one.device), one.rule))
    return alarm is None or alarm.cleared_at is not None


def told_of(alarm: Alarm, at: datetime) -> None:
    """Tell the house that somebody has to answer."""
    rule = RULES.get(alarm.rule)
    matter = str(alarm.evidence.get("matter", rule.matter if rule else ""))
    publish(
        AlarmRaised(
            alarm=alarm.pk, rule=alarm.rule, hazard=alarm.hazard, severity=alarm.severity,
            life=alarm.life, matter=matter, at=at,
        ),
        area=alarm.area, holders=alarm.holders,
    )  # fmt: skip


def changed(alarm: Alarm, change: str, at: datetime) -> None:
    publish(
        AlarmChanged(alarm=alarm.pk, change=change, at=at), area=alarm.area, holders=alarm.holders
    )


def _order(scene: Scene, one: Told) -> tuple[int, float]:
    rule = scene.rules.get(one.rule)
    return (rules.rank(rule.severity, life=rule.life) if rule else 99, one.raised)


def _new(scene: Scene, one: Told, at: datetime) -> Alarm | None:
    device, rule = scene.devices.get(one.device), scene.rules.get(one.rule)
    if device is None or rule is None:
        return None
    when, source = limits.tuned(rule, str(device.pk), device.area)
    alarm = Alarm(
        id=new_id(), area=device.area, holders=device.holders, subject=subject_of(device.pk),
        rule=rule.key, edition=scene.editions.get(rule.key, 0), device=device, place_id=device.place_id,
        hazard=rule.hazard, severity=rule.severity, rank=rules.rank(rule.severity, life=rule.life),
        life=rule.life, latched=when.latch, since=_moment(one.since), raised_at=_moment(one.raised), told_at=at,
        last_at=_moment(one.raised), shelved_until=scene.shelves.get((subject_of(device.pk), rule.key)),
        evidence=_evidence(scene, rule, device, source, when.hold) | _score(scene, rule, one),
    )  # fmt: skip
    if (cause := scene.dead.get(device.gateway_id)) and not rule.life:  # type: ignore[arg-type]
        alarm.inhibited_by_id = cause
    near = scene.standing[alarm.hazard, alarm.place_id]
    lead = rules.leader(alarm.hazard, alarm.place_id, alarm.subject, near)
    if lead is not None and alarm.inhibited_by_id is None:
        alarm.lead_id = lead.alarm
        if rules.corroborates(rule.key, lead):
            _escalate(lead.alarm, at)
    near.append(
        Standing(alarm.pk, alarm.subject, alarm.hazard, alarm.place_id, alarm.rule, alarm.lead_id)
    )
    if rules.told(alarm):
        alarm.step_due_at = rules.step_due(0, at)
    return alarm


def _evidence(
    scene: Scene, rule: AlarmRule, device: Device, source: str, hold: float
) -> dict[str, object]:
    """What the card shows, as it was: later changes of the rule do not rewrite it."""
    readings = [
        {"measure": row.measure, "value": row.value, "at": row.at.isoformat()}
        | ({"said": row.said} if row.said else {})
        for row in scene.latest[device.pk]
    ]
    return {"limits_of": source, "hold": hold, "matter": rule.matter, "readings": readings}


def _score(scene: Scene, rule: AlarmRule, one: Told) -> dict[str, object]:
    """Why a value stood out, in the detector's own figures."""
    found = why(scene.remarks.get((one.device, rule.when.measure), []), one.since, one.raised)
    if found is None:
        return {}
    told = {name: getattr(found, name) for name in Remark.__struct_fields__}
    return {"score": told | {"measure": rule.when.measure, "at": _moment(found.at).isoformat()}}


def _escalate(pk: UUID, at: datetime) -> None:
    """Two kinds of devices say the same: nothing more serious than that."""
    lead = Alarm.objects.filter(pk=pk).first()
    if lead is None or lead.severity == Severity.CRITICAL:
        return
    lead.severity = Severity.CRITICAL
    lead.rank = rules.rank(lead.severity, life=lead.life)
    lead.save(update_fields=["severity", "rank"])
    _step(lead, "corroborated", at).save()
    changed(lead, "corroborated", at)


def _move(
    scene: Scene, moved: Iterable[tuple[UUID, str]], at: datetime, steps: list[AlarmStep]
) -> None:
    open_ones = (scene.open.get((subject_of(device), rule)) for device, rule in moved)
    for alarm in filter(None, open_ones):
        alarm.cleared_at = None  # what is cleared is told after it
        _keep(scene, alarm)
        steps.append(_step(alarm, "moved", at))
        changed(alarm, "moved", at)


def _again(scene: Scene, alarm: Alarm, one: Told, at: datetime, steps: list[AlarmStep]) -> None:
    alarm.cleared_at = None
    alarm.withdrawn_at = None
    alarm.reset_at = None  # it came back: to be reset anew
    if one.turn == "raised":
        alarm.count += 1
        alarm.last_at = _moment(one.raised)
    _keep(scene, alarm)
    steps.append(_step(alarm, "again" if one.turn == "raised" else "reopened", at))
    changed(alarm, "again", at)


def _gone(scene: Scene, alarm: Alarm, one: Told, at: datetime, steps: list[AlarmStep]) -> None:
    """Cleared; or taken back, which proposes to close it and rewrites nothing."""
    taken_back = one.turn == "withdrawn"
    alarm.cleared_at = _moment(one.cleared) if one.cleared is not None else at
    if taken_back and alarm.count == 1:
        alarm.withdrawn_at = at
    if rules.over(alarm):
        alarm.ended_at, alarm.step_due_at = at, None
    _keep(scene, alarm)
    if alarm.ended_at:
        del scene.open[alarm.subject, alarm.rule]
    steps.append(_step(alarm, "withdrawn" if taken_back else "cleared", at))
    changed(alarm, "withdrawn" if taken_back else "cleared", at)


def _keep(scene: Scene, alarm: Alarm) -> None:
    """A new one is written with all of it, at the end; the others together."""
    if alarm.pk not in scene.made:
        scene.touched[alarm.pk] = alarm


def _write_anew(alarms: Iterable[Alarm]) -> None:
    """What rules change of alarms that were there, in one statement."""
    rows = [
        {"id": alarm.pk, **{name: getattr(alarm, name) for name in _CHANGING}} for alarm in alarms
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_ANEW, [msgspec.json.encode(rows).decode()])


def _fold(new: Sequence[Alarm], at: datetime) -> None:
    """Flood mode by desk: the first stays, life safety always; the rest is folded, never dropped."""
    desks: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in new:
        if rules.told(alarm):
            desks[alarm.area[:DESK_DIGITS]].append(alarm)
    for desk, mine in desks.items():
        given: Any = {"desk": desk, "inside": f"{desk}%", "since": at - FLOOD_SPAN}
        with connection.cursor() as cursor:
            cursor.execute(_FLOOD, given)
            standing, recent = cursor.fetchone()
        if not rules.flooded(recent + len(mine), already=standing is not None):
            continue
        standing = standing or Flood.objects.create(area=desk, began_at=at).pk
        folded, spare = 0, max(0, rules.FLOOD_BEGINS - recent)
        for alarm in [one for one in mine if not one.life][spare:]:
            alarm.folded, alarm.step_due_at = True, None
            folded += 1
        if folded:
            Flood.objects.filter(pk=standing).update(alarms=F("alarms") + folded)


def _step(alarm: Alarm, kind: str, at: datetime) -> AlarmStep:
    return AlarmStep(
        id=new_id(), alarm=alarm, kind=kind, at=at, area=alarm.area, holders=alarm.holders
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(max(seconds, 0.0), UTC)
