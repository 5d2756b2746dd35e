"""What stands around new alarms, asked at once: a fire waits for each statement."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from lifang.core.access import prepared
from lifang.sensing.catalogue import AlarmRule
from lifang.sensing.models import Alarm, Device, Followed
from lifang.sensing.rules.alarms import Standing
from lifang.sensing.terms import RuleState, Told
from lifang.sensing.watch.rule import Kind
from lifang.sensing.watch.score import Remark, remarks_of

GROUP_SPAN: Final = timedelta(minutes=30)
GATEWAY_RULES: Final = ("gateway_silent",)

_DEVICES: Final = "SELECT * FROM sensing_device WHERE id = ANY(%s)"
# Of each kind: subject, rule or measure, hazard; device or place, alarm, lead; a moment, a value.
_AROUND: Final = """
SELECT 'open', subject, rule, NULL, NULL::uuid, NULL::uuid, NULL::uuid, NULL::timestamptz, NULL::float8
  FROM sensing_alarm WHERE subject = ANY($1::text[]) AND ended_at IS NULL
UNION ALL SELECT 'shelf', subject, rule, NULL, NULL::uuid, NULL::uuid, NULL::uuid, shelved_until, NULL::float8
  FROM sensing_alarm WHERE subject = ANY($1::text[]) AND shelved_until > $2::timestamptz
UNION ALL SELECT 'dead', NULL, NULL, NULL, device_id, id, NULL, NULL, NULL FROM sensing_alarm
  WHERE device_id = ANY($3::uuid[]) AND rule = ANY($4::text[]) AND ended_at IS NULL AND cleared_at IS NULL
UNION ALL SELECT * FROM (
  SELECT 'near', subject, rule, hazard, place_id, id, lead_id, raised_at, NULL::float8 FROM sensing_alarm
  WHERE place_id = ANY($5::uuid[]) AND ended_at IS NULL AND raised_at > $6::timestamptz ORDER BY raised_at) AS n
UNION ALL SELECT 'latest', left(l.facts->>'said', 60), s.measure, NULL, s.device_id, NULL, NULL, l.at, l.value
  FROM sensing_series s JOIN sensing_latest l ON l.series_id = s.id WHERE s.device_id = ANY($7::uuid[])
UNION ALL SELECT 'edition', number::text, rule, NULL, NULL, NULL, NULL, NULL, NULL FROM sensing_edition WHERE state = $8::text
"""


class LastSaid(NamedTuple):
    """What a device said last of one measure."""

    measure: str
    value: float
    at: datetime
    said: str = ""  # beside the number: which detector it was


class Scene(NamedTuple):
    """What must be known to place new alarms, asked once for all of them."""

    devices: dict[UUID, Device]
    rules: dict[str, AlarmRule]
    editions: dict[str, int]
    open: dict[tuple[str, str], Alarm]
    shelves: dict[tuple[str, str], datetime]
    dead: dict[UUID, UUID]  # gateway → its alarm
    standing: dict[tuple[str, UUID | None], list[Standing]]  # by hazard and place
    latest: dict[UUID, list[LastSaid]]
    remarks: dict[tuple[UUID, str], list[Remark]]  # by device and measure: what stood out of late
    made: set[UUID]  # not written yet
    touched: dict[UUID, Alarm]  # there already, to be written anew


def scene_of(told: Sequence[Told], at: datetime, in_force: dict[str, AlarmRule]) -> Scene:
    devices = {one.pk: one for one in Device.objects.raw(_DEVICES, [[one.device for one in told]])}
    scene = Scene(
        devices=devices, rules=in_force, editions={}, open={}, shelves={}, dead={},
        standing=defaultdict(list), latest=defaultdict(list), remarks={}, made=set(), touched={},
    )  # fmt: skip
    _look_around(scene, [subject_of(pk) for pk in devices], at)
    scene.remarks.update(_remarks(told, scene.rules))
    return scene


def _look_around(scene: Scene, subjects: list[str], at: datetime) -> None:
    devices = scene.devices.values()
    gateways = {one.gateway_id for one in devices if one.gateway_id}
    places = {one.place_id for one in devices if one.place_id}
    given: list[Any] = [
        subjects, at, list(gateways), list(GATEWAY_RULES), list(places), at - GROUP_SPAN, list(scene.devices), RuleState.PUBLISHED.value,
    ]  # fmt: skip
    name = prepared.named(
        _look_around, lambda: (_AROUND, None)
    )  # to plan it costs more than to ask it
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXECUTE {name} (%s, %s, %s::uuid[], %s, %s::uuid[], %s, %s::uuid[], %s)", given
        )
        rows = cursor.fetchall()
    if any(kind == "open" for kind, *_ in rows):
        held = Alarm.objects.select_for_update(of=("self",)).filter(ended_at__isnull=True)
        mine = held.filter(subject__in=subjects).order_by("id")
        scene.open.update({(one.subject, one.rule): one for one in mine})
    for kind, subject, rule, hazard, where, alarm, lead, moment, value in rows:
        if kind == "open":
            continue
        if kind == "shelf":
            scene.shelves[subject, rule] = moment
        elif kind == "dead":
            scene.dead[where] = alarm
        elif kind == "near":
            scene.standing[hazard, where].append(Standing(alarm, subject, hazard, where, rule, lead))  # fmt: skip
        elif kind == "latest":
            scene.latest[where].append(LastSaid(rule, value, moment, subject or ""))
        else:
            scene.editions[rule] = int(subject)


def subject_of(device: UUID) -> str:
    return f"device:{device}"


def _remarks(
    told: Sequence[Told], in_force: dict[str, AlarmRule]
) -> dict[tuple[UUID, str], list[Remark]]:
    """What stood out in the series of those about which a score rule speaks."""
    mine = {
        one.device
        for one in told
        if one.rule in in_force and in_force[one.rule].when.kind is Kind.SCORE
    }
    rows = Followed.objects.filter(series__device__in=mine) if mine else Followed.objects.none()
    listed = rows.values_list("series__device", "series__measure", "body")
    return {(device, measure): remarks_of(body) for device, measure, body in listed}
