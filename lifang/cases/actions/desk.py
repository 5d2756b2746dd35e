"""At the desk: accept or refuse, have it verified, correct, dispatch, press, escalate, answer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from lifang.cases import rules
from lifang.cases.actions.alarms import say_what_it_was
from lifang.cases.actions.moves import Late, at_desk, at_units, held, late, moved, promise
from lifang.cases.actions.photos import keep_photos
from lifang.cases.catalogue import MATTERS, REFUSE_REASONS
from lifang.cases.events import CaseAccepted, CaseDispatched, CasePressed, CaseRefused
from lifang.cases.models import Case, Handling, Pressing
from lifang.cases.terms import Photo, Role
from lifang.core.access import Actor, Refusal, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.files.darkroom import Print
from lifang.core.files.voice import Voice
from lifang.core.flow.engine import Turn
from lifang.orgs import selectors as orgs


@action("cases.accept")
def accept(*, actor: Actor, case: Case, at: datetime, note: str = "") -> Case:
    """Take the case on. From here on it has an owner and a promise."""
    case = held(case, "accept")
    turn = at_desk(case, "dispatch", at)
    case.promised_at = promise(case, ("dispatch", "sign", "handle"), at)
    moved(case, "accept", actor=actor, at=at, turn=turn, note=note)
    publish(CaseAccepted(case=case.pk, at=at), area=case.area, holders=case.holders)
    return case


@action("cases.refuse")
def refuse(
    *, actor: Actor, case: Case, at: datetime, reason: str, note: str = "", verdict: str = ""
) -> Case:
    """Do not take it on, and say why in words the reporter reads."""
    case = held(case, "refuse")
    say_what_it_was(case, actor=actor, verdict=verdict, cause=note, at=at)
    told = REFUSE_REASONS[reason].answer
    case.answer = note.strip() or told.zh
    moved(case, "refuse", actor=actor, at=at, note=case.answer, reason=reason)
    publish(CaseRefused(case=case.pk, reason=reason, at=at), area=case.area, holders=case.holders)
    return case


@action("cases.ask_verification")
def ask_verification(*, actor: Actor, case: Case, at: datetime, note: str = "") -> Case:
    """Ask the grid worker of the place to have a look first."""
    case = held(case, "ask_verification")
    turn = at_desk(case, "verify", at, of="cases.verify")
    return moved(case, "ask_verification", actor=actor, at=at, turn=turn, note=note)


@action("cases.verify")
def verify(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    found: bool,
    note: str = "",
    photos: Sequence[Print | Voice] = (),
    made: Late | None = None,
) -> Case:
    """Say what was seen on the spot; the desk decides."""
    case = held(case, "verify")
    keep_photos(case, photos, Photo.BEFORE, actor=actor, at=at)
    turn = at_desk(case, "accept", at)
    return moved(
        case, "verify", actor=actor, at=at, turn=turn, note=note, found=found, **late(made)
    )


@action("cases.correct", beyond=True)
def correct(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    matter: str = "",
    lon: float | None = None,
    lat: float | None = None,
    place: str = "",
    note: str = "",
) -> Case:
    """Put the matter or the place right. Limits follow from the next stage on."""
    case = held(case, "correct")
    was = {"matter": case.matter, "area": case.area}
    if matter:
        insist(None if matter in MATTERS else Refusal("unknown_matter"))
        case.matter, case.level = matter, MATTERS[matter].level
    if lon is not None and lat is not None:
        area = orgs.locate(lon, lat)
        insist(None if area else Refusal("out_of_area"))
        case.locate(lon, lat)
        case.area = area or case.area
        case.desk = desk_of("cases.accept", case.area, at)
    case.place = place.strip() or case.place
    turn = at_desk(case, "", at) if case.area != was["area"] else None
    return moved(case, "correct", actor=actor, at=at, turn=turn, note=note, was=was)


@action("cases.dispatch")
def dispatch(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    lead: UUID,
    assists: Sequence[UUID] = (),
    note: str = "",
) -> Case:
    """Hand the case to one leading unit and any assisting ones."""
    return _hand_over(
        "dispatch", actor=actor, case=case, at=at, lead=lead, assists=assists, note=note
    )


@action("cases.arbitrate")
def arbitrate(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    lead: UUID,
    assists: Sequence[UUID] = (),
    note: str = "",
) -> Case:
    """Settle, after three returns, who handles it. It cannot be returned as somebody else's duty again."""
    return _hand_over(
        "arbitrate", actor=actor, case=case, at=at, lead=lead, assists=assists, note=note
    )


def _hand_over(
    move: str,
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    lead: UUID,
    assists: Sequence[UUID],
    note: str,
) -> Case:
    case = held(case, move)
    chosen = {unit.pk: unit for unit in orgs.units(actor).filter(pk__in=[lead, *assists])}
    insist(None if lead in chosen else Refusal("unit_missing"))
    why = {answer.unit.pk: str(answer.reason) for answer in orgs.answerers(case.matter, case.area)}
    parts = [
        Handling(
            case=case, unit=unit, round=case.round, handed_at=at, reason=why.get(pk, "")[:200],
            role=Role.LEAD if pk == lead else Role.ASSIST,
        )
        for pk, unit in chosen.items()
    ]  # fmt: skip
    Handling.objects.bulk_create(parts)
    case.lead = chosen[lead]
    hours = orgs.hours_of(case.lead)
    turn = at_units(case, parts, "sign", at, hours)
    case.promised_at = promise(case, ("sign", "handle"), at, hours)
    moved(
        case, move, actor=actor, at=at, turn=turn, note=note, body=f"unit:{lead}",
        lead=str(lead), assists=[str(unit) for unit in assists],
    )  # fmt: skip
    publish(
        CaseDispatched(case=case.pk, lead=lead, assists=list(assists), due_at=case.due_at, at=at),
        area=case.area,
        holders=case.holders,
    )
    return case


@action("cases.press")
def press(*, actor: Actor, case: Case, at: datetime, note: str) -> Case:
    """Press for a case. Its next step answers the pressing."""
    case = held(case, "press")
    Pressing.objects.create(case=case, by_id=actor.id, at=at, note=note.strip())
    case.pressed_at = at
    moved(case, "press", actor=actor, at=at, note=note)
    publish(CasePressed(case=case.pk, at=at), area=case.area, holders=case.holders)
    return case


@action("cases.escalate")
def escalate(*, actor: Actor, case: Case, at: datetime, note: str) -> Case:
    """Pass the case to the desk of the level above; the clock of the stage goes on."""
    case = held(case, "escalate")
    above = rules.desk_above(case.desk)
    insist(None if above and len(above) >= 6 else Refusal("nothing_above"))
    case.desk = above or case.desk
    turn = Turn((desk(case.desk),), None, f"{case.matter}|{case.place}"[:200], urgent=True)
    return moved(case, "escalate", actor=actor, at=at, turn=turn, note=note, desk=case.desk)


@action("cases.answer")
def answer(*, actor: Actor, case: Case, at: datetime, text: str) -> Case:
    """Give the public answer: every voice gets one (checklist S0-55)."""
    case = held(case, "answer")
    case.answer = text.strip()
    return moved(case, "answer", actor=actor, at=at, note=text)
