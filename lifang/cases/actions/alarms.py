"""An alarm becomes a case, or joins the one that is open about the same trouble at the same place; closing says what it was."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from lifang.cases.actions.moves import held, moved
from lifang.cases.actions.report import report
from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case, Cause
from lifang.cases.terms import OPEN
from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.orgs import selectors as orgs
from lifang.sensing import actions as sensing_acts
from lifang.sensing import selectors as sensing

if TYPE_CHECKING:
    from lifang.sensing.models import Alarm

SOURCE = "sensor"
TOGETHER = timedelta(hours=24)


@action("cases.take_alarm", beyond=True)
def take_alarm(*, actor: Actor, alarm: UUID, matter: str, at: datetime) -> Case | None:
    """What needs more than an answer at the wall; nothing for rules without a matter."""
    if matter not in MATTERS or Cause.objects.filter(alarm=alarm).exists():
        return None
    told = sensing.alarm(actor, alarm)
    case = _same(told, matter, at)
    rule = sensing.rule(actor, told.rule)
    if case is None:
        lon, lat = _spot(told)
        case = report(
            actor=actor, at=at, matter=matter, source=SOURCE, text=f"{rule.name}：{told.device or ''}",
            lon=lon, lat=lat, area=told.area, place=_place(told),
        )  # fmt: skip
    else:
        case = held(case, "add")
        case = moved(
            case, "add", actor=actor, at=at, note=f"{rule.name}：{told.device or ''}", public=False
        )
    Cause.objects.create(case=case, alarm_id=alarm, at=at, area=case.area, holders=case.holders)
    return case


def say_what_it_was(case: Case, *, actor: Actor, verdict: str, cause: str, at: datetime) -> None:
    """Every alarm of the case gets its verdict; the case does not close without."""
    waiting = Cause.objects.filter(case=case, alarm__verdict="").select_related("alarm")
    alarms = [one.alarm for one in waiting]
    insist(Refusal("verdict_missing") if alarms and not verdict else None)
    for alarm in alarms:
        sensing_acts.give_verdict(
            actor=actor, alarm=alarm, verdict=verdict, cause=cause[:300], at=at
        )


def _same(told: "Alarm", matter: str, at: datetime) -> Case | None:
    """The same matter at the same place, or of the same device, still open."""
    near = Q(causes__alarm__device=told.device_id) if told.device_id else Q()
    if told.place_id:
        near |= Q(causes__alarm__place=told.place_id)
    if not near:
        return None
    rows = Case.objects.filter(near, matter=matter, state__in=OPEN, opened_at__gt=at - TOGETHER)
    return rows.order_by("opened_at").first()


def _spot(told: "Alarm") -> tuple[float | None, float | None]:
    """Where the device stands, if that is in its area: who answers for the area gets the case."""
    device = told.device
    if device is None or device.lon is None or device.lat is None:
        return None, None
    if not orgs.stands_in(device.lon, device.lat, told.area):
        return None, None
    return device.lon, device.lat


def _place(told: "Alarm") -> str:
    """Where in its area, which stands beside it everywhere; the area's name if nothing else is known."""
    parts = [told.place.address or told.place.name] if told.place else []
    if told.device:
        parts.append(told.device.position)
    return " ".join(part for part in parts if part)[:200] or orgs.place_name(told.area, 2)
