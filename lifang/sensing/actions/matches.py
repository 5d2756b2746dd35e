"""Match alarms as they come from outside: taken or refused with a counted reason, looked at by named viewers for a purpose."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action, seen
from lifang.core.crypto.seals import blind
from lifang.core.ids import new_id
from lifang.sensing.actions.alarms import told_of
from lifang.sensing.actions.receptions import numbers
from lifang.sensing.catalogue import MATCH_PURPOSES, RULES
from lifang.sensing.models import Alarm, AlarmStep, Device, Match, MatchLook, Reception
from lifang.sensing.rules import alarms as alarm_rules
from lifang.sensing.rules import reception as rules
from lifang.sensing.rules.reception import Door, Told
from lifang.sensing.terms import MATCH, Unfit

MOST_LINES = 100
_COUNT = """
INSERT INTO sensing_receptioncount AS c (id, area, holders, reception_id, day, reason, count)
VALUES (%s, %s, '{}', %s, %s, %s, %s)
ON CONFLICT (reception_id, day, reason) DO UPDATE SET count = c.count + excluded.count
"""


class Receipt(NamedTuple):
    """What became of each line."""

    taken: int
    refused: dict[int, Unfit]


class Shown(NamedTuple):
    """One match, for one look. Nothing here says who it is: that is the outside system's to know."""

    kind: str
    device: Device
    grid: str
    at: datetime
    received_at: datetime
    reception: Reception


@action("sensing.take_matches")
def take_matches(*, actor: Actor, reception: Reception, lines: Sequence[bytes], at: datetime) -> Receipt:  # fmt: skip
    """Each line a match, or a reason. Of what is refused nothing is kept but the count."""
    held = Reception.objects.hold(reception.pk)
    allowed, today = numbers(), localtime(at).date()
    devices = _devices(held)
    door = Door(frozenset(held.classes), devices.keys(), held.starts_on, held.ends_on)
    shut = rules.standing(held.state, door, today, on=allowed.on)
    spare = allowed.a_day - _taken_on(held, at)
    new, refused = 0, dict[int, Unfit]()
    for number, line in enumerate(lines[:MOST_LINES], 1):
        told = shut or rules.judge(line, door, at)
        if isinstance(told, Told) and not _known(held, told):  # sent again, it counts once
            told = told if new < spare else Unfit.MANY
            if isinstance(told, Told):
                _keep(held, told, devices[told.device], at)
                new += 1
        if isinstance(told, Unfit):
            refused[number] = told
    counts = Counter(one.value for one in refused.values())
    counts[""] = new
    _count(held, +counts, at)
    return Receipt(min(len(lines), MOST_LINES) - len(refused), refused)


@action("sensing.look_match", beyond=True)
def look_match(*, actor: Actor, alarm: Alarm, purpose: str, at: datetime) -> Shown:
    """What was told, to a named viewer, for a purpose; each look stands in the log, in the file and in the alarm's history.

    Beyond one's sight: a viewer of the grid sees neither the file of the street nor a device of the next grid.
    """
    insist(None if purpose in MATCH_PURPOSES else Refusal("look_purpose", {"field": "purpose"}))
    match = of_alarm(actor, alarm)
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post
    seen(purpose)
    MatchLook.objects.create(
        reception=match.reception, match_id=match.pk, account_id=actor.id, purpose=purpose, at=at, area=match.reception.area,
        holders=match.holders,
    )  # fmt: skip
    AlarmStep.objects.create(
        alarm=alarm, kind="looked", at=at, account_id=actor.id, area=alarm.area,
        holders=alarm.holders, facts={"purpose": purpose},
    )  # fmt: skip
    return Shown(match.kind, match.device, match.grid, match.at, match.received_at, match.reception)


def of_alarm(actor: Actor, alarm: Alarm) -> Match:
    """The match of an alarm, to a named viewer; everybody else gets the answer of what is not there."""
    rows = Match.objects.visible_to(actor).filter(alarm=alarm.pk, holders__contains=[actor.holder])
    found = rows.select_related("device", "reception").first()
    if found is None:
        raise Refused("not_found")
    return found


def looked(actor: Actor, alarm: Alarm) -> bool:
    """Nobody says what a match was without having looked at it."""
    match = UUID(alarm.subject.removeprefix(f"{MATCH}:"))
    return MatchLook.objects.filter(match_id=match, account=actor.id).exists()


def _devices(held: Reception) -> dict[str, Device]:
    rows = Device.objects.filter(pk__in=held.devices, retired_at__isnull=True)
    found = {}
    for one in rows:
        found[one.code] = one
        if one.video_code:
            found[one.video_code] = one
    return found


def _taken_on(held: Reception, at: datetime) -> int:
    day = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return held.matches.filter(received_at__gte=day, received_at__lt=day + timedelta(days=1)).count()  # fmt: skip


def _print(held: Reception, what: str, text: str) -> bytes:
    """A keyed fingerprint that is another one in every file: two files say nothing of one another."""
    return blind(text, f"sensing.match.{what}:{held.pk}")


def _known(held: Reception, told: Told) -> bool:
    return held.matches.filter(message=_print(held, "message", told.message)).exists()


def _keep(held: Reception, told: Told, device: Device, at: datetime) -> None:
    rule, match = RULES[MATCH], new_id()
    alarm = Alarm.objects.create(
        id=new_id(), area="", holders=held.viewers, subject=f"{MATCH}:{match}", rule=rule.key, hazard=rule.hazard,
        severity=rule.severity, rank=alarm_rules.rank(rule.severity, life=False), since=at, raised_at=at, told_at=at, last_at=at,
        step_due_at=alarm_rules.step_due(0, at), evidence={"matter": "", "reception": str(held.pk), "readings": []},
    )  # fmt: skip
    Match.objects.create(
        id=match, reception=held, area="", holders=held.viewers, message=_print(held, "message", told.message),
        outside=_print(held, "outside", told.subject), kind=told.kind, device=device, place_id=device.place_id, grid=device.area,
        at=told.at, received_at=at, alarm=alarm,
    )  # fmt: skip
    AlarmStep.objects.create(alarm=alarm, kind="raised", at=at, area="", holders=held.viewers)
    told_of(alarm, at)


def _count(held: Reception, counts: Counter[str], at: datetime) -> None:
    day = localtime(at).date()
    with connection.cursor() as cursor:
        for reason, many in sorted(counts.items()):
            cursor.execute(_COUNT, [new_id(), held.area, held.pk, day, reason, many])
