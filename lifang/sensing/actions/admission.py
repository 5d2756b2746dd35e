"""准入: a maker's model is tested in the sandbox, decided on, and gets keys limited to its devices, with an end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.ids import new_id, short_code
from lifang.sensing import rules
from lifang.sensing.actions.keys import make_key
from lifang.sensing.adapters import BY_FIRST_LEVEL, hear, lifang
from lifang.sensing.adapters.homeassistant import Announcements
from lifang.sensing.catalogue import ADMISSION, TYPES, policy
from lifang.sensing.events import AdmissionAsked, AdmissionDecided
from lifang.sensing.models import Admission, Key, Maker, Run
from lifang.sensing.rules import Incoming, Line, Refusing
from lifang.sensing.rules.conformance import Finding, conform, passed
from lifang.sensing.terms import Admitting, Poison, micros

MOST_LINES = 500


@action("sensing.ask_admission")
def ask_admission(
    *,
    actor: Actor,
    maker: str,
    type: str,  # noqa: A002 -- the model's word
    model: str,
    dialect: str,
    area: str,
    at: datetime,
    credit_code: str = "",
    contact: str = "",
    telephone: str = "",
    note: str = "",
) -> Admission:
    """A maker applies for one model. The sandbox key is on `.sandbox_key` of the answer, once."""
    insist(
        rules.type_known(type),
        rules.name_fits(maker),
        None if model.strip() else Refusal("device_model", {"field": "model"}),
        None if type not in TYPES or dialect in TYPES[type].dialects else Refusal("dialect_unknown", {"field": "dialect"}),
    )  # fmt: skip
    company = _maker(maker.strip(), credit_code.strip().upper(), contact, telephone, area, at)
    made = Admission(
        area=area, maker=company, number=f"ZR{at:%y%m%d}{short_code(4)}", type=type, model=model.strip()[:60], dialect=dialect,
        note=note.strip()[:300], asked_at=at,
    )  # fmt: skip
    title = f"{TYPES[type].name.zh} {made.model}"
    engine.start(ADMISSION(), made, actor=actor, at=at, turn=engine.Turn(title=title), said=engine.Said())  # fmt: skip
    key = make_key(at, policy("sandbox_days"), admission=made, sandbox=True)
    publish(AdmissionAsked(admission=made.pk, maker=company.pk, type=type, at=at), area=area)
    made.__dict__["sandbox_key"] = key.token
    return made


@action("sensing.run_conformance")
def run_conformance(
    *, actor: Actor, admission: Admission, lines: Sequence[bytes], at: datetime
) -> Run:
    """Judge what the model sent to the sandbox; nothing of it is stored as an observation. The first pass hands the turn on."""
    held = Admission.objects.hold(admission.pk)
    open_ = held.state in (Admitting.TESTING, Admitting.PASSED)
    insist(
        None if open_ else Refusal("admission_closed"),
        None if 0 < len(lines) <= MOST_LINES else Refusal("run_lines", {"most": MOST_LINES}),
    )
    announced = Announcements()
    said = [one for line in lines for one in _said(held.dialect, line, announced)]
    sandbox = Line(
        new_id(), held.type, held.area, None, None, "installed", rules.slots(held.type), {}
    )
    findings = conform(held.type, said, micros(at), sandbox)
    made = Run(area=held.area, admission=held, at=at, passed=passed(findings), findings=[_plain(one) for one in findings])  # fmt: skip
    made.save(force_insert=True)
    if made.passed and held.state == Admitting.TESTING:
        turn = engine.Turn(title=f"{TYPES[held.type].name.zh} {held.model}")
        engine.move(ADMISSION(), held, "pass", actor=actor, at=at, turn=turn)
    return made


@action("sensing.admit")
def admit(*, actor: Actor, admission: Admission, at: datetime, note: str = "") -> Admission:
    """The model may connect here for a year; its maker draws the key with the sandbox key."""
    held = Admission.objects.hold(admission.pk)
    held.decided_at, held.answer = at, note.strip()[:300]
    held.expires_at = at + timedelta(days=policy("key_days"))
    engine.move(ADMISSION(), held, "admit", actor=actor, at=at, said=engine.Said(note=note))
    return _told(held, at, admitted=True)


@action("sensing.refuse_admission")
def refuse_admission(*, actor: Actor, admission: Admission, note: str, at: datetime) -> Admission:
    """It may not, and why."""
    held = Admission.objects.hold(admission.pk)
    held.decided_at, held.answer = at, note.strip()[:300]
    engine.move(ADMISSION(), held, "refuse", actor=actor, at=at, said=engine.Said(note=note))
    _void(held, at)
    return _told(held, at, admitted=False)


@action("sensing.end_admission")
def end_admission(*, actor: Actor, admission: Admission, note: str, at: datetime) -> Admission:
    """From now on nothing of this model comes in; its keys are void."""
    held = Admission.objects.hold(admission.pk)
    held.answer = note.strip()[:300]
    engine.move(ADMISSION(), held, "end", actor=actor, at=at, said=engine.Said(note=note))
    _void(held, at)
    return _told(held, at, admitted=False)


@action("sensing.draw_key")
def draw_key(*, actor: Actor, admission: Admission, at: datetime) -> Key:
    """The maker's key for the devices of its admission; an earlier one ends."""
    held = Admission.objects.hold(admission.pk)
    admitted = held.state == Admitting.ADMITTED and held.expires_at and held.expires_at > at
    insist(None if admitted else Refusal("not_admitted"))
    held.keys.filter(revoked_at__isnull=True, sandbox=False).update(revoked_at=at)
    assert held.expires_at is not None  # noqa: S101 -- insisted
    days = max(1, (held.expires_at - at).days)
    return make_key(at, days, admission=held, areas=[held.area])


def _maker(name: str, code: str, contact: str, telephone: str, area: str, at: datetime) -> Maker:
    known = Maker.objects.filter(credit_code=code).first() if code else None
    if known:
        return known
    made = Maker(area=area, name=name, credit_code=code, contact=contact.strip() or None, telephone=telephone.strip() or None, since=at)  # fmt: skip
    made.save(force_insert=True)
    return made


def _said(dialect: str, line: bytes, announced: Announcements) -> list[Incoming | Refusing]:
    """Our own lines as they are; of other dialects `{"topic", "payload"}`, one a line."""
    try:
        if dialect == "lifang":
            return [lifang.read(line)]
        told = msgspec.json.decode(line, type=dict[str, Any])
        topic, payload = told.get("topic"), told.get("payload")
        body = payload.encode() if isinstance(payload, str) else msgspec.json.encode(payload)
        if isinstance(topic, str) and dialect == "homeassistant":
            return list(announced.hear(topic.split("/"), body))
        if not isinstance(topic, str) or topic.split("/")[0] not in BY_FIRST_LEVEL:
            return [Refusing(Poison.TOPIC, str(topic)[:80])]
        return list(hear(topic.split("/"), body))
    except Refusing as wrong:
        return [wrong]
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return [Refusing(Poison.NOT_JSON, str(error)[:200])]


def _plain(one: Finding) -> dict[str, Any]:
    return {"check": one.check, "passed": one.passed, "facts": one.facts}


def _void(held: Admission, at: datetime) -> None:
    held.keys.filter(revoked_at__isnull=True).update(revoked_at=at)


def _told(held: Admission, at: datetime, *, admitted: bool) -> Admission:
    publish(AdmissionDecided(admission=held.pk, admitted=admitted, at=at), area=held.area)
    return held
