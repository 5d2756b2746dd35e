"""To-dos of the register: corrections to verify, visits that nobody made in time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.flow import selectors as flow
from lifang.core.flow.lines import Line, tells
from lifang.core.flow.shape import Flow
from lifang.core.web.htmx import page
from lifang.core.web.show import TONES, Chip, Entry
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CORRECTION, ELEMENTS, MISSED
from lifang.registry.models import Correction, MissedVisit
from lifang.registry.web import forms, shown
from lifang.registry.web.asking import Done, ask, may, sent

Facts = dict[str, Any]


@tells("correction")
def corrections_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    """Of whom, and which field."""
    rows = selectors.corrections(actor).filter(pk__in=ids)
    return {
        row.pk: Line(
            _("%(field)s of %(who)s") % {"field": ELEMENTS[row.element].name, "who": row.person.name},
            place_name(row.area, 2), icon="user-edit",
        )
        for row in rows
    }  # fmt: skip


@tells("missed")
def missed_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    """For what, at whose door."""
    rows = selectors.missed_by_id(actor, ids)
    homes = selectors.homes_by_id(actor, {row.plan.household_id for row in rows.values()})
    return {pk: _missed_line(row, homes.get(row.plan.household_id)) for pk, row in rows.items()}


def _missed_line(row: MissedVisit, home: Any) -> Line:
    name = str(shown.visit_kind(row.plan.kind))
    who = row.plan.person.name if row.plan.person else shown.who(home) if home else ""
    title = f"{name} · {who}" if who else name
    return Line(title, shown.door(home) if home else place_name(row.area, 2), icon="home-heart")


def _chip(flow_: Flow, state: str) -> Chip:
    entry = flow_.state[state]
    return Chip(TONES[entry.tone], entry.name)


def _entries(actor: Actor, flow_: Flow, pk: UUID) -> list[Entry]:
    """What happened, newest first."""
    steps = flow.steps(actor, pk)
    made = [Entry(at=one.at, title=flow_.move[one.move].done, text=one.note) for one in steps]
    return made[::-1]


# -- corrections ------------------------------------------------------------------------------------


@require_GET
@only(Kind.STAFF)
def correction(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.correction(request.actor, pk)  # type: ignore[attr-defined]
    return _correction(request, found)


def _correction(
    request: HttpRequest, found: Correction, status: int = 200, **more: Any
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    spec = ELEMENTS[found.element]
    known = next(one for one in selectors.known(actor, found.person, today) if one.element is spec)
    may = actor.may("registry.verify_correction", found.area) and found.decided_at is None
    context: Facts = {
        "correction": found,
        "element": spec,
        "fact": shown.facts(actor, [known])[0],
        "wished": shown.veiled(spec, selectors.wished(actor, found)),
        "hidden": shown.hidden(spec),
        "chip": _chip(CORRECTION(), found.state),
        "place": place_name(found.area, 2),
        "entries": _entries(actor, CORRECTION(), found.pk),
        "may": may and found.account_id != actor.id,
        "form": forms.AnswerForm(),
        **more,
    }
    response = page(
        request, "registry/desk/correction.html", context, partial="peek", status=status
    )
    if more.get("clear"):
        response["Cache-Control"] = "no-store"
    return response


@require_POST
@only(Kind.STAFF)
def correction_reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Both values in the clear, for whoever decides: one look, kept."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.correction(actor, pk)
    now, wished = actions.read_correction(actor=actor, correction=found, at=request.at)  # type: ignore[attr-defined]
    codes = ELEMENTS[found.element].codes
    clear = (shown.code(codes, now), shown.code(codes, wished)) if codes else (now, wished)
    return _correction(request, found, clear=clear)


@require_POST
@only(Kind.STAFF)
def correction_verification(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.correction(actor, pk)
    actions.verify_correction(actor=actor, correction=found, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("Verified; the register says it now."))
    return redirect("registry:correction", pk)


@require_POST
@only(Kind.STAFF)
def correction_refusal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.correction(actor, pk)
    form = forms.AnswerForm(request.POST)
    if form.is_valid():
        actions.refuse_correction(actor=actor, correction=found, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
        messages.success(request, _("Not corrected; the resident reads why."))
        return redirect("registry:correction", pk)
    return _correction(request, found, 422, form=form)


# -- missed visits ----------------------------------------------------------------------------------


@require_GET
@only(Kind.STAFF)
def missed(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _missed(request, selectors.missed_visit(request.actor, pk))  # type: ignore[attr-defined]


def _missed(request: HttpRequest, found: MissedVisit, status: int = 200, **more: Any) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor  # type: ignore[attr-defined]
    plan = found.plan
    home = (
        selectors.homes_by_id(actor, [plan.household_id]).get(plan.household_id) or plan.household
    )
    open_ = MISSED().state[found.state].kind != "done"
    context: Facts = {
        "missed": found,
        "plan": plan,
        "kind": shown.visit_kind(plan.kind),
        "who": plan.person.name if plan.person else shown.who(home),
        "door": shown.door(home),
        "chip": _chip(MISSED(), found.state),
        "entries": _entries(actor, MISSED(), found.pk),
        "may": open_ and actor.may("registry.visit", found.area),
        "visit_url": reverse("registry:missed_visit", args=[found.pk]),
        "form": forms.ReasonForm(),
        **more,
    }
    return page(request, "registry/desk/missed.html", context, partial="peek", status=status)


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def missed_visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The visit that was missed, made up: for what it was planned, also where the reason is said to nobody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    found = selectors.missed_visit(actor, pk)
    plan = found.plan
    may(actor, "registry.visit", found.area)
    insist(None if MISSED().state[found.state].kind != "done" else Refusal("ended_already"))
    form = forms.MadeForm(sent(request), today=localtime(at).date())
    back = reverse("registry:missed", args=[pk])

    def do(form: Any) -> Done:
        actions.visit(actor=actor, household=plan.household, person=plan.person, kind=plan.kind, at=at, **form.cleaned_data)  # fmt: skip
        return _("The visit is written down."), back

    home = selectors.homes_by_id(actor, [plan.household_id]).get(plan.household_id) or plan.household  # fmt: skip
    who = plan.person.name if plan.person else shown.who(home)
    facts = [(_("Where"), shown.door(home)), (_("Visit for"), shown.visit_kind(plan.kind))]
    trail = ((_("Missed visit"), back),)
    return ask(request, form, do, heading=_("Record a visit: %(who)s") % {"who": who}, go=_("Write it down"), back=back, trail=trail, facts=facts)  # fmt: skip


@require_POST
@only(Kind.STAFF)
def missed_reason(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why the visit could not be made."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.missed_visit(actor, pk)
    form = forms.ReasonForm(request.POST)
    if form.is_valid():
        actions.excuse_visit(actor=actor, missed=found, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
        messages.success(request, _("The reason is kept; the next visit is planned."))
        return redirect("registry:missed", pk)
    return _missed(request, found, 422, form=form)
