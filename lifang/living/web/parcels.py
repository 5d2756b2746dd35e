"""Parcels at the company's desk: the list, some noted in one go, handed over for a code, sent back. Nobody who works there is ranked."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lifang.core.access import Kind, Refusal, insist
from lifang.core.ids import new_id
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import CARRIERS
from lifang.living.models import Parcel
from lifang.living.rules import parcels as rules
from lifang.living.web import parcel_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.forms import own_units
from lifang.living.web.here import asking, moment, today
from lifang.living.web.parcel_forms import HandForm, LotForm, SeenForm
from lifang.living.web.repair_forms import NoteForm
from lifang.orgs.selectors import place_name

SEE = "living.see_parcels"
STATES = {
    "waiting": Q(ended_at__isnull=True),
    "overdue": Q(ended_at__isnull=True, overdue_at__isnull=False),
    "handed": Q(ended_at__isnull=False) & ~Q(way="back"),
    "back": Q(way="back"),
}


def _in_states(rows: "QuerySet[Parcel]", values: list[str]) -> "QuerySet[Parcel]":
    wanted = Q(pk__in=[])
    for value in values:
        wanted |= STATES[value]
    return rows.filter(wanted)


def _called(row: Parcel) -> str:
    return row.address or gettext("no longer known")


class ParcelTable(Table):
    address = Column(_("Dwelling"), wide=True, value=_called, link=lambda row: reverse("living:parcel", args=[row.pk]))  # fmt: skip
    carrier = Column(_("Parcel"), value=shown.carrier)
    shelf = Column(_("Shelf"))
    state = Column(_("State"), cell="state", value=shown.chip)
    noted_at = Column(_("Came"), cell="time", sort="noted_at")
    ended_at = Column(_("Left the desk"), cell="time", sort="ended_at", shown=False)

    key = "parcels"
    search = ("address", "tail", "shelf")
    order = "-noted_at"
    filters = (
        Choice("state", _("State"), {"waiting": _("Waits to be fetched"), "overdue": _("Not fetched in time"), "handed": _("Given out"), "back": _("Sent back")}, apply=_in_states),
        Choice("carrier", _("Brought by"), {one.key: one.name for one in CARRIERS.all()}),
        Period("noted_at", _("Came")),
        Period("ended_at", _("Left the desk")),
    )  # fmt: skip
    empty = Empty(_("No parcel was noted yet."), _("Note what was brought; each household is told with a code."), act=(_("Note parcels"), "living:parcel_new"), icon="package")  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def parcels(request: HttpRequest) -> HttpResponseBase:
    actor = asking(request, SEE)
    midnight = timezone.localtime(moment(request)).replace(hour=0, minute=0, second=0, microsecond=0)  # fmt: skip
    table = ParcelTable(request, selectors.parcels(actor))
    facts = {"counts": selectors.parcel_counts(actor, midnight), "day": today(request)}
    return table.response("living/desk/parcels.html", facts)


@page
@only(Kind.STAFF)
def note(request: HttpRequest) -> HttpResponse:
    """Choose the building, tick its doors: noted, and every household told."""
    actor = asking(request, "living.note_parcels")
    found = {str(one.pk): (unit, one) for unit in own_units(actor).values() for one in selectors.buildings(actor, unit)}  # fmt: skip
    if request.GET.get("building", "") not in found:
        return render(request, "living/desk/parcel_buildings.html", {"estates": by_estate(found)})
    unit, building = found[request.GET["building"]]
    cells = selectors.cells(actor, building.pk)
    form = LotForm(request.POST or None, cells=cells, initial={"token": new_id()})
    if request.method == "POST" and form.is_valid():
        made: list[Parcel] = []
        with form.refusals("rooms"):
            told = form.cleaned_data
            made = actions.note_parcels(
                actor=actor, unit=unit, pieces=form.pieces(), carrier=told["carrier"], shelf=told["shelf"], batch=told["token"], at=moment(request),
            )  # fmt: skip
        if not form.errors:
            _say_noted(request, made)
            return redirect(f"{reverse('living:parcel_new')}?building={building.pk}")
    facts = {"form": form, "building": building, "picture": shown.picture(cells, form["doors"].value() or ())}  # fmt: skip
    return render(request, "living/desk/parcel_new.html", facts)


def _say_noted(request: HttpRequest, made: list[Parcel]) -> None:
    deaf = {row.dwelling_id for row in made if rules.may_see(row.holders) is None}
    said = ngettext("%(n)d parcel noted.", "%(n)d parcels noted.", len(made)) % {"n": len(made)}
    if deaf:
        more = ngettext("%(n)d household has no account and was not told.", "%(n)d households have no account and were not told.", len(deaf)) % {"n": len(deaf)}  # fmt: skip
        messages.warning(request, f"{said} {more}")
    else:
        messages.success(request, said)


def by_estate(found: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    """Buildings by community and estate."""
    named = sorted(((one.area[:12], one.estate), one) for _unit, one in found.values())
    return [
        (f"{place_name(area, 1)} · {estate}" if estate else place_name(area, 1), [one for _key, one in rows])
        for (area, estate), rows in groupby(named, key=lambda pair: pair[0])
    ]  # fmt: skip


@page
@only(Kind.STAFF)
def parcel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that waits for this door; given to whoever says the code."""
    actor = asking(request, SEE)
    found = selectors.parcel(actor, pk)
    rows = selectors.waiting_with(actor, found) if found.ended_at is None else []
    form = HandForm(request.POST or None, rows=rows)
    if request.method == "POST":
        insist(None if rows else Refusal("parcel_over"))
        if form.is_valid():
            wrong = None
            with form.refusals("code"):
                told = form.cleaned_data
                wrong = actions.hand_parcels(actor=actor, parcel=found, chosen=set(told["chosen"]), code=told["code"], at=moment(request))  # fmt: skip
            if wrong is not None:
                form.add_error("code", str(wrong))
            if not form.errors:
                messages.success(request, gettext("Handed over. The household is told."))
                return redirect("living:desk_parcels")
    facts = {
        "parcel": found, "chip": shown.chip(found), "called": _called(found), "rows": [(one, shown.carrier(one), shown.chip(one)) for one in rows or [found]],
        "waits": bool(rows), "form": form, "deaf": rules.may_see(found.holders) is None,
    }  # fmt: skip
    return render(request, "living/desk/parcel.html", facts)


