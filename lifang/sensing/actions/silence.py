"""Devices that say nothing: an alarm about the device; a dead gateway is one alarm, not three hundred."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.notify import send
from lifang.sensing.actions.alarms import raise_alarms
from lifang.sensing.catalogue import TYPES, policy
from lifang.sensing.models import Alarm, Device, Latest, Maker
from lifang.sensing.rules.alarms import told
from lifang.sensing.terms import Told

DEVICE, GATEWAY, DAY = "device_silent", "gateway_silent", "silent_day"
DEAD_SHARE, DEAD_LEAST = 0.3, 3  # of the devices behind a gateway, silent at once
MOST = 5_000
_Silent = tuple[UUID, datetime]
# The last word of every device in service that is over the time it may be silent.
_SILENT = """
WITH said AS (
  SELECT s.device_id, max(l.arrived_at) AS last FROM sensing_series s JOIN sensing_latest l ON l.series_id = s.id GROUP BY 1
), silent AS (
  SELECT d.id, d.type, d.gateway_id, said.last FROM sensing_device d JOIN said ON said.device_id = d.id
  JOIN unnest(%s::text[], %s::int[]) AS t(type, seconds) ON t.type = d.type
  WHERE d.state = 'installed'
    AND said.last + make_interval(secs => coalesce(d.every_seconds * 3, t.seconds)) <= %s
    AND coalesce(d.every_seconds * 3, t.seconds) > 0
)
"""
# Those that say nothing themselves, and those so many of whose devices are silent that it is theirs.
_GATEWAYS = f"""{_SILENT}
SELECT id, last FROM silent WHERE type = 'gateway' UNION ALL
SELECT gateway_id, max(last) FROM silent WHERE gateway_id IS NOT NULL GROUP BY gateway_id HAVING count(*) >= greatest(%s, %s * (
  SELECT count(*) FROM sensing_device b WHERE b.gateway_id = silent.gateway_id AND b.state = 'installed'
))
"""  # noqa: S608 -- our own statement
# Those of whom it is told already are left out, else they would take the place of others.
_DEVICES = f"""{_SILENT}
SELECT id, last FROM silent WHERE type <> 'gateway' AND last <= %s AND NOT EXISTS (
  SELECT FROM sensing_alarm a WHERE a.device_id = silent.id AND a.rule = %s AND a.ended_at IS NULL
) ORDER BY last LIMIT %s
"""  # noqa: S608 -- our own statement


@action("sensing.tell_silence")
def tell_silence(*, actor: Actor, at: datetime) -> int:
    """Each minute: who has fallen silent, gateways first, and who is heard again."""
    _heard_again(actor, at)
    told_of = Alarm.objects.filter(rule=GATEWAY, ended_at__isnull=True)
    open_ones = set(told_of.values_list("device", flat=True))
    dead = dict(_silent(_GATEWAYS, at, DEAD_LEAST, DEAD_SHARE))
    first = [_told(GATEWAY, pk, last, at) for pk, last in dead.items() if pk not in open_ones]
    if first:
        raise_alarms(actor=actor, told=first, at=at)
    rest = [_told(DEVICE, pk, last, at) for pk, last in _silent(_DEVICES, at, at, DEVICE, MOST)]
    if rest:
        raise_alarms(actor=actor, told=rest, at=at)
    return len(first) + len(rest) + _day(actor, at)


def _silent(statement: str, at: datetime, *more: Any) -> list[_Silent]:
    kinds = [(one.key, one.silent_after) for one in TYPES if one.silent_after]
    with connection.cursor() as cursor:
        cursor.execute(statement, [[key for key, _ in kinds], [n for _, n in kinds], at, *more])
        found: list[_Silent] = cursor.fetchall()
    return found


def _day(actor: Actor, at: datetime) -> int:
    """Silent for so long that somebody has to go there: a ticket, and a word to the maker, once a day."""
    hours = policy("silent_ticket_hours")
    late = _silent(_DEVICES, at, at - timedelta(hours=hours), DAY, MOST)
    tickets = [_told(DAY, pk, last, at) for pk, last in late]
    made = raise_alarms(actor=actor, told=tickets, at=at) if tickets else []
    by_maker: dict[Maker, list[Device]] = {}
    for alarm in made:
        if told(alarm) and alarm.device and alarm.device.maker:
            by_maker.setdefault(alarm.device.maker, []).append(alarm.device)
    for maker, devices in by_maker.items():
        if maker.telephone:
            send(
                to=f"tel:{maker.telephone}", template="sensing.maker_silent", at=at, area=maker.area,
                facts={"n": len(devices), "device": str(devices[0]), "hours": hours},
                key=f"silent:{maker.pk}:{at:%Y%m%d}",
            )  # fmt: skip
    return len(made)


def _heard_again(actor: Actor, at: datetime) -> None:
    """Whoever has said something since the alarm; a gateway through its devices too."""
    found = []
    for alarm in Alarm.objects.filter(
        rule__in=[DEVICE, GATEWAY, DAY], cleared_at__isnull=True, ended_at__isnull=True
    ):
        words = Latest.objects.filter(series__device=alarm.device_id, arrived_at__gt=alarm.told_at)
        if alarm.rule == GATEWAY:
            words |= Latest.objects.filter(
                series__device__gateway=alarm.device_id, arrived_at__gt=alarm.told_at
            )
        last = words.order_by("-arrived_at").values_list("arrived_at", flat=True).first()
        if last is not None and alarm.device_id:
            found.append(
                Told(
                    "cleared",
                    alarm.rule,
                    alarm.device_id,
                    0.0,
                    alarm.raised_at.timestamp(),
                    last.timestamp(),
                )
            )
    if found:
        raise_alarms(actor=actor, told=found, at=at)


def _told(rule: str, device: UUID, last: datetime, at: datetime) -> Told:
    return Told("raised", rule, device, last.timestamp(), at.timestamp(), None)
