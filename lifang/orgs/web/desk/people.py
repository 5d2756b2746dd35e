"""Postings, and accounts by list."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor, Refused
from lifang.core.accounts.models import Account
from lifang.core.web import sheets
from lifang.core.web.htmx import page
from lifang.core.web.tables.export import XLSX
from lifang.orgs import actions, rules, selectors
from lifang.orgs.catalogue import COLUMNS, POSTS
from lifang.orgs.web import forms
from lifang.orgs.web.desk.areas import home_of, may, staff
from lifang.orgs.web.tables import PostingTable, post_name


@require_GET
@staff
def postings(request: HttpRequest) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.postings(actor, at=request.at, ended="state" in request.GET)  # type: ignore[attr-defined]
    offers = may(actor, home_of(actor), "orgs.post", "orgs.post_all")
    return PostingTable(request, rows).response("orgs/postings.html", {"may": offers})


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


@staff
def people(request: HttpRequest) -> HttpResponse:
    """Accounts by a list: one administrator opens them, another gives the posts, from the same sheet."""
    actor = request.actor  # type: ignore[attr-defined]
    within = home_of(actor)
    form = forms.FileForm(request.POST or None, request.FILES or None)
    form.fields["file"].help_text = _("The filled-in list, XLSX or CSV; at most 500 rows.")
    context: dict[str, Any] = {
        "form": form,
        "may": may(actor, within, "orgs.open_accounts", "orgs.post_all"),
        "place": selectors.place_name(within),
    }
    if request.method == "POST" and not any(context["may"].values()):
        raise Refused("not_allowed")
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            rows = rules.rows_of(sheets.cells(form.content()), ("login", "name"))
            context |= _taken_over(request, actor, within, rows)
    answer = page(request, "orgs/people.html", context)
    if context.get("opened"):
        answer["Cache-Control"] = "no-store"  # the passwords are shown this once
    return answer


def _taken_over(
    request: HttpRequest, actor: Actor, within: str, rows: list[dict[str, str]]
) -> dict[str, Any]:
    done: dict[str, Any] = {"rows": len(rows)}
    if actor.may("orgs.open_accounts", within):
        wanted = [
            actions.OpenRow(row.get("login", ""), row.get("name", ""), row.get("telephone", ""))
            for row in rows
        ]
        done["opened"] = actions.open_accounts(
            actor=actor,
            rows=wanted,
            area=within,
            at=request.at,  # type: ignore[attr-defined]
        )
        done["wait"] = sum(bool(row.get("post")) for row in rows)
    if actor.may("orgs.post_all", within):
        done["posted"] = actions.post_all(
            actor=actor,
            rows=_post_rows(rows),
            area=within,
            at=request.at,  # type: ignore[attr-defined]
        )
    return done


def _post_rows(rows: list[dict[str, str]]) -> list[actions.PostRow]:
    names = {name: kind.key for kind in POSTS for name in (kind.key, kind.name.zh, kind.name.en)}
    found = []
    for row in rows:
        post, place = row.get("post", ""), row.get("place", "")
        if post:
            code = place.split(" ")[0]
            found.append(
                actions.PostRow(
                    row["login"], names.get(post, post), code if code.isdigit() else place
                )
            )
    return found


@require_GET
@staff
def people_template(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    within = home_of(actor)
    areas = forms.area_list(actor, within[:6], 15)
    places = [f"{row.code} {row.shown}" for row in areas]
    places += [str(unit.name) for unit in selectors.units(actor, area=within[:6])]
    content = sheets.template(
        [str(COLUMNS[key].name) for key in ("login", "name", "telephone", "post", "place")],
        {3: [str(kind.name) for kind in POSTS if kind.staff], 4: places},
        [],
    )
    name = f"people-{within}.xlsx"
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
