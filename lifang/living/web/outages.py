"""Outages: told at the company's desk after a look at whom it reaches, read by everybody."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import DateTimeField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind, insist
from lifang.core.ids import new_id
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import OUTAGE_KINDS
from lifang.living.models import Outage
from lifang.living.rules import outages as rules
from lifang.living.web.desk import page
from lifang.living.web.forms import own_units
from lifang.living.web.here import asking, moment, who
from lifang.living.web.parcels import by_estate
from lifang.living.web.repair_forms import local, moment_field

MAY = "living.note_outage"
STANDING: dict[str, tuple[str, Any]] = {
    "soon": ("waiting", _("Planned")),
    "now": ("danger", _("Off now")),
    "over": ("done", _("Working again")),
    "off": ("idle", _("Called off")),
}


def chip(row: Outage, at: Any) -> Chip:
    return Chip(*STANDING[rules.standing(row.starts_at, row.ends_at, row.ended_at, at)])


def shown(rows: list[Outage], at: Any) -> list[tuple[Outage, Chip, str]]:
    return [(row, chip(row, at), where(row)) for row in rows if row.kind in OUTAGE_KINDS]


def where(row: Outage) -> str:
    return gettext(", ").join(one.name for one in row.buildings.all())


class OutageForm(Form):
    kind = forms.ChoiceField(label=_("What is off"), widget=forms.RadioSelect)
    buildings = forms.MultipleChoiceField(label=_("Which buildings"))
    starts = moment_field(_("Off from"), required=True)
    ends = moment_field(_("Off until"), required=True)
    reason = forms.CharField(label=_("Why, and what to do"), max_length=200, help_text=_("Every household and the public page read this."))  # fmt: skip
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, found: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in OUTAGE_KINDS.all()]  # type: ignore[attr-defined]
        self.fields["buildings"].choices = [(pk, one.name) for pk, (_unit, one) in found.items()]  # type: ignore[attr-defined]


class UntilForm(Form):
    ends = moment_field(_("Off until"), required=True)


class OutageTable(Table):
    kind = Column(_("What is off"), value=lambda row: row.what.name, link=lambda row: reverse("living:outage", args=[row.pk]))  # fmt: skip
    where = Column(_("Which buildings"), value=where, wide=True)
    starts_at = Column(_("Off from"), cell="time", sort="starts_at")
    ends_at = Column(_("Off until"), cell="time", sort="ends_at")
    state = Column(_("State"), cell="state", value=lambda row: chip(row, row.now))
    told = Column(_("Told"), cell="number")

    key = "outages"
    search = ("reason",)
    order = "-starts_at"
    filters = (Choice("kind", _("What is off"), {one.key: one.name for one in OUTAGE_KINDS.all()}),)
    empty = Empty(_("Nothing was off yet."), _("Say what will be off, where and when; every household is told."), act=(_("Tell of an outage"), "living:outage_new"), icon="bell")  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def outages(request: HttpRequest) -> HttpResponseBase:
    rows = selectors.outages(asking(request, MAY))
    rows = rows.annotate(now=Value(moment(request), output_field=DateTimeField()))
    return OutageTable(request, rows).response("living/desk/outages.html", {})


@page
@only(Kind.STAFF)
def note(request: HttpRequest) -> HttpResponse:
    """What, where, when; then a look at whom it reaches; then it is told."""
    actor = asking(request, MAY)
    found = {str(one.pk): (unit, one) for unit in own_units(actor).values() for one in selectors.buildings(actor, unit)}  # fmt: skip
    form = OutageForm(request.POST or None, found=found, initial={"token": new_id(), "starts": local(moment(request))})  # fmt: skip
    facts = {"form": form, "estates": by_estate(found), "ticked": form["buildings"].value() or ()}
    if request.method != "POST" or not form.is_valid():
        return render(request, "living/desk/outage_new.html", facts)
    told = form.cleaned_data
    chosen = [found[pk][1] for pk in told["buildings"]]
    with form.refusals("buildings"):
        insist(rules.outage_fits(told["kind"], len(chosen), told["starts"], told["ends"], told["reason"], moment(request)))  # fmt: skip
        if request.POST.get("seen") == "yes":
            actions.note_outage(
                actor=actor, unit=found[told["buildings"][0]][0], kind=told["kind"], buildings=chosen, starts=told["starts"], ends=told["ends"],
                reason=told["reason"], batch=told["token"], at=moment(request),
            )  # fmt: skip
    if form.errors:
        return render(request, "living/desk/outage_new.html", facts)
    if request.POST.get("seen") == "yes":
        messages.success(request, gettext("Published. The households are being told."))
        return redirect("living:desk_outages")
    kept = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
    facts = {"kept": kept, "told": told, "kind": OUTAGE_KINDS[told["kind"]], "chosen": chosen, "reach": selectors.reach(actor, [one.pk for one in chosen])}  # fmt: skip
    return render(request, "living/desk/outage_look.html", facts)


@page
@only(Kind.STAFF)
def outage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them; its end moved."""
    actor = asking(request, MAY)
    found = selectors.outage(actor, pk)
    form = UntilForm(request.POST or None, initial={"ends": local(found.ends_at)})
    if request.method == "POST" and form.is_valid():
        with form.refusals("ends"):
            actions.move_outage(actor=asking(request, "living.move_outage"), outage=found, ends=form.cleaned_data["ends"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, gettext("The households are told again."))
            return redirect("living:outage", pk)
    at = moment(request)
    state = rules.standing(found.starts_at, found.ends_at, found.ended_at, at)
    facts = {"outage": found, "chip": chip(found, at), "where": where(found), "form": form, "open": state in ("soon", "now"), "soon": state == "soon"}  # fmt: skip
    return render(request, "living/desk/outage.html", facts)


@require_POST
@only(Kind.STAFF)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.end_outage")
    actions.end_outage(actor=actor, outage=selectors.outage(actor, pk), at=moment(request))
    messages.success(request, gettext("The households are told again."))
    return redirect("living:outage", pk)


@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """What is off and what will be, one's own building first. Anybody may read it."""
    actor, at = who(request), moment(request)
    own = {row.pk for row in selectors.own_outages(actor, at)} if actor.id else set()
    rows = shown(selectors.public_outages(actor, at), at)
    rows.sort(key=lambda row: row[0].pk not in own)
    return render(request, "living/public/outages.html", {"rows": rows, "own": own})