@page
@only(Kind.STAFF)
def seen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Without a code, where nobody of the household has one."""
    actor = asking(request, "living.hand_without_code")
    found = selectors.parcel(actor, pk)
    insist(None if found.ended_at is None else Refusal("parcel_over"), rules.may_see(found.holders))
    form = SeenForm(request.POST or None, rows=selectors.waiting_with(actor, found))
    if request.method == "POST" and form.is_valid():
        with form.refusals("note"):
            told = form.cleaned_data
            actions.hand_without_code(actor=actor, parcel=found, chosen=set(told["chosen"]), note=told["note"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, gettext("Handed over."))
            return redirect("living:desk_parcels")
    return _form(request, form, found, gettext("Hand over without a code"))


@page
@only(Kind.STAFF)
def back(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.return_parcel")
    found = selectors.parcel(actor, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("note"):
            actions.return_parcel(actor=actor, parcel=found, why=form.cleaned_data["note"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, gettext("Sent back. The household is told."))
            return redirect("living:desk_parcels")
    return _form(request, form, found, gettext("Send back"))


def _form(request: HttpRequest, form: Any, row: Parcel, label: str) -> HttpResponse:
    facts = {"form": form, "label": label, "said": f"{_called(row)} · {shown.carrier(row)}", "back": reverse("living:parcel", args=[row.pk]), "up": gettext("Parcels")}  # fmt: skip
    return render(request, "living/desk/plain_form.html", facts)
