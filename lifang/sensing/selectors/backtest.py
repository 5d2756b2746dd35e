"""What a rule would have raised on stored history, before anybody is told by it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from lifang.core.access import Actor
from lifang.core.access.scope import within
from lifang.sensing.catalogue import AlarmRule
from lifang.sensing.models import Device
from lifang.sensing.rules.limits import tuned
from lifang.sensing.selectors.rules import rule as in_force
from lifang.sensing.terms import BAD
from lifang.sensing.watch.fold import fold
from lifang.sensing.watch.rule import Kind, Reading
from lifang.sensing.watch.score import scored

MOST_READINGS, MOST_LISTED = 2_000_000, 50
MOST_SCORED = 100_000  # a detector thinks longer than a comparison
LEARN = timedelta(days=28)  # before: what the detector has seen when it begins to speak
_READINGS = """
SELECT s.device_id, s.measure, extract(epoch FROM o.at)::float8, o.value
FROM sensing_observation o JOIN sensing_series s ON s.id = o.series_id AND s.device_id = o.device_id
WHERE s.device_id = ANY(%s) AND s.measure = ANY(%s) AND o.at >= %s AND o.at < %s AND o.quality & %s = 0
{order}LIMIT %s
"""


class Would(NamedTuple):
    """One alarm that would have been."""

    device: Device
    raised: datetime
    cleared: datetime | None


class Backtest(NamedTuple):
    devices: int
    readings: int
    raised: int
    now: int  # by the rule as it is in force
    days: list[tuple[date, int, int]]  # day, by the draft, by the rule in force
    first: list[Would]
    whole: bool


def backtest(
    actor: Actor, rule: AlarmRule, since: datetime, until: datetime, area: str = ""
) -> Backtest:
    """The draft and the rule in force over the same stored readings of the devices this actor sees."""
    rows = Device.objects.visible_to(actor).filter(within(area), type__in=rule.types)
    devices = {one.pk: one for one in rows}
    logs: Mapping[UUID, list[Reading]] = defaultdict(list)
    scores = rule.when.kind is Kind.SCORE
    most = MOST_SCORED if scores else MOST_READINGS
    # Of scores whole devices are read, as far as it goes: half a past would make other scores.
    statement = _READINGS.format(order="ORDER BY s.device_id " if scores else "")
    begin = since - LEARN if scores else since
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [list(devices), list(rule.when.measures), begin, until, int(BAD), most]
        )
        read = 0
        for device, measure, at, value in cursor:
            logs[device].append(Reading(at, measure, value))
            read += 1
    if scores:
        logs = {pk: scored(log) for pk, log in _complete(logs, whole=read < most).items()}
    would = _would(rule, logs, devices, since, until)
    present = _would(in_force(actor, rule.key), logs, devices, since, until)
    return Backtest(
        devices=len(devices), readings=read, raised=len(would), now=len(present),
        days=_days(would, present, since, until), first=would[:MOST_LISTED], whole=read < most,
    )  # fmt: skip


def _complete(logs: Mapping[UUID, list[Reading]], *, whole: bool) -> dict[UUID, list[Reading]]:
    """Without the device in the middle of which the reading was broken off."""
    return dict(list(logs.items())[: None if whole else -1])


def _would(
    rule: AlarmRule, logs: Mapping[UUID, list[Reading]], devices: dict[UUID, Device], since: datetime, until: datetime,
) -> list[Would]:  # fmt: skip
    found = []
    for pk, log in logs.items():
        own, _ = tuned(rule, str(pk), devices[pk].area)
        for one in fold(own, log, until.timestamp()):
            if one.raised < since.timestamp():
                continue
            cleared = datetime.fromtimestamp(one.cleared, UTC) if one.cleared is not None else None
            found.append(Would(devices[pk], datetime.fromtimestamp(one.raised, UTC), cleared))
    return sorted(found, key=lambda one: (one.raised, one.device.pk))


def _days(
    would: list[Would], present: list[Would], since: datetime, until: datetime
) -> list[tuple[date, int, int]]:
    draft = Counter(one.raised.date() for one in would)
    now = Counter(one.raised.date() for one in present)
    days = (until.date() - since.date()).days + 1
    return [
        (day, draft[day], now[day])
        for day in (since.date() + timedelta(days=n) for n in range(days))
    ]
