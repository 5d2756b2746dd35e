"""The public door for operators: what can be asked for, an application, how it stands, its test key."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor, Kind
from lifang.core.web.views import only
from lifang.exchange import actions, selectors
from lifang.exchange.catalogue import ACCESSES, DATA_KINDS, LEVELS, SYSTEM_ADMISSION, policy
from lifang.exchange.models import OutsideSystem
from lifang.exchange.terms import CLOSED, IN_FORCE, OPEN, UNDECIDED, Standing
from lifang.exchange.web.forms import ApplyForm
from lifang.exchange.web.shown import chip, names_of
from lifang.exchange.web.systems import course, moment, page, told_run
from lifang.orgs import selectors as orgs

MOST = 20


def who(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_GET
def door(request: HttpRequest) -> HttpResponse:
    """For everybody: how a system is let in, what it may ask for; and one's own applications."""
    actor = who(request)
    listed = selectors.applied(actor)[:MOST]
    context = {
        "offers": [(one, _level(one.level) if one.level else "") for one in ACCESSES], "rows": [(one, chip(one)) for one in listed],
        "staff": actor.kind is Kind.STAFF, "may_see": actor.may("exchange.see_systems"), "days": policy("key_days"),
    }  # fmt: skip
    return render(request, "exchange/public/door.html", context)


@page
@only(Kind.RESIDENT)
def apply(request: HttpRequest) -> HttpResponse:
    """The application; it waits for a look of the office."""
    actor, at = who(request), moment(request)
    form = ApplyForm(request.POST or None, actor=actor, at=at)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.apply_system(actor=actor, new=form.new(), area=form.cleaned_data["area"], at=at)  # fmt: skip
        if made is not None:
            messages.success(request, _("Sent. You hear of it as soon as somebody has looked."))
            return redirect("exchange:own", made.pk)
    return render(request, "exchange/public/apply.html", {"form": form}, status=422 if form.errors else 200)  # fmt: skip


@require_GET
@only(Kind.RESIDENT)
def own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How one's application stands, and what is to be done next."""
    actor, at = who(request), moment(request)
    found = selectors.system(actor, pk)
    last = selectors.runs(actor, found).first()
    context = {
        "system": found, "chip": chip(found), "plain": SYSTEM_ADMISSION().state[found.state].plain, "place": orgs.place_name(found.area, 2),
        "accesses": [one for one in ACCESSES if one.key in found.accesses], "kept": _(", ").join(names_of(found.kept, DATA_KINDS)),
        "level": _level(found.level), "run": told_run(actor, last, at) if last else None, "waits": found.state == Standing.ASKED,
        "tests": found.state in OPEN, "in_force": found.state in IN_FORCE, "over": found.state in CLOSED, "may_withdraw": found.state in UNDECIDED,
        "may_key": found.state in (*OPEN, *IN_FORCE), "has_key": _has_test_key(actor, found, at), **course(),
    }  # fmt: skip
    return render(request, "exchange/public/own.html", context)


def _has_test_key(actor: Actor, found: OutsideSystem, at: Any) -> bool:
    """Would another one end one that holds?"""
    rows = selectors.keys_of(actor, found) if found.account_id else ()
    return any(one.watched and one.revoked_at is None and one.expires_at > at for one in rows)


def _level(level: int) -> str:
    return next((str(one.name) for one in LEVELS if one.level == level), str(level))


@require_POST
@never_cache
@only(Kind.RESIDENT)
def own_test_key(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The test key, shown once."""
    actor = who(request)
    made = actions.take_test_key(actor=actor, system=selectors.system(actor, pk), at=moment(request))  # fmt: skip
    return render(request, "exchange/public/test_key.html", {"system": made, "key": made.__dict__["test_key"], **course()})  # fmt: skip


@require_POST
@only(Kind.RESIDENT)
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.withdraw_system(actor=actor, system=selectors.system(actor, pk), at=moment(request))
    messages.success(request, _("Your application is withdrawn."))
    return redirect("exchange:own", pk)
