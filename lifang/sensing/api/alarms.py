"""Alarms for other systems: listed, read, answered, shelved, judged; one alarm as CAP 1.2."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.timezone import localtime
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from lifang.core.access import Actor, Refusal, insist
from lifang.core.access.scope import within
from lifang.core.api.paging import Paging, listing
from lifang.core.site import site
from lifang.orgs.selectors import place_name
from lifang.sensing import actions, selectors
from lifang.sensing.models import Alarm
from lifang.sensing.terms import MATCH, Severity

router = Router(tags=["alarms"])
CAP = "urn:oasis:names:tc:emergency:cap:1.2"
LISTED = {
    "id": "id", "rule": "rule", "hazard": "hazard", "severity": "severity", "life": "life", "area": "area", "device": "device",
    "since": "since", "raised_at": "raised_at", "last_at": "last_at", "count": "count", "cleared_at": "cleared_at",
    "acknowledged_at": "acknowledged_at", "shelved_until": "shelved_until", "ended_at": "ended_at", "latched": "latched", "reset_at": "reset_at",
    "verdict": "verdict",
}  # fmt: skip
# CAP 1.2, 3.2.2: how bad, how soon. A starting value for each of our severities.
SEVERITY = {Severity.CRITICAL: "Extreme", Severity.MAJOR: "Severe", Severity.MINOR: "Moderate", Severity.WARNING: "Minor"}  # fmt: skip
CERTAINTY = {"real": "Observed", "": "Likely"}
Note = Annotated[str, Field(max_length=300)]


class Asked(Schema):
    """What is narrowed."""

    show: Literal["open", "over", ""] = ""
    rule: Annotated[str, Field(max_length=40)] = ""
    severity: Literal["critical", "major", "minor", "warning", ""] = ""
    area: Annotated[str, Field(max_length=15, pattern=r"^([0-9]{6,15})?$")] = ""


class AnswerIn(Schema):
    note: Note = ""


class ShelfIn(Schema):
    until: AwareDatetime
    why: Note


class VerdictIn(Schema):
    verdict: Annotated[str, Field(max_length=20)]
    cause: Note = ""


class FireIn(Schema):
    """What 119 was told by telephone, or is to be told by the interface."""

    way: Literal["telephone", "interface"]
    words: Annotated[str, Field(max_length=1000)]
    called_at: AwareDatetime | None = None
    answer: Note = ""
    number: Annotated[str, Field(max_length=40)] = ""


class FireOut(Schema):
    """A call to the fire service. `via` fire_local is a stand-in: nobody was told."""

    id: UUID
    way: str
    state: str
    called_at: AwareDatetime
    words: str
    answer: str
    number: str
    via: str
    sent_at: AwareDatetime | None
    error: str


class AlarmOut(Schema):
    """One alarm as it stands."""

    id: UUID
    rule: str
    hazard: str
    severity: str
    life: bool
    area: str
    device: UUID | None
    since: AwareDatetime
    raised_at: AwareDatetime
    last_at: AwareDatetime
    count: int
    cleared_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None
    shelved_until: AwareDatetime | None
    ended_at: AwareDatetime | None
    latched: bool
    reset_at: AwareDatetime | None
    verdict: str


class AlarmsOut(Schema):
    items: list[AlarmOut]
    next: str | None


def answering(request: HttpRequest) -> Actor:
    """Who asks, if alarms are theirs to answer."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("sensing.acknowledge") else Refusal("not_allowed"))
    return actor


