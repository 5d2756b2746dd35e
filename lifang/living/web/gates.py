"""Gates at the company's desk: what each counted today, a check by hand, whom each admits, passes and cards. Nobody's comings and goings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor, Kind, Refused
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.models import Gate, Pass, Permit
from lifang.living.terms import Medium
from lifang.living.web.desk import page
from lifang.living.web.forms import own_units
from lifang.living.web.gate_forms import WHO, CardForm, CheckForm, EndForm, GateForm
from lifang.living.web.here import asking, moment
from lifang.living.web.parcels import by_estate
from lifang.orgs.selectors import place_name

SEE = "living.check_pass"
NOBODY = selectors.GateDay(0, 0, 0)
STANDING: dict[str, tuple[str, Any]] = {
    "soon": ("waiting", _("Too early")),
    "now": ("progress", _("Holds now")),
    "used": ("done", _("Used up")),
    "over": ("idle", _("Run out")),
    "revoked": ("idle", _("Pass taken back")),
}
MEDIA: dict[str, Any] = {Medium.CARD: _("Card"), Medium.CODE: _("Code of the household")}


def pass_chip(row: Pass, at: Any) -> Chip:
    if row.revoked_at:
        return Chip(*STANDING["revoked"])
    if at > row.ends_at:
        return Chip(*STANDING["over"])
    if row.used >= row.entries:
        return Chip(*STANDING["used"])
    return Chip(*STANDING["soon" if at < row.starts_at else "now"])


def plate(row: Pass) -> str:
    return str(row.plate or "")


def _cars(rows: "QuerySet[Pass]", values: list[str]) -> "QuerySet[Pass]":
    rows = rows.filter(Q(left_at=None) | Q(left_at__lt=F("came_at")), plate_key__isnull=False, came_at__isnull=False)  # fmt: skip
    return rows if "in" in values else rows.filter(ends_at__lt=F("now"))


class PassTable(Table):
    address = Column(_("Goes to"), wide=True)
    starts_at = Column(_("May come from"), cell="time", sort="starts_at")
    ends_at = Column(_("until"), cell="time", sort="ends_at")
    used = Column(_("Times in"), value=lambda row: f"{row.used} / {row.entries}")
    plate = Column(_("Car"), value=plate)
    state = Column(_("State"), cell="state", value=lambda row: pass_chip(row, row.now))

    key = "passes"
    search = ("address",)
    order = "-starts_at"
    filters = (
        Choice("cars", _("Cars of visitors"), {"in": _("Inside now"), "late": _("Inside, and their pass is over")}, apply=_cars),
        Period("starts_at", _("May come from")),
    )  # fmt: skip
    empty = Empty(_("No visitor was invited yet."), _("Households invite their visitors themselves; each pass stands here with its home and its hours."), icon="door-enter")  # fmt: skip


class CardTable(Table):
    address = Column(_("Dwelling"), wide=True)
    medium = Column(_("What it is"), value=lambda row: MEDIA[row.medium])
    made_at = Column(_("Given"), cell="time", sort="made_at")
    until = Column(_("Last day"), cell="date")
    state = Column(_("State"), cell="state", value=lambda row: Chip("idle", _("Ended")) if row.ended_at else Chip("progress", _("Holds now")), link=lambda row: "" if row.ended_at else reverse("living:card_end", args=[row.pk]))  # fmt: skip
    why = Column(_("Why"))

    key = "cards"
    search = ("address",)
    order = "-made_at"
    filters = (
        Choice("medium", _("What it is"), MEDIA),
        Choice("ended", _("State"), {"no": _("Holds now"), "yes": _("Ended")}, apply=lambda rows, values: rows if len(values) > 1 else rows.filter(ended_at__isnull=values == ["no"])),
    )  # fmt: skip
    empty = Empty(_("No card was given yet."), _("A card belongs to a dwelling, not to a person; households make codes of their own."), act=(_("Give a card"), "living:card_new"), icon="id-badge-2")  # fmt: skip


@require_GET
@only(Kind.STAFF)
def gates(request: HttpRequest) -> HttpResponse:
    actor, at = asking(request, SEE), moment(request)
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = list(selectors.gates(actor))
    days, named = selectors.gate_days(actor, midnight), selectors.gate_buildings(actor, rows)
    cars, late = selectors.visitor_cars(actor, at)
    facts = {
        "rows": [(one, (named.get(one.building_id) if one.building_id else "") or place_name(one.area, 1), admits(one), days.get(one.pk, NOBODY)) for one in rows],
        "cars": cars, "late": late, "may_set": actor.may("living.set_gate"), "tab": "gates",
    }  # fmt: skip
    return render(request, "living/desk/gates.html", facts)


def admits(row: Gate) -> list[str]:
    return [str(WHO[one]) for one in WHO if one in row.admits]


@page
@only(Kind.STAFF)
def gate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Check by hand: what they show, in or out; the answer in words."""
    actor, at = asking(request, SEE), moment(request)
    found = selectors.gate(actor, pk)
    form = CheckForm(request.POST or None, initial={"what": "plate" if found.what.vehicles else "code"})  # fmt: skip
    said = None
    if request.method == "POST" and form.is_valid():
        with form.refusals("said"):
            told = form.cleaned_data
            said = actions.check_pass(actor=actor, gate=found, direction=told["direction"], at=at, **{told["what"]: told["said"]})  # fmt: skip
        if not form.errors:
            form = CheckForm(initial={"what": told["what"]})
    facts = {
        "gate": found, "admits": admits(found), "form": form, "said": said, "why": str(said.refusal) if said and said.refusal else "",
        "visit": said.visit if said and said.opened else None, "who": str(WHO[said.who]) if said and said.who else "", "may_set": actor.may("living.set_gate"),
    }  # fmt: skip
    answer = render(request, "living/desk/gate.html", facts)
    answer["Cache-Control"] = "no-store"
    return answer


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    actor = asking(request, "living.set_gate")
    return _set(request, actor, None, GateForm(request.POST or None, actor=actor))


