"""Between a right password and the desk: who is coming in, and what is still asked of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from lifang.core.access import Actor, Refused
from lifang.core.access.grants import actor_of
from lifang.core.access.request import Request
from lifang.core.accounts import actions, selectors
from lifang.core.accounts.actions.entry import SIGNED_IN_AT
from lifang.core.accounts.catalogue import DOORS
from lifang.core.accounts.models import Account
from lifang.core.accounts.source import source_of, within
from lifang.core.accounts.terms import AccountKind

KEY: Final = "admission"
CONFIRMED_AT: Final = "confirmed_at"
GOOD_FOR: Final = timedelta(minutes=10)
STEPS: Final = {
    "second": "accounts:sign-in-second",
    "password": "accounts:sign-in-password",
    "enrol": "accounts:sign-in-factor",
}


@dataclass(frozen=True)
class Admission:
    account: Account
    actor: Actor
    second: bool
    next: str


def begin(request: Request, account: Account, onward: str) -> HttpResponse:
    """Remember who gave a right password, under a new session key, and go to what comes next."""
    request.session.cycle_key()
    request.session[KEY] = {
        "account": str(account.pk),
        "at": request.at.isoformat(),
        "second": False,
        "next": onward,
    }
    return go_on(request, admission(request))


def admission(request: Request) -> Admission:
    """Who is coming in. Raises `Refused("not_signed_in")` when nobody is, or they took too long."""
    kept: dict[str, Any] = request.session.get(KEY) or {}
    at: datetime = request.at
    if not kept or at - datetime.fromisoformat(kept["at"]) > GOOD_FOR:
        raise Refused("not_signed_in")
    account = Account.objects.filter(
        pk=UUID(kept["account"]), closed_at=None, locked_at=None
    ).first()
    if account is None:
        raise Refused("not_signed_in")
    return Admission(account, actor_of(account.pk, at), kept["second"], kept["next"])


def second_proved(request: Request) -> Admission:
    request.session[KEY] = {**request.session[KEY], "second": True}
    return admission(request)


def go_on(request: Request, coming: Admission) -> HttpResponse:
    """To the next thing that is asked, or in."""
    at = request.at
    step = selectors.still_to_do(coming.account, second_proved=coming.second, at=at)
    if step is not None:
        return redirect(STEPS[step])
    enter(request, coming.account)
    return redirect(onward(request, coming.next, coming.account))


def asked_for(request: Request, step: str) -> Admission:
    """The admission, if this very step is what is asked now; nobody skips one by its address."""
    coming = admission(request)
    at = request.at
    if selectors.still_to_do(coming.account, second_proved=coming.second, at=at) != step:
        raise Refused("not_signed_in")
    return coming


def enter(request: Request, account: Account) -> None:
    """Begin the session; every proof has been given."""
    at = request.at
    request.session.pop(KEY, None)
    actions.sign_in(
        actor=actor_of(account.pk, at),
        account=account,
        session=request.session,
        at=at,
    )
    rotate_token(request)


def onward(request: Request, asked: str, account: Account) -> str:
    """Where they wanted to go, if it is ours; else their own door."""
    # Ours begin with a slash: `redirect` takes anything else for the name of a url.
    if asked.startswith("/") and url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    ):
        return asked
    return reverse("web:desk" if account.kind == AccountKind.STAFF else "web:my")


def recently_signed_in(request: Request) -> bool:
    """Has this person proved who they are in the last ten minutes?"""
    at: datetime = request.at
    proofs = (request.session.get(SIGNED_IN_AT), request.session.get(CONFIRMED_AT))
    return any(proof and at - datetime.fromisoformat(proof) <= GOOD_FOR for proof in proofs)


def fresh(view: Any) -> Any:
    """A page that changes the way in: who signed in a while ago proves once more who they are."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.id is None:
            raise Refused("not_signed_in")
        if not recently_signed_in(request):
            return redirect(f"{reverse('accounts:confirm')}?next={request.path}")
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return guarded


def listed_address(view: Any) -> Any:
    """An administrators' page: from an address that is not listed there is nothing here."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not within(source_of(request), DOORS["admin"].networks):
            raise Http404
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return guarded