def moment(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


@router.get("", response=AlarmsOut, summary="Alarms you may see")
def list_alarms(request: HttpRequest, asked: Query[Asked], page: Query[Paging]) -> Any:
    """Newest first, a page at a time."""
    rows = selectors.alarms(answering(request)).filter(within(asked.area))
    equal = {"rule": asked.rule, "severity": asked.severity}
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if asked.show:
        rows = rows.filter(ended_at__isnull=asked.show == "open")
    return listing(request, rows, LISTED, page, order="-raised_at")


@router.get("{uuid:pk}", response=AlarmOut, summary="One alarm")
def one_alarm(request: HttpRequest, pk: UUID) -> Any:
    return _out(selectors.alarm(answering(request), pk))


@router.post("{uuid:pk}/acknowledgement", response=AlarmOut, summary="Answer an alarm")
def acknowledge(request: HttpRequest, pk: UUID, body: AnswerIn) -> Any:
    """The chain of contacts stops."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    return _out(actions.acknowledge(actor=actor, alarm=found, note=body.note, at=moment(request)))


@router.post("{uuid:pk}/reset", response=AlarmOut, summary="Reset an alarm that latches")
def reset(request: HttpRequest, pk: UUID, body: AnswerIn) -> Any:
    """Somebody was there and it is in order again; only once the condition is gone."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    return _out(actions.reset_alarm(actor=actor, alarm=found, note=body.note, at=moment(request)))


@router.post("{uuid:pk}/shelf", response=AlarmOut, summary="Shelve an alarm until a time")
def shelve(request: HttpRequest, pk: UUID, body: ShelfIn) -> Any:
    """It comes back by itself; a shift at most for what may kill."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    return _out(actions.shelve(actor=actor, alarm=found, until=body.until, why=body.why, at=moment(request)))  # fmt: skip


@router.post("{uuid:pk}/verdict", response=AlarmOut, summary="Say what an alarm was")
def judge(request: HttpRequest, pk: UUID, body: VerdictIn) -> Any:
    """It ends with that, and its rule is judged by it."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    return _out(actions.give_verdict(actor=actor, alarm=found, verdict=body.verdict, cause=body.cause, at=moment(request)))  # fmt: skip


@router.get("{uuid:pk}/fire", response=list[FireOut], summary="What 119 was told of an alarm")
def fire_calls(request: HttpRequest, pk: UUID) -> Any:
    """The newest first."""
    actor = answering(request)
    return list(selectors.fire_calls(actor, selectors.alarm(actor, pk)))


@router.post("{uuid:pk}/fire", response={201: FireOut}, summary="Hand an alarm of fire over to 119")
def call_fire(request: HttpRequest, pk: UUID, body: FireIn) -> Any:
    """A call by telephone is noted; the interface is used once for an alarm."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    return Status(
        201, actions.call_fire(actor=actor, alarm=found, at=moment(request), **body.model_dump())
    )


@router.get("{uuid:pk}/cap", summary="One alarm as CAP 1.2")
def cap(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For systems of warning: restricted in its scope, without anybody's name."""
    found = selectors.alarm(answering(request), pk)
    insist(Refusal("not_found") if found.hazard == MATCH else None)  # is nobody else's to hear of
    return HttpResponse(_cap(found, selectors.rule(answering(request), found.rule)), content_type="application/cap+xml")  # fmt: skip


def _out(alarm: Alarm) -> dict[str, Any]:
    return {name: getattr(alarm, "device_id" if path == "device" else path) for name, path in LISTED.items()}  # fmt: skip


def _cap(alarm: Alarm, rule: Any) -> bytes:
    root = Element("alert", xmlns=CAP)
    ended = alarm.ended_at or alarm.cleared_at
    for tag, text in (
        ("identifier", f"lifang.{alarm.pk.hex}"),
        ("sender", f"lifang@{site().county}"),
        ("sent", _time(ended or alarm.told_at)),
        ("status", "Test" if alarm.verdict == "test" else "Actual"),
        ("msgType", "Update" if ended else "Alert"),
        ("scope", "Restricted"),
        ("restriction", "authorised staff"),
    ):
        SubElement(root, tag).text = text
    if ended:
        SubElement(root, "references").text = f"lifang@{site().county},lifang.{alarm.pk.hex},{_time(alarm.told_at)}"  # fmt: skip
    for language, code in (("zh-hans", "zh-CN"), ("en", "en-GB")):
        with translation.override(language):
            _info(root, alarm, rule, code)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _info(root: Element, alarm: Alarm, rule: Any, language: str) -> None:
    info = SubElement(root, "info")
    for tag, text in (
        ("language", language),
        ("category", "Fire" if alarm.hazard == "fire" else "Safety" if alarm.life else "Infra"),
        ("event", str(rule.name)),
        ("urgency", "Past" if alarm.ended_at else "Immediate" if alarm.life else "Expected"),
        ("severity", SEVERITY[Severity(alarm.severity)]),
        ("certainty", CERTAINTY.get(alarm.verdict, "Unlikely")),
        ("onset", _time(alarm.since)),
        ("description", str(rule.consequence)),
        ("instruction", str(rule.response)),
    ):
        SubElement(info, tag).text = text
    where = SubElement(info, "area")
    SubElement(where, "areaDesc").text = place_name(alarm.area, 3)
    if alarm.device and alarm.device.lon is not None:
        SubElement(where, "circle").text = f"{alarm.device.lat},{alarm.device.lon} 0.05"
    code = SubElement(where, "geocode")
    SubElement(code, "valueName").text = "GB/T 2260"
    SubElement(code, "value").text = alarm.area[:6]


def _time(at: Any) -> str:
    """CAP writes whole seconds with an offset, never a Z."""
    return localtime(at).replace(microsecond=0).isoformat()
