"""The end: checked by somebody else, closed, called back, rated, opened again, archived."""

from collections.abc import Sequence
from datetime import datetime

from lifang.cases import rules
from lifang.cases.actions.alarms import say_what_it_was
from lifang.cases.actions.moves import Late, at_desk, at_units, held, late, moved
from lifang.cases.actions.photos import keep_photos
from lifang.cases.actions.unit import parts_of
from lifang.cases.catalogue import OUTCOMES, policy
from lifang.cases.events import CaseClosed, CaseRated, CaseReopened
from lifang.cases.models import CallBack, Case, Check, Reporter
from lifang.cases.terms import Photo, Role
from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.files.darkroom import Print
from lifang.core.files.voice import Voice
from lifang.orgs import selectors as orgs


@action("cases.check")
def check(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    passed: bool,
    outcome: str = "solved",
    note: str = "",
    answer: str = "",
    photos: Sequence[Print | Voice] = (),
    made: Late | None = None,
    verdict: str = "",
) -> Case:
    """Look whether it was really done. Passed: it is closed and the public answer goes out."""
    case = held(case, "pass_check")
    parts = parts_of(case)
    insist(
        rules.may_check(actor, parts),
        None if outcome in OUTCOMES else Refusal("bad_input", {"detail": outcome}),
    )
    Check.objects.create(
        case=case, round=case.round, passed=passed, by_id=actor.id, at=at, note=note.strip()
    )
    keep_photos(case, photos, Photo.AFTER, actor=actor, at=at)
    if not passed:
        return _do_again(case, actor=actor, at=at, note=note, made=made)
    say_what_it_was(case, actor=actor, verdict=verdict, cause=note, at=at)
    case.outcome, case.closed_at = outcome, at
    case.answer = answer.strip() or case.answer or OUTCOMES[outcome].public.zh
    reachable = any(reporter.reachable for reporter in case.reporters.all())
    move = rules.after_check(case, passed, reachable)
    turn = at_desk(case, "callback", at, of="cases.call_back") if reachable else None
    moved(case, move, actor=actor, at=at, turn=turn, note=note, outcome=outcome, **late(made))
    publish(
        CaseClosed(case=case.pk, outcome=outcome, self_handled=False, at=at),
        area=case.area,
        holders=case.holders,
    )
    return case


def _do_again(case: Case, *, actor: Actor, at: datetime, note: str, made: Late | None) -> Case:
    """Back to the lead with a new handling clock; the old one keeps its verdict."""
    lead = next(part for part in parts_of(case) if part.role == Role.LEAD)
    lead.fed_back_at = lead.fed_back_by_id = None
    lead.save()
    case.handled_at = None
    turn = at_units(case, [lead], "handle", at, orgs.hours_of(lead.unit))
    return moved(case, "fail_check", actor=actor, at=at, turn=turn, note=note, **late(made))


@action("cases.call_back")
def call_back(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    reached: bool,
    solved: bool | None = None,
    stars: int | None = None,
    note: str = "",
) -> Case:
    """Ask the reporter. Not solved: it is opened again at once, with the reason."""
    case = held(case, "call_back")
    CallBack.objects.create(
        case=case, round=case.round, reached=reached, solved=solved, stars=stars, by_id=actor.id,
        at=at, note=note.strip(),
    )  # fmt: skip
    if solved is False:
        return _open_again(case, actor=actor, at=at, note=note)
    return moved(case, "call_back", actor=actor, at=at, public=False, reached=reached, stars=stars)


@action("cases.rate", beyond=True)
def rate(
    *, actor: Actor, case: Case, reporter: Reporter, at: datetime, stars: int, note: str = ""
) -> Reporter:
    """A reporter's own stars, once."""
    case = held(case, "rate")
    insist(
        None if reporter.case_id == case.pk else Refusal("not_yours"),
        Refusal("already_rated") if reporter.stars else None,
        None if 1 <= stars <= 5 else Refusal("bad_input", {"detail": stars}),
    )
    reporter.stars, reporter.rated_at = stars, at
    reporter.save(update_fields=["stars", "rated_at"])
    moved(case, "rate", actor=actor, at=at, note=note, public=False, stars=stars)
    publish(CaseRated(case=case.pk, stars=stars, at=at), area=case.area, holders=case.holders)
    return reporter


@action("cases.reopen")
def reopen(*, actor: Actor, case: Case, at: datetime, note: str) -> Case:
    """Not solved after all, says the desk."""
    case = held(case, "reopen")
    insist(rules.may_reopen(case, at, policy("reopen_days"), policy("reopen_times")))
    return _open_again(case, actor=actor, at=at, note=note)


@action("cases.not_solved", beyond=True)
def not_solved(*, actor: Actor, case: Case, reporter: Reporter, at: datetime, note: str) -> Case:
    """Not solved after all, says a reporter who holds the receipt."""
    case = held(case, "reopen")
    insist(
        None if reporter.case_id == case.pk else Refusal("not_yours"),
        rules.may_reopen(case, at, policy("reopen_days"), policy("reopen_times")),
    )
    return _open_again(case, actor=actor, at=at, note=note)


def _open_again(case: Case, *, actor: Actor, at: datetime, note: str) -> Case:
    case.round += 1
    case.closed_at = case.handled_at = case.lead = None
    case.outcome, case.self_handled = "", False
    moved(case, "reopen", actor=actor, at=at, turn=at_desk(case, "dispatch", at), note=note)
    publish(
        CaseReopened(case=case.pk, round=case.round, at=at), area=case.area, holders=case.holders
    )
    return case


@action("cases.archive")
def archive(*, actor: Actor, case: Case, at: datetime) -> Case:
    """Put a closed case away; it stays readable."""
    case = held(case, "archive")
    return moved(case, "archive", actor=actor, at=at)
