"""Legal holds: set on a person, a household, a case or an area; seen; lifted by somebody else."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Refused
from lifang.core.access.sights import ROW_KINDS
from lifang.core.retention import actions, rules
from lifang.core.retention import selectors as retention
from lifang.core.retention.models import AREA, LegalHold
from lifang.core.web.forms import Form, date_input
from lifang.core.web.htmx import page
from lifang.orgs import selectors
from lifang.orgs.selectors.sights import Sighted
from lifang.orgs.web.desk.areas import staff
from lifang.orgs.web.forms import AreaField, area_list
from lifang.orgs.web.retention_tables import HoldTable, hold_chip, hold_line

Facts = dict[str, Any]
SET, LIFT = "retention.set_hold", "retention.lift_hold"


def _why(**more: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Why"), max_length=rules.MOST_WHY, widget=forms.Textarea(attrs={"rows": 3}), **more
    )  # fmt: skip


class HoldForm(Form):
    area = AreaField()
    why = _why(help_text=gettext_lazy("No names: whoever sees the hold reads this."))
    document = forms.CharField(
        label=gettext_lazy("Document number"),
        max_length=rules.MOST_DOCUMENT,
        help_text=gettext_lazy("The decision, letter or order that it stands on."),
    )
    until = forms.DateField(label=gettext_lazy("Last day"), widget=date_input())


class LiftForm(Form):
    why = _why()


def _may_see(actor: Actor) -> None:
    if not (actor.may(SET) or actor.may(LIFT)):
        raise Refused("not_allowed")


def _named(row: LegalHold) -> str:
    """What it is on, without a name."""
    if row.kind == AREA:
        return selectors.place_name(row.area, 2) or row.area
    kind = ROW_KINDS.get(row.kind)
    return f"{kind.name if kind else row.kind} {row.label}".strip()


@require_http_methods(["GET", "POST"])
@staff
def holds(request: HttpRequest) -> HttpResponseBase:
    """Every hold within sight."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    _may_see(actor)
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    rows = [hold_line(row, _named(row), today) for row in retention.holds(actor)]
    return HoldTable(request, rows).response("orgs/holds.html", {"may": actor.may(SET)})


def _subject(actor: Actor, request: HttpRequest) -> Sighted | None:
    """The row that the address names, if the actor sees it; none: a hold on an area."""
    kind, text = request.GET.get("kind", ""), request.GET.get("subject", "")
    if not kind and not text:
        return None
    row = selectors.sighted_row(actor, kind, text)
    if kind not in retention.kinds(actor) or not actor.scope.covers(row.area):
        raise Refused("not_found")
    return row


@require_http_methods(["GET", "POST"])
@staff
def new_hold(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(SET):
        raise Refused("not_allowed")
    row = _subject(actor, request)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if row is not None:
        del form.fields["area"]
    if request.method == "POST" and form.is_valid():
        given = {"area": row.area if row else "", **form.cleaned_data}
        named = (
            {"kind": row.kind.key, "subject": row.pk, "label": _label(row)}
            if row
            else {"kind": AREA}
        )
        with form.refusals():
            made = actions.set_hold(actor=actor, at=request.at, **named, **given)  # type: ignore[attr-defined]
            messages.success(
                request, _("The hold is set. Nothing of it is erased until its last day.")
            )
            return redirect("orgs:hold", made.pk)
    home = selectors.home_of(actor)
    context: Facts = {
        "form": form,
        "row": row,
        "label": _label(row) if row else "",
        "place": selectors.place_name(row.area, 3) if row else "",
        "areas": [] if row else area_list(actor, home),
        "back": _page_of(row.kind.key, row.pk) if row else reverse("orgs:holds"),
    }
    return page(request, "orgs/hold_new.html", context, status=422 if form.errors else 200)  # fmt: skip


def _label(row: Sighted) -> str:
    """A number that is nobody's name; ids stay out of what people read."""
    return "" if row.label == str(row.pk) else row.label


def _page_of(kind: str, pk: UUID | None) -> str:
    known = ROW_KINDS.get(kind)
    return known.url(pk) if known and known.url and pk else ""


@require_GET
@staff
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _hold(request, actor, retention.hold(actor, pk), LiftForm())


def _hold(
    request: HttpRequest, actor: Actor, found: LegalHold, form: Form, status: int = 200
) -> HttpResponse:
    _may_see(actor)
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    own = found.set_by_id == actor.id
    context: Facts = {
        "hold": found,
        "what": _named(found),
        "what_url": _page_of(found.kind, found.subject),
        "place": selectors.place_name(found.area, 3),
        "chip": hold_chip(found, today),
        "own": own and not found.lifted_at,
        "may_lift": not own and not found.lifted_at and actor.may(LIFT, found.area),
        "form": form,
    }
    return page(request, "orgs/hold.html", context, status=status)


@require_POST
@staff
def lifting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another one than who set it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = retention.hold(actor, pk)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _hold(request, actor, found, form, 422)
    actions.lift_hold(actor=actor, hold=found, why=form.cleaned_data["why"], at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("The hold is lifted. What is over goes with the next run."))
    return redirect("orgs:hold", pk)
