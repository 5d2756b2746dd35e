"""Accounts at the desk of the system and the security administrator."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Kind, Refused
from lifang.core.access.posts import post_name
from lifang.core.access.request import Request
from lifang.core.access.selectors import grants
from lifang.core.accounts import actions, selectors
from lifang.core.accounts.models import Account
from lifang.core.accounts.web.admission import listed_address
from lifang.core.accounts.web.forms import OpenForm
from lifang.core.accounts.web.tables import AccountTable, state_chip
from lifang.core.crypto import mask_telephone
from lifang.core.web.views import only


def administrators(view: Any) -> Any:
    """Only for who may see accounts, from where administrators may sit."""

    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.actor.may("accounts.see"):
            raise Refused("not_allowed")
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return listed_address(only(Kind.STAFF)(guarded))


@require_http_methods(["GET", "POST"])
@administrators
def accounts(request: Request) -> HttpResponseBase:
    actor = request.actor
    table = AccountTable(request, selectors.with_factor(selectors.accounts(actor)))
    context = {
        "resets": selectors.resets(actor),
        "may_open": actor.may("accounts.open"),
        "me": actor.id,
    }
    return table.response("accounts/list.html", context)


@require_http_methods(["GET", "POST"])
@administrators
def open_one(request: Request) -> HttpResponse:
    form = OpenForm(request.POST or None)
    if not request.actor.may("accounts.open"):
        raise Refused("not_allowed")
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            made = actions.open_account(
                actor=request.actor,
                at=request.at,
                **form.cleaned_data,
            )
            return _handed_over(request, made)
    return render(request, "accounts/open.html", {"form": form})


def _handed_over(request: Request, account: Account) -> HttpResponse:
    """The issued password, once; neither page nor database can show it again."""
    issued = getattr(account, "issued", "")
    if not issued:
        return redirect("accounts:one", account.pk)
    response = render(request, "accounts/issued.html", {"account": account, "issued": issued})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@administrators
def one(request: Request, pk: UUID) -> HttpResponse:
    actor, at = request.actor, request.at
    account = selectors.account(actor, pk)
    area = account.area
    context = {
        "account": account,
        "chip": state_chip(account),
        "telephone": mask_telephone(account.telephone or ""),
        "factor": selectors.factor(actor, account),
        "sessions": selectors.sessions(actor, account, at),
        "grants": [(post_name(row.post), row) for row in grants(actor, account.pk)],
        "waiting": selectors.resets(actor).filter(account=account).first(),
        "me": actor.id,
        "may": {
            name: actor.may(f"accounts.{name}", area) and actor.id != account.pk
            for name in ("close", "lock", "unlock", "reset", "confirm_reset", "drop_reset")
        },
    }
    return render(request, "accounts/one.html", context)


@require_POST
@administrators
def lock(request: Request, pk: UUID) -> HttpResponse:
    return _act(request, pk, actions.lock, _("The account is locked; its sessions have ended."))


@require_POST
@administrators
def unlock(request: Request, pk: UUID) -> HttpResponse:
    return _act(request, pk, actions.unlock, _("The account is unlocked."))


@require_POST
@administrators
def close(request: Request, pk: UUID) -> HttpResponse:
    return _act(request, pk, actions.close, _("The account is closed for ever; its history stays."))


@require_POST
@administrators
def reset(request: Request, pk: UUID) -> HttpResponse:
    return _act(request, pk, actions.reset, _("Asked. Another administrator has to confirm."))


def _act(request: Request, pk: UUID, act: Any, said: str) -> HttpResponse:
    account = selectors.account(request.actor, pk)
    act(actor=request.actor, account=account, at=request.at)
    messages.success(request, said)
    return redirect("accounts:one", pk)


@require_POST
@administrators
def confirm_reset(request: Request, pk: UUID) -> HttpResponse:
    asked = selectors.reset(request.actor, pk)
    account = actions.confirm_reset(actor=request.actor, asked=asked, at=request.at)
    return _handed_over(request, account)


@require_POST
@administrators
def drop_reset(request: Request, pk: UUID) -> HttpResponse:
    asked = selectors.reset(request.actor, pk)
    actions.drop_reset(actor=request.actor, asked=asked, at=request.at)
    messages.success(request, _("The asked reset is dropped."))
    return redirect("accounts:one", asked.account_id)