@page
@only(Kind.STAFF)
def setting(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.set_gate")
    row = selectors.gate(actor, pk)
    before = {
        "unit": str(row.unit_id), "name": row.name, "kind": row.kind, "where": str(row.building_id or row.area), "admits": row.admits,
        "visitors_from": row.visitors_from, "visitors_until": row.visitors_until, "device": str(row.device_id or ""),
    }  # fmt: skip
    return _set(request, actor, row, GateForm(request.POST or None, actor=actor, initial=before))


def _set(request: HttpRequest, actor: Actor, row: Gate | None, form: GateForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals("name"):
            made = actions.set_gate(actor=actor, gate=row, at=moment(request), **form.told())
        if made is not None and not form.errors:
            messages.success(request, gettext("Kept. The gate asks by these rules from now on."))
            return redirect("living:gate", made.pk)
    return render(request, "living/desk/gate_setting.html", {"form": form, "gate": row})


@require_POST
@only(Kind.STAFF)
def closing(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.close_gate")
    actions.close_gate(actor=actor, gate=selectors.gate(actor, pk), at=moment(request))
    messages.success(request, gettext("The gate is closed for good."))
    return redirect("living:gates")


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def passes(request: HttpRequest) -> HttpResponseBase:
    rows = selectors.passes(asking(request, SEE)).annotate(now=Value(moment(request), output_field=DateTimeField()))  # fmt: skip
    return PassTable(request, rows).response("living/desk/passes.html", {"tab": "passes"})


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def cards(request: HttpRequest) -> HttpResponseBase:
    rows = selectors.permits(asking(request, SEE))
    return CardTable(request, rows).response("living/desk/cards.html", {"tab": "cards"})


@page
@only(Kind.STAFF)
def card(request: HttpRequest) -> HttpResponse:
    """Choose the building, then the door: a card for it."""
    actor = asking(request, "living.give_card")
    found = {str(one.pk): (unit, one) for unit in own_units(actor).values() for one in selectors.buildings(actor, unit)}  # fmt: skip
    if request.GET.get("building", "") not in found:
        return render(request, "living/desk/card_buildings.html", {"estates": by_estate(found)})
    unit, building = found[request.GET["building"]]
    form = CardForm(request.POST or None, cells=selectors.cells(actor, building.pk))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with form.refusals("number"):
            actions.give_card(actor=actor, unit=unit, door=form.cells[told["door"]].door, number=told["number"], until=told["until"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(
                request, gettext("The card opens the gates of this dwelling from now on.")
            )
            return redirect("living:cards")
    facts = {"form": form, "label": gettext("Give a card"), "said": f"{building.estate} {building.name}", "back": reverse("living:cards"), "up": gettext("Cards and codes")}  # fmt: skip
    return render(request, "living/desk/plain_form.html", facts)


@page
@only(Kind.STAFF)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.give_card")
    found: Permit | None = selectors.permits(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.end_permit(actor=actor, permit=found, why=form.cleaned_data["why"], at=moment(request))  # fmt: skip
        messages.success(request, gettext("Ended. No gate opens for it any more."))
        return redirect("living:cards")
    facts = {"form": form, "label": gettext("End a card or a code"), "said": f"{found.address} · {MEDIA[found.medium]}", "back": reverse("living:cards"), "up": gettext("Cards and codes")}  # fmt: skip
    return render(request, "living/desk/plain_form.html", facts)
