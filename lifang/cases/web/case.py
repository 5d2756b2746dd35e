"""The page of one case: what, where, whose turn, until when, what to do next."""

from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.cases import actions, selectors
from lifang.cases.catalogue import CASE, DELAY_REASONS, OUTCOMES, RETURN_REASONS
from lifang.cases.models import Case, Handling
from lifang.cases.web import forms, offers, shown
from lifang.cases.web.nouns import NOUNS, QUICK, url_name, verb
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.htmx import page, wants
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import place_name

Facts = dict[str, Any]

HOW = {
    "into": _("Taken into"),
    "taken_in": _("Took in"),
    "from": _("Split off from"),
    "off": _("Split off"),
    "near": _("The same matter nearby"),
    "same": _("The same matter"),
}


@require_GET
@only(Kind.STAFF)
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.case(request.actor, pk)  # type: ignore[attr-defined]
    return page(request, "cases/desk/case.html", context(request, found), partial=("case", "peek"))


def context(request: HttpRequest, case: Case) -> Facts:
    """Everything the page of a case shows."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    told = selectors.story(actor, case)
    files = list(selectors.photos(actor, case))
    clock = selectors.clock_of(actor, case, at)
    parts = selectors.parts(actor, case)
    return {
        "case": case,
        "line": headline(case, at),
        **_acts(actor, case),
        "waits": _waits(actor, case),
        "clock": clock,
        "clock_lines": clock.lines if clock else [],
        "turn": shown.turn_words(selectors.turns(actor, case)),
        "pictures": shown.pictures(files),
        "entries": shown.entries(told, files),
        "parts": [_part(part) for part in parts if part.round == case.round],
        "earlier": [_part(part) for part in parts if part.round != case.round],
        "people": _people(actor, case, parts),
        "reporters": selectors.contact(actor, case),
        "may_contact": actor.may("cases.contact", case.area),
        "kin": [
            {**offers.kin_line(kin, at), "said": HOW[kin.how]}
            for kin in selectors.related(actor, case)
        ],
        "delay": _delay(actor, case),
        "pressing": next(
            (one for one in selectors.pressings(actor, case) if not one.answered_at), None
        ),
        "outcome": OUTCOMES.get(case.outcome),
        "map": _map(actor, case, at),
        "stream": shown.stream(),
    }


def headline(case: Case, at: datetime) -> Facts:
    """What heads the page and every form about it."""
    return {
        **shown.row(case, at),
        "source": shown.source(case),
        "whole_place": f"{place_name(case.area, 3)} {case.place}".strip(),
    }


def _acts(actor: Actor, case: Case) -> Facts:
    """The next sensible act, then the other verbs."""
    found = [
        {
            "verb": verb(act.move.key),
            "url": reverse(f"cases:{url_name(NOUNS[act.move.key])}", args=[case.pk]),
            "icon": shown.SIGNS.get(act.move.key, "point"),
            "danger": act.move.tone == "danger",
            "quick": act.move.key in QUICK,
            "next": act.next,
        }
        for act in selectors.acts(actor, case)
    ]
    found.sort(key=lambda one: one["url"].endswith("/answer"))
    first = next((one for one in found if one["next"]), None)
    return {
        "next": first,
        "verbs": [one for one in found if one is not first],
        "may_add": case.state in CASE().move["add"].from_,
    }


def _waits(actor: Actor, case: Case) -> str:
    """Why the unit that leads cannot feed back yet, when it is for others that it waits."""
    refusal = selectors.why_not(actor, case, "feed_back")
    return str(refusal) if refusal and refusal.reason == "assists_open" else ""


def _part(part: Handling) -> Facts:
    if part.returned_at:
        chip = Chip("idle", _("Returned"), icon="arrow-back-up")
    elif part.fed_back_at:
        chip = Chip("done", _("Fed back"))
    elif part.signed_at:
        chip = Chip("progress", CASE().state["handling"].name)
    else:
        chip = Chip("waiting", _("Not signed for yet"))
    why = RETURN_REASONS.get(part.returned_for)
    return {"part": part, "unit": part.unit, "chip": chip, "why": why.name if why else ""}


def _people(actor: Actor, case: Case, parts: list[Handling]) -> list[tuple[Any, list[str]]]:
    """Who stands for what: the grid, the desk, the units, whoever checked."""
    workers = (
        [worker.name for worker in orgs.grid_workers(case.area)] if len(case.area) == 15 else []
    )
    handlers = [
        account.name
        for part in parts
        for account in (part.signed_by, part.fed_back_by)
        if part.round == case.round and account is not None
    ]
    checked = [check.by.name for check in selectors.checks(actor, case) if check.by]
    rows = [
        (_("Grid worker"), workers),
        (_("Desk"), [place_name(case.desk, 1)]),
        (_("Handled by"), handlers),
        (_("Checked by"), checked),
    ]
    return [(label, list(dict.fromkeys(names))) for label, names in rows if names]


def _delay(actor: Actor, case: Case) -> Facts | None:
    asked = selectors.pending_delay(actor, case)
    if asked is None:
        return None
    reason = DELAY_REASONS.get(asked.reason)
    return {"asked": asked, "reason": reason.name if reason else ""}


def _map(actor: Actor, case: Case, at: Any) -> Facts | None:
    if case.lon is None or case.lat is None:
        return None
    return {
        "areas": f"{reverse('orgs:shapes', args=[case.area[:12]])}?level=15",
        "points": shown.features(actor, [case], at),
        "centre": [case.lon, case.lat],
        "zoom": 16,
    }


def inbox_url() -> str:
    return reverse("cases:inbox")


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How the reporters can be reached, for a purpose that is kept."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.case(actor, pk)
    sent = request.POST if request.method == "POST" else None
    form = forms.ContactForm(sent, actor=actor, case=found, at=at)
    facts: Facts = {"case": found, "line": headline(found, at), "form": form}
    if request.method == "POST" and form.is_valid():
        facts["reached"] = actions.contact(actor=actor, case=found, at=at, **form.given())
    else:
        insist(None if actor.may("cases.contact", found.area) else Refusal("not_allowed"))
    inner = wants(request, "contact")
    status = 422 if request.method == "POST" and form.errors else 200
    response = render(
        request, f"cases/desk/contact{'_inner' if inner else ''}.html", facts, status=status
    )
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@only(Kind.STAFF)
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The work order on paper; its code opens the case."""
    found = selectors.case(request.actor, pk)  # type: ignore[attr-defined]
    address = request.build_absolute_uri(reverse("cases:case", args=[pk]))
    code = segno.make(address, error="m").svg_inline(
        border=0, svgclass=None, lineclass=None, omitsize=True
    )
    facts = context(request, found)
    return render(
        request,
        "cases/desk/sheet.html",
        {**facts, "code": mark_safe(code), "heading": _("Work order")},  # noqa: S308 -- drawn by segno from our own address
    )
