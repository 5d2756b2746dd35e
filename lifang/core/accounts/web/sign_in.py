"""Coming in and going out, step by step; every step works without JavaScript."""

import io
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Refused
from lifang.core.access.request import Request
from lifang.core.accounts import actions, passwords, selectors, totp
from lifang.core.accounts.models import Account
from lifang.core.accounts.source import source_of
from lifang.core.accounts.web import admission as door
from lifang.core.accounts.web.forms import (
    CodeForm,
    EnrolForm,
    FactorForm,
    NewPasswordForm,
    StaffForm,
    TelephoneForm,
)
from lifang.core.config import config
from lifang.core.site import site
from lifang.core.web.middleware import YEAR

SECRET, RING = "enrol_secret", "ringing"  # kept in the sealed session
PHONE = "/desk/phone"  # of core.offline, which stands above


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """Staff by login and password; residents by telephone (`?as=resident`)."""
    onward = request.POST.get("next") or request.GET.get("next", "")
    if request.actor.id is not None and not request.GET and request.method == "GET":
        return redirect(
            "accounts:account"
        )  # the door's own link, followed by somebody who is in already
    side = request.GET.get("as") or (
        "staff" if onward.startswith(("/desk", "/screen")) else "resident"
    )
    form = StaffForm(request.POST or None)
    if request.method == "POST":
        side = "staff"
        answer = _knock(request, form, onward)
        if answer is not None:
            return answer
    context = {
        "side": side,
        "next": onward,
        "form": form,
        "ring": TelephoneForm(),
        "samples": selectors.samples(request.at),
        "telephones": selectors.sample_telephones(),
        "outbox": _outbox(),
        "demo": config().demo,
        "staff_url": _with(side="staff", onward=onward),
        "resident_url": _with(side="resident", onward=onward),
    }
    return render(request, "accounts/sign_in.html", context)


def _with(*, side: str, onward: str) -> str:
    query = {"as": side, **({"next": onward} if onward else {})}
    return f"{reverse('accounts:sign-in')}?{urlencode(query)}"


def _outbox() -> str:
    try:
        return reverse("notify:outbox")
    except NoReverseMatch:
        return ""


def _knock(request: Request, form: StaffForm, onward: str) -> HttpResponse | None:
    if not form.is_valid():
        return None
    with form.refusals():
        account = actions.knock(
            login=form.cleaned_data["login"],
            password=form.cleaned_data["password"],
            source=source_of(request),
            at=request.at,
        )
        return door.begin(request, account, onward)
    return None


