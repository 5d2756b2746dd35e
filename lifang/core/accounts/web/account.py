"""One's own account: what is known, the ways in, where one is signed in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Kind
from lifang.core.access.posts import post_name
from lifang.core.access.request import Request
from lifang.core.access.selectors import grants
from lifang.core.accounts import actions, passwords, selectors
from lifang.core.accounts.devices import device_name
from lifang.core.accounts.models import Account
from lifang.core.accounts.source import source_of
from lifang.core.accounts.terms import AccountKind
from lifang.core.accounts.web.admission import CONFIRMED_AT, fresh, onward
from lifang.core.accounts.web.forms import (
    CodeForm,
    ConfirmForm,
    EnrolForm,
    LanguageForm,
    NewPasswordForm,
    TelephoneForm,
)
from lifang.core.accounts.web.sign_in import (
    SECRET,
    codes_page,
    remember_language,
    secret_of,
    spaced,
)
from lifang.core.crypto import mask_telephone
from lifang.core.web.nav import Nav
from lifang.core.web.views import only

CHANGING = "changing_telephone"
whoever = only(Kind.STAFF, Kind.RESIDENT)


def _page(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    # The address is nobody's door: each sees it in their own.
    door = "desk" if request.actor.kind is Kind.STAFF else "my"
    base = "web/desk.html" if door == "desk" else "web/public.html"
    own = {"base": base, "door": door, "nav": Nav(request, door)}
    return render(request, template, {**own, **context})


@require_GET
@whoever
def account(request: Request) -> HttpResponse:
    actor, at = request.actor, request.at
    mine = selectors.me(actor)
    live = selectors.sessions(actor, mine, at)
    posts = [(post_name(row.post), row) for row in grants(actor, mine.pk, at)]
    context = {
        "account": mine,
        "staff": mine.kind == AccountKind.STAFF,
        "telephone": mask_telephone(mine.telephone or ""),
        "factor": selectors.factor(actor, mine),
        "codes_left": selectors.recovery_codes_left(actor, mine),
        "posts": posts,
        "sessions": [(row, device_name(row.device), row.pk == request.session.row) for row in live],
        "language": LanguageForm(initial={"language": mine.language}),
    }
    return _page(request, "accounts/account.html", context)


@require_http_methods(["GET", "POST"])
@whoever
def confirm(request: Request) -> HttpResponse:
    """Prove once more who one is, before a change of the way in."""
    mine = selectors.me(request.actor)
    asked = request.POST.get("next") or request.GET.get("next", "")
    if mine.kind != AccountKind.STAFF:
        return _confirm_by_code(request, mine, asked)
    form = ConfirmForm(
        request.POST or None, factor=selectors.factor(request.actor, mine) is not None
    )
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            source, at = source_of(request), request.at
            actions.knock(
                login=mine.login, password=form.cleaned_data["password"], source=source, at=at
            )
            if "code" in form.fields:
                actions.second(account=mine, code=form.cleaned_data["code"], source=source, at=at)
            return _confirmed(request, mine, asked)
    return _page(request, "accounts/confirm.html", {"form": form, "next": asked})


def _confirm_by_code(request: Request, mine: Account, asked: str) -> HttpResponse:
    form = CodeForm(request.POST if "code" in request.POST else None)
    number = str(mine.telephone)
    if request.method == "POST" and "code" not in request.POST:
        _send(request, number)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            _ring(request, number, form.cleaned_data["code"])
            return _confirmed(request, mine, asked)
    context = {"form": form, "next": asked, "telephone": mask_telephone(number)}
    context["sent"] = request.method == "POST"
    return _page(request, "accounts/confirm_code.html", context)


def _confirmed(request: Request, mine: Account, asked: str) -> HttpResponse:
    request.session[CONFIRMED_AT] = request.at.isoformat()
    return redirect(onward(request, asked, mine))


def _send(request: Request, number: str) -> None:
    actions.send_code(
        actor=request.actor,
        telephone=number,
        source=source_of(request),
        at=request.at,
        language=get_language() or "",
    )


def _ring(request: Request, number: str, code: str) -> None:
    actions.check_code(
        actor=request.actor,
        telephone=number,
        code=code,
        source=source_of(request),
        at=request.at,
    )


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
@fresh
def password(request: Request) -> HttpResponse:
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.set_password(
                actor=request.actor,
                account=selectors.me(request.actor),
                new=form.cleaned_data["new"],
                at=request.at,
                keep=request.session.row,
            )
            messages.success(request, _("The password is changed; your other sessions have ended."))
            return redirect("accounts:account")
    return _page(request, "accounts/password.html", {"form": form, "rules": passwords.profile()})


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
@fresh
def factor(request: Request) -> HttpResponse:
    """A new authenticator, in place of the old one if there is one."""
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        mine = selectors.me(request.actor)
        with form.refusals():
            given = actions.enrol_totp(
                actor=request.actor,
                account=mine,
                secret=secret_of(request),
                code=form.cleaned_data["code"],
                at=request.at,
                keep=request.session.row,
            )
            request.session.pop(SECRET, None)
            return codes_page(request, given.codes, "/account")
    return _page(
        request, "accounts/factor.html", {"form": form, "secret": spaced(secret_of(request))}
    )


@require_POST
@only(Kind.STAFF)
@fresh
def recovery_codes(request: Request) -> HttpResponse:
    given = actions.renew_recovery_codes(
        actor=request.actor,
        account=selectors.me(request.actor),
        at=request.at,
    )
    return codes_page(request, given.codes, "/account")


@require_http_methods(["GET", "POST"])
@whoever
@fresh
def telephone(request: Request) -> HttpResponse:
    """A new number answers a code first."""
    form = TelephoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            _send(request, form.cleaned_data["telephone"])
            request.session[CHANGING] = form.cleaned_data["telephone"]
            return redirect("accounts:telephone-code")
    return _page(request, "accounts/telephone.html", {"form": form})


@require_http_methods(["GET", "POST"])
@whoever
@fresh
def telephone_code(request: Request) -> HttpResponse:
    number = request.session.get(CHANGING)
    if not number:
        return redirect("accounts:telephone")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            _ring(request, number, form.cleaned_data["code"])
            actions.set_telephone(
                actor=request.actor,
                account=selectors.me(request.actor),
                telephone=number,
                at=request.at,
            )
            request.session.pop(CHANGING, None)
            messages.success(request, _("The new number is kept."))
            return redirect("accounts:account")
    return _page(request, "accounts/telephone.html", {"form": form, "number": number})


@require_POST
@whoever
def language(request: Request) -> HttpResponse:
    form = LanguageForm(request.POST)
    if form.is_valid():
        mine = actions.set_language(
            actor=request.actor,
            account=selectors.me(request.actor),
            language=form.cleaned_data["language"],
            at=request.at,
        )
        return remember_language(redirect("accounts:account"), mine.language)
    return redirect("accounts:account")


@require_POST
@whoever
def session_end(request: Request, pk: UUID) -> HttpResponse:
    actions.end_session(actor=request.actor, session=pk, at=request.at)
    messages.success(request, _("That session has ended."))
    return redirect("accounts:account")


@require_POST
@whoever
def sessions_end(request: Request) -> HttpResponse:
    actions.end_sessions(
        actor=request.actor,
        account=selectors.me(request.actor),
        at=request.at,
        but=request.session.row,
    )
    messages.success(request, _("You are signed in here only."))
    return redirect("accounts:account")
