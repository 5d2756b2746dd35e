"""Acts on a case. Each is a noun below the case; its name is the capability it needs and the audit's entry."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from lifang.cases import actions, selectors
from lifang.cases.api import schemas
from lifang.cases.api.router import router
from lifang.cases.api.shown import One, asked, found, photos, shown
from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case, Reporter
from lifang.core.access import Refused
from lifang.core.api.faults import bad_input
from lifang.core.api.router import View

Act = Callable[..., Any]


def _answer(request: HttpRequest, case: Case) -> dict[str, Any]:
    """The case after the act; gone out of sight it is still told to who moved it."""
    return shown(request.actor, case)  # type: ignore[attr-defined]


def _done(request: HttpRequest, pk: UUID, act: Act, body: schemas.Body, **more: Any) -> Any:
    facts = {**body.dict(), **more}
    if "photos" in facts:
        facts["photos"] = photos(request, facts["photos"])
    made = act(**asked(request), case=found(request, pk), **facts)
    return _answer(request, made if isinstance(made, Case) else found(request, pk))


def _plain(noun: str, act: Act, shape: type[schemas.Body] | None, name: str, summary: str) -> View:
    """One operation that hands its body, if it has one, to one action."""

    def bare(request: HttpRequest, pk: UUID) -> Any:
        return _done(request, pk, act, schemas.Body())

    def full(request: HttpRequest, pk: UUID, body: Any) -> Any:
        return _done(request, pk, act, body)

    operation = full if shape else bare
    operation.__name__, operation.__doc__ = name, act.__doc__
    if shape:
        operation.__annotations__["body"] = shape
    return router.post(f"{{uuid:pk}}/{noun}", response=One, summary=summary)(operation)  # type: ignore[return-value]


_plain("acceptance", actions.accept, schemas.Note, "accept", "Accept")
_plain("refusal", actions.refuse, schemas.Refused, "refuse", "Do not accept")
_plain("verification-request", actions.ask_verification, schemas.Note, "ask_verification", "Ask for verification")  # fmt: skip
_plain("verification", actions.verify, schemas.Verified, "verify", "Verify on the spot")
_plain("dispatch", actions.dispatch, schemas.Dispatched, "dispatch", "Dispatch")
_plain("arbitration", actions.arbitrate, schemas.Dispatched, "arbitrate", "Settle who handles it")
_plain("signature", actions.sign, None, "sign", "Sign for it")
_plain("return", actions.return_, schemas.Returned, "return", "Return it")
_plain("feedback", actions.feed_back, schemas.FedBack, "feed_back", "Feed back")
_plain("suspension", actions.suspend, schemas.Suspended, "suspend", "Suspend")
_plain("resumption", actions.resume, schemas.Note, "resume", "Resume")
_plain("pressing", actions.press, schemas.MustNote, "press", "Press for it")
_plain("escalation", actions.escalate, schemas.MustNote, "escalate", "Pass it to the level above")
_plain("check", actions.check, schemas.Checked, "check", "Check, and close")
_plain("call-back", actions.call_back, schemas.CalledBack, "call_back", "Call back")
_plain("reopening", actions.reopen, schemas.MustNote, "reopen", "Open again")
_plain("archiving", actions.archive, None, "archive", "Archive")
_plain("answer", actions.answer, schemas.Answered, "answer", "Answer in public")
_plain("additions", actions.add, schemas.Added, "add", "Tell more")
_plain("split", actions.split, schemas.Split, "split", "Make a second case of it")


@router.post("{uuid:pk}/correction", response=One, summary="Put matter or place right")
def correct(request: HttpRequest, pk: UUID, body: schemas.Corrected) -> Any:
    if body.matter and body.matter not in MATTERS:
        raise Refused("unknown_matter")
    return _done(request, pk, actions.correct, body)


@router.post("{uuid:pk}/merger", response=One, summary="Merge it into another")
def merge(request: HttpRequest, pk: UUID, body: schemas.Merged) -> Any:
    into = found(request, body.into)
    return _answer(request, actions.merge(**asked(request), case=found(request, pk), into=into))


@router.post("{uuid:pk}/delay-request", response=One, summary="Ask for more time")
def ask_delay(request: HttpRequest, pk: UUID, body: schemas.DelayAsked) -> Any:
    _whole_days(request, pk, body.amount, "amount")
    return _done(request, pk, actions.ask_delay, body)


@router.post("{uuid:pk}/delay-decision", response=One, summary="Decide on more time")
def decide_delay(request: HttpRequest, pk: UUID, body: schemas.DelayDecided) -> Any:
    """0 denies."""
    _whole_days(request, pk, body.granted, "granted")
    return _done(request, pk, actions.decide_delay, body)


def _whole_days(request: HttpRequest, pk: UUID, amount: Any, name: str) -> None:
    case = found(request, pk)
    running = selectors.clock_of(request.actor, case, request.at)  # type: ignore[attr-defined]
    if running and running.clock.limit.unit.is_day and amount != int(amount):
        raise bad_input(name, **{name: "whole days"})


# What only a reporter may do, signed in to the account that reported.


def _own(request: HttpRequest, case: Case) -> Reporter:
    actor = request.actor  # type: ignore[attr-defined]
    own = Reporter.objects.filter(case=case, account_id=actor.id).first()
    if own is None:
        raise Refused("not_found")
    return own


@router.post("{uuid:pk}/rating", response=One, summary="Rate")
def rate(request: HttpRequest, pk: UUID, body: schemas.Rated) -> Any:
    return _done(request, pk, actions.rate, body, reporter=_own(request, found(request, pk)))


@router.post("{uuid:pk}/not-solved", response=One, summary="Say that it is not solved")
def not_solved(request: HttpRequest, pk: UUID, body: schemas.MustNote) -> Any:
    return _done(request, pk, actions.not_solved, body, reporter=_own(request, found(request, pk)))


@router.post("{uuid:pk}/withdrawal", response=One, summary="Withdraw one's report")
def withdraw(request: HttpRequest, pk: UUID) -> Any:
    body = schemas.Body()
    return _done(request, pk, actions.withdraw, body, reporter=_own(request, found(request, pk)))