@never_cache
@require_http_methods(["GET", "POST"])
def second(request: Request) -> HttpResponse:
    """The second factor."""
    coming = door.asked_for(request, "second")
    form = FactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.second(
                account=coming.account,
                code=form.cleaned_data["code"],
                source=source_of(request),
                at=request.at,
            )
            return door.go_on(request, door.second_proved(request))
    return render(request, "accounts/second.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def new_password(request: Request) -> HttpResponse:
    """An issued or too old password is changed before anything else."""
    coming = door.asked_for(request, "password")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.set_password(
                actor=coming.actor,
                account=coming.account,
                new=form.cleaned_data["new"],
                at=request.at,
            )
            return door.go_on(request, door.admission(request))
    context = {"form": form, "issued": coming.account.password_issued, "rules": passwords.profile()}
    return render(request, "accounts/new_password.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def new_factor(request: Request) -> HttpResponse:
    """Staff enrol an authenticator before they first come in; then the recovery codes are shown, once."""
    coming = door.asked_for(request, "enrol")
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            given = actions.enrol_totp(
                actor=coming.actor,
                account=coming.account,
                secret=secret_of(request),
                code=form.cleaned_data["code"],
                at=request.at,
            )
            request.session.pop(SECRET, None)
            door.enter(request, coming.account)
            onward = door.onward(request, coming.next, coming.account)
            return codes_page(request, given.codes, onward)
    return render(
        request, "accounts/enrol.html", {"form": form, "secret": spaced(secret_of(request))}
    )


def codes_page(request: Request, codes: list[str], onward: str) -> HttpResponse:
    shown = [f"{code[:5]} {code[5:]}" for code in codes]
    response = render(request, "accounts/codes.html", {"codes": shown, "next": onward})
    response["Cache-Control"] = "no-store"
    return response


def secret_of(request: Request) -> str:
    """The secret that is being enrolled; the same while the page is open."""
    known: str | None = request.session.get(SECRET)
    if known is None:
        known = request.session[SECRET] = totp.new_secret()
    return known


def spaced(secret: str) -> str:
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


@never_cache
@require_GET
def qr(request: Request) -> HttpResponse:
    """The secret as a picture for the authenticator, to whoever is enrolling now."""
    secret = request.session.get(SECRET)
    if secret is None:
        raise Refused("not_found")
    account = _enrolling(request)
    picture = io.BytesIO()
    segno.make(totp.address(secret, account.login, str(site().name)), error="m").save(
        picture, kind="svg", scale=4, border=4, light="#ffffff", dark="#1f2a33", xmldecl=False
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _enrolling(request: Request) -> Account:
    if request.actor.id is not None:
        return selectors.me(request.actor)
    return door.admission(request).account


@never_cache
@require_POST
def telephone(request: Request) -> HttpResponse:
    """Send a code to a resident's telephone."""
    form = TelephoneForm(request.POST)
    onward = request.POST.get("next", "")
    if form.is_valid():
        with form.refusals():
            _send(request, form.cleaned_data["telephone"], onward)
            return redirect("accounts:sign-in-code")
    context: dict[str, Any] = {
        "side": "resident",
        "next": onward,
        "form": StaffForm(),
        "ring": form,
    }
    context |= {
        "demo": config().demo,
        "telephones": selectors.sample_telephones(),
        "outbox": _outbox(),
    }
    context |= {
        "staff_url": _with(side="staff", onward=onward),
        "resident_url": _with(side="resident", onward=onward),
    }
    return render(request, "accounts/sign_in.html", context)


def _send(request: Request, number: str, onward: str) -> None:
    actions.send_code(
        actor=request.actor,
        telephone=number,
        source=source_of(request),
        at=request.at,
        language=get_language() or "",
    )
    request.session[RING] = {"telephone": number, "next": onward}


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: Request) -> HttpResponse:
    """The code that came by text message; the first time it opens an account."""
    ringing = request.session.get(RING)
    if not ringing:
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            account = actions.ring(
                telephone=ringing["telephone"],
                code=form.cleaned_data["code"],
                source=source_of(request),
                at=request.at,
                language=get_language() or "",
            )
            request.session.pop(RING, None)
            door.enter(request, account)
            return redirect(door.onward(request, ringing["next"], account))
    context = {"form": form, "ringing": ringing, "outbox": _outbox(), "demo": config().demo}
    return render(request, "accounts/code.html", context)


@require_http_methods(["GET", "POST"])
def sign_out(request: Request) -> HttpResponse:
    """Ends the session by POST; a link leads to the question."""
    if request.method == "GET":
        return render(request, "accounts/sign_out.html", {"leaving": _leaving()})
    actions.sign_out(
        actor=request.actor,
        session=request.session,
        at=request.at,
    )
    messages.success(request, _("You are signed out."))
    response = redirect("web:home")
    # What was seen here stays in no cache and no store of this browser.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _leaving() -> dict[str, str]:
    """What is asked where records wait on the telephone: signing out clears its stores."""
    return {
        "one": _("1 record on this telephone has not been sent. If you sign out now, it is lost."),
        "many": _(
            "{n} records on this telephone have not been sent. If you sign out now, they are lost."
        ),
        "send": _("Send first"),
        "leave": _("Sign out and lose them"),
        "phone": PHONE,
    }


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax")
    return response
