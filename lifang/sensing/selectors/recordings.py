"""What devices recorded of alarms. The files themselves are shown to whoever said what for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from lifang.core.access import SYSTEM, Actor, insist
from lifang.core.access.refusal import Refusal
from lifang.core.access.wall import behind
from lifang.core.files import store
from lifang.core.files.models import Attachment
from lifang.sensing.models import Alarm, AlarmStep, Recording
from lifang.sensing.rules.recordings import AFTER, LOOK, belongs
from lifang.sensing.selectors.rules import in_force
from lifang.sensing.terms import Recorded

LOOKED = "recording_seen"  # the step in the history of an alarm
_LATE = timedelta(days=7)  # an event told later than that has no recording any more
_TOLD = """
SELECT m.at, array_agg(s.measure) FROM sensing_receipt r
JOIN sensing_message m ON m.device_id = r.device AND m.message = r.message AND m.at > %s AND m.arrived_at > %s
CROSS JOIN LATERAL unnest(m.series, m.value) AS e(series, value) JOIN sensing_series s ON s.id = e.series
WHERE r.device = %s AND r.message = %s AND e.value <> 0 GROUP BY m.at ORDER BY m.at LIMIT 1
"""


class Message(NamedTuple):
    """A message that was received."""

    at: datetime
    measures: list[str]  # that it told and were not nothing


def message_of(system: Actor, device: UUID, message: int, at: datetime) -> Message | None:
    """A message of a device that came within the last day, by its hashed id."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [at - _LATE, at - AFTER, device, message])
        row = cursor.fetchone()
    return Message(*row) if row else None


def recording_of(system: Actor, device: UUID, message: int, kind: Recorded) -> Recording | None:
    return Recording.objects.filter(device=device, message=message, kind=kind).first()


def recordings(actor: Actor, of: Alarm) -> list[Recording]:
    """What its device recorded while it was so, in the order of time."""
    return recorded(actor, [of]).get(of.pk, [])


def recorded(actor: Actor, alarms: Iterable[Alarm]) -> dict[UUID, list[Recording]]:
    """Of many alarms at once; those without any are left out."""
    alarms = [one for one in alarms if one.device_id]
    if not alarms:
        return {}
    rows = list(
        Recording.objects.visible_to(actor).filter(device__in={one.device_id for one in alarms})
    )
    rules = in_force(actor) if rows else {}
    found = {}
    for alarm in alarms:
        rule = rules.get(alarm.rule)
        mine = [one for one in rows if rule and _of(alarm, rule.when.measure, one)]
        if mine:
            found[alarm.pk] = mine
    return found


def alarms_of(system: Actor, recording: Recording) -> list[Alarm]:
    """The alarms that it belongs to."""
    rules = in_force(system)
    rows = Alarm.objects.filter(device=recording.device_id, raised_at__gte=recording.at - _LATE)
    return [
        one
        for one in rows
        if one.rule in rules and _of(one, rules[one.rule].when.measure, recording)
    ]


def _of(alarm: Alarm, measure: str, one: Recording) -> bool:
    until = alarm.cleared_at or alarm.ended_at
    return one.device_id == alarm.device_id and belongs(measure, alarm.since, until, one.measures, one.at)  # fmt: skip


def look_until(actor: Actor, of: Alarm, at: datetime) -> datetime | None:
    """Until when the look lasts for which this actor said what for; nothing where there is none."""
    rows = AlarmStep.objects.visible_to(actor).filter(alarm=of, kind=LOOKED, account=actor.id)
    last = rows.filter(at__gt=at - LOOK, at__lte=at).order_by("-at").first() if actor.id else None
    return last.at + LOOK if last else None


def recording_file(actor: Actor, of: Alarm, pk: UUID, at: datetime) -> Attachment:
    """The file of a recording of an alarm, to whoever looks at it just now."""
    mine = next((one for one in recordings(actor, of) if one.pk == pk), None)
    insist(None if mine else Refusal("not_found"))
    insist(None if look_until(actor, of, at) else Refusal("recording_look_over"))
    assert mine is not None  # noqa: S101 -- insisted on above
    with behind(
        SYSTEM
    ):  # the file is nobody's by itself; who looks and for what was asked just now
        found = store.of_subject(SYSTEM, mine).first()
    insist(None if found else Refusal("not_found"))
    assert found is not None  # noqa: S101 -- insisted on above
    return found
