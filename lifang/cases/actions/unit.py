"""In the unit: sign for it, return it, do it and feed back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from lifang.cases import rules
from lifang.cases.actions.moves import Late, at_desk, at_units, held, late, moved
from lifang.cases.actions.photos import keep_photos, photo_kinds
from lifang.cases.catalogue import RETURN_REASONS, policy
from lifang.cases.events import CaseFedBack, CaseReturned
from lifang.cases.models import Case, Handling, Pressing
from lifang.cases.terms import Photo, Role, State
from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.files.darkroom import Print
from lifang.core.files.voice import Voice
from lifang.core.flow import engine
from lifang.orgs import selectors as orgs


def parts_of(case: Case) -> list[Handling]:
    """The units' parts in this round, the lead first."""
    rows = Handling.objects.select_related("unit").filter(case=case, round=case.round)
    return sorted(rows.filter(returned_at__isnull=True), key=lambda part: part.role != Role.LEAD)


def own_part(actor: Actor, parts: Sequence[Handling]) -> Handling | None:
    """The part of a unit this actor stands for, the one still to do first."""
    own = [part for part in parts if part.holder in actor.units]
    return next((part for part in own if part.pending), own[0] if own else None)


@action("cases.sign")
def sign(*, actor: Actor, case: Case, at: datetime) -> Case:
    """Sign for the case: from here the handling clock runs, on the unit's opening hours."""
    case = held(case, "sign", "assist_signed")
    parts = parts_of(case)
    part = own_part(actor, parts)
    insist(rules.may_sign(case, part))
    assert part is not None  # noqa: S101 -- the rule refuses None
    part.signed_at, part.signed_by_id = at, actor.id
    part.save(update_fields=["signed_at", "signed_by"])
    body = part.holder
    if part.role == Role.ASSIST:
        if case.state == State.AWAITING_SIGNING:
            engine.close_turns(case, at, turn=part.holder)
        return moved(case, "assist_signed", actor=actor, at=at, body=body)
    case.returns = 0
    turn = at_units(case, parts, "handle", at, orgs.hours_of(part.unit))
    moved(case, "sign", actor=actor, at=at, turn=turn, body=body)
    case.promised_at = case.due_at or case.promised_at
    case.save()
    return case


@action("cases.return")
def return_(
    *, actor: Actor, case: Case, at: datetime, reason: str, note: str, suggested: UUID | None = None
) -> Case:
    """Give the case back with the rule it does not fall under, and whose it is."""
    case = held(case, "return", "add")
    part = own_part(actor, parts_of(case))
    why = RETURN_REASONS.get(reason)
    insist(None if why else Refusal("bad_input", {"detail": reason}))
    assert why is not None  # noqa: S101 -- refused above
    insist(rules.may_return(part, why.suggest, suggested))
    assert part is not None  # noqa: S101 -- the rule refuses None
    part.returned_at, part.returned_for, part.suggested_id = at, reason, suggested
    part.save(update_fields=["returned_at", "returned_for", "suggested"])
    facts: dict[str, Any] = {
        "reason": reason,
        "suggested": str(suggested or ""),
        "unit": str(part.unit_id),
    }
    if part.role == Role.ASSIST:
        engine.close_turns(case, at, turn=part.holder)
        return moved(
            case, "add", actor=actor, at=at, note=note, body=part.holder, public=False, **facts
        )
    arbitration = rules.goes_to_arbitration(
        case.returns, why.disputed, policy("returns_to_arbitration")
    )
    case.returns = case.returns + 1 if why.disputed else 0
    _release(case, at)
    move = "dispute" if arbitration else "return"
    turn = at_desk(case, "dispatch", at, of="cases.arbitrate" if arbitration else "")
    moved(case, move, actor=actor, at=at, turn=turn, note=note, body=part.holder, **facts)
    publish(
        CaseReturned(case=case.pk, unit=part.unit_id, reason=reason, disputed=arbitration, at=at),
        area=case.area,
        holders=case.holders,
    )
    return case


def _release(case: Case, at: datetime) -> None:
    """Nobody handles it any more: the assisting units are free, a pending delay is void."""
    for other in parts_of(case):
        if other.pending:
            other.returned_at, other.returned_for = at, "lead_returned"
            other.save()
    case.delays.filter(decided_at__isnull=True).update(decided_at=at, granted=0)
    case.lead = None


@action("cases.feed_back")
def feed_back(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    note: str,
    photos: Sequence[Print | Voice] = (),
    made: Late | None = None,
) -> Case:
    """Say what was done, with a photo where the matter asks for one. The lead's word sends it to the check."""
    case = held(case, "feed_back")
    parts = parts_of(case)
    part = own_part(actor, parts)
    keep_photos(case, photos, Photo.AFTER, actor=actor, at=at, fresh=True)
    insist(rules.may_feed_back(case.kind, part, parts, photo_kinds(case, since=case.state_since)))
    assert part is not None  # noqa: S101 -- the rule refuses None
    part.fed_back_at, part.fed_back_by_id = at, actor.id
    part.save(update_fields=["fed_back_at", "fed_back_by"])
    body = part.holder
    if part.role == Role.ASSIST:
        engine.close_turns(case, at, turn=part.holder)
        return moved(case, "assist_done", actor=actor, at=at, note=note, body=body, **late(made))
    case.handled_at = at
    case.delays.filter(decided_at__isnull=True).update(decided_at=at, granted=0)
    Pressing.objects.filter(case=case, answered_at__isnull=True).update(answered_at=at)
    turn = at_desk(case, "check", at, of="cases.check")
    moved(case, "feed_back", actor=actor, at=at, turn=turn, note=note, body=body, **late(made))
    publish(
        CaseFedBack(case=case.pk, unit=part.unit_id, at=at), area=case.area, holders=case.holders
    )
    return case
