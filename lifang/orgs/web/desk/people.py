"""Postings, and the way to accounts by list."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Refused
from lifang.core.accounts.models import Account
from lifang.core.sheets.declare import SHEETS
from lifang.core.web.htmx import page
from lifang.orgs import actions, selectors
from lifang.orgs.selectors import home_of
from lifang.orgs.web import forms
from lifang.orgs.web.desk.areas import may, staff
from lifang.orgs.web.tables import LendingTable, PostingTable, post_name


@require_http_methods(["GET", "POST"])
@staff
def postings(request: HttpRequest) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.postings(actor, at=request.at, ended="state" in request.GET)  # type: ignore[attr-defined]
    offers = may(actor, home_of(actor), "orgs.post", "orgs.post_all")
    shown = LendingTable if actor.may("orgs.name_deputy") else PostingTable
    return shown(request, rows).response("orgs/postings.html", {"may": offers})


@staff
def new_posting(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    within = home_of(actor)[:6]
    form = forms.PostForm(request.POST or None, actor=actor, within=within)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            posted = _post(request, form.cleaned_data)
            words = {"name": posted.account.name, "post": post_name(posted.post)}
            messages.success(request, _("%(name)s is now %(post)s.") % words)
            return redirect("orgs:postings")
    context = {
        "heading": _("Post somebody"),
        "form": form,
        "areas": forms.area_list(actor, within, 15),
        "button": _("Give the post"),
        "back": "orgs:postings",
    }
    return page(request, "orgs/form.html", context)


def _post(request: HttpRequest, given: dict[str, Any]) -> Any:
    actor = request.actor  # type: ignore[attr-defined]
    account = Account.objects.filter(login=given["login"].strip().lower(), closed_at=None).first()
    if account is None:
        raise Refused("login_unknown", login=given["login"], field="login")
    return actions.post(
        actor=actor,
        account=account,
        post=given["post"],
        area=given["area"],
        unit=selectors.unit(actor, given["unit"]) if given["unit"] else None,
        until=given["until"],
        at=request.at,  # type: ignore[attr-defined]
    )


@require_POST
@staff
def posting_ends(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = list(PostingTable.selected(request, selectors.postings(actor, at=request.at)))  # type: ignore[attr-defined]
    for row in rows:
        actions.end_posting(actor=actor, posting=row, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("%(count)d postings ended.") % {"count": len(rows)})
    return redirect("orgs:postings")


@require_GET
@staff
def people(request: HttpRequest) -> HttpResponse:
    """Accounts by a list: one administrator opens them, another gives the posts, from the same sheet."""
    actor = request.actor  # type: ignore[attr-defined]
    for key in ("orgs.accounts", "orgs.postings"):
        if SHEETS[key].may(actor):
            return redirect("sheets:sheet", key)
    return page(request, "orgs/people.html", {})
