"""Utility lines: list, map, one of them, entered by drawing or from a file."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.geo.datums import Datum
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.actions.utility import would_take_lines
from lifang.sensing.catalogue import policy
from lifang.sensing.catalogue.lines import LINE_DEVICES, LINE_KINDS
from lifang.sensing.models import UtilityLine
from lifang.sensing.rules import utility as rules
from lifang.sensing.rules.utility import MOST_BYTES, NewLine
from lifang.sensing.terms import LineState
from lifang.sensing.web import device_page, shown
from lifang.sensing.web.here import asking, moment
from lifang.sensing.web.tables import area_choice

page = require_http_methods(["GET", "POST"])
MOST_WRONG = 50
STATES = {LineState.PLANNED: Chip("waiting", gettext_lazy("Planned")), LineState.INSTALLED: Chip("done", gettext_lazy("Installed"))}  # fmt: skip
DATUMS = [(Datum.WGS84.value, gettext_lazy("WGS-84 or CGCS2000")), (Datum.GCJ02.value, gettext_lazy("GCJ-02 (AMap, Tencent)")), (Datum.BD09.value, gettext_lazy("BD-09 (Baidu)"))]  # fmt: skip


def seeing(request: HttpRequest, needs: str = selectors.SEE_LINES) -> Actor:
    """Who asks, if lines are theirs to see. Raises `Refused("not_allowed")`."""
    actor = asking(request)
    insist(None if actor.may(selectors.SEE_LINES) and actor.may(needs) else Refusal("not_allowed"))
    return actor


def size(row: UtilityLine) -> str:
    """DN 200, or 10 kV."""
    if row.voltage:
        return f"{row.voltage / 1000:g} kV" if row.voltage >= 1000 else f"{row.voltage} V"
    return f"DN {row.diameter}" if row.diameter else ""


class LineTable(Table):
    code = Column(gettext_lazy("Number of the line"), wide=True, sort="code", link=lambda row: reverse("sensing:line", args=[row.pk]))  # fmt: skip
    kind = Column(gettext_lazy("Kind"), value=lambda row: shown.kind_name(row.kind))
    state = Column(gettext_lazy("State"), cell="state", value=lambda row: STATES[LineState(row.state)])  # fmt: skip
    keeper = Column(gettext_lazy("Keeper of the line"))
    metres = Column(gettext_lazy("Metres"), cell="number", value=lambda row: round(row.metres), sort="metres")  # fmt: skip
    measure = Column(gettext_lazy("Diameter or voltage"), value=size)
    laid_on = Column(gettext_lazy("Laid on"), cell="date", sort="laid_on")
    area = Column(gettext_lazy("Area"), value=lambda row: orgs.place_name(row.area, 2), narrow=False)  # fmt: skip

    key = "lines"
    search = ("code", "keeper")
    order = "-entered_at"
    empty = Empty(
        gettext_lazy("No line is registered here."),
        gettext_lazy("Take in a GeoJSON file of the keeper, or draw a line on the map."),
        icon="route-2",
    )

    def __init__(self, request: HttpRequest, rows: Any) -> None:
        super().__init__(request, rows)
        self.filters = (  # type: ignore[misc]  # per request: areas differ
            area_choice(self.actor),
            Choice("kind", _("Kind"), {one.key: one.name for one in LINE_KINDS}),
            Choice("state", _("State"), {key.value: chip.label for key, chip in STATES.items()}),
        )


def _areas(actor: Actor) -> list[tuple[str, str]]:
    home = orgs.home_of(actor)
    return [(home, orgs.place_name(home, 2) or home), *orgs.parts_of(actor).items()]


class _Kept(Form):
    elements = {"keeper": ""}  # a company
    keeper = forms.CharField(label=gettext_lazy("Keeper of the line"), max_length=120, help_text=gettext_lazy("The company or unit that looks after it."))  # fmt: skip
    source = forms.CharField(label=gettext_lazy("Who says so, from what"), max_length=120, help_text=gettext_lazy("Such as the survey or drawing with its number."))  # fmt: skip


class LineForm(_Kept):
    called = gettext_lazy("Utility line")
    path = forms.CharField(
        label=gettext_lazy("Where it runs"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Click the corners on the map; or one corner a line: longitude, latitude (WGS-84)."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    code = forms.CharField(label=gettext_lazy("Number of the line"), max_length=60)
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=[(key.value, chip.label) for key, chip in STATES.items()])  # fmt: skip
    material = forms.CharField(label=gettext_lazy("Material"), max_length=60, required=False)
    diameter = forms.IntegerField(label=gettext_lazy("Diameter (mm)"), min_value=1, max_value=10_000, required=False)  # fmt: skip
    voltage = forms.IntegerField(label=gettext_lazy("Voltage (V)"), min_value=1, max_value=1_000_000, required=False)  # fmt: skip
    depth = forms.FloatField(label=gettext_lazy("Depth (m)"), min_value=-50, max_value=100, required=False)  # fmt: skip
    laid_on = forms.DateField(label=gettext_lazy("Laid on"), required=False, widget=date_input())
    years = forms.IntegerField(label=gettext_lazy("Service life (years)"), min_value=1, max_value=200, required=False, help_text=gettext_lazy("Empty: as usual for its kind."))  # fmt: skip
    accuracy = forms.FloatField(label=gettext_lazy("Its position is right to (m)"), min_value=0, max_value=1_000, required=False)  # fmt: skip

    field_order = ("path", "kind", "code", "state", "keeper", "material", "diameter", "voltage", "depth", "laid_on", "years", "source", "accuracy")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in LINE_KINDS]  # type: ignore[attr-defined]

    def clean_path(self) -> rules.Path:
        corners = []
        for row in self.cleaned_data["path"].replace("，", ",").splitlines():
            if row.strip():
                try:
                    lon, lat = (float(part) for part in row.split(",")[:2])
                except ValueError:
                    raise forms.ValidationError(_("Not two numbers: %(row)s") % {"row": row[:40]}) from None  # fmt: skip
                corners.append((round(lon, 7), round(lat, 7)))
        return tuple(corners)


class FileForm(_Kept):
    called = gettext_lazy("Utility line")
    file = forms.FileField(label=gettext_lazy("GeoJSON file with lines"), help_text=gettext_lazy("Of each line: kind and code; also keeper, material, diameter, voltage, depth, laid_on, years, state, source, accuracy."))  # fmt: skip
    datum = forms.ChoiceField(label=gettext_lazy("Coordinates"), choices=DATUMS)
    area = forms.ChoiceField(label=gettext_lazy("Where they may lie"))
    enter = forms.ChoiceField(
        label=gettext_lazy("What is to be done?"), widget=forms.RadioSelect, required=False,
        choices=[("", gettext_lazy("Only look what would be new")), ("yes", gettext_lazy("Enter the new lines"))],
    )  # fmt: skip
    field_order = ("file", "datum", "area", "keeper", "source", "enter")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = _areas(actor)  # type: ignore[attr-defined]
        self.fields["enter"].sometimes = True  # type: ignore[attr-defined]  # one of both is chosen


class LaidForm(Form):
    laid_on = forms.DateField(label=gettext_lazy("Laid on"), widget=date_input())


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def lines(request: HttpRequest) -> HttpResponseBase:
    """All lines of one's areas, with the metres of each kind."""
    actor = seeing(request)
    rows = selectors.lines(actor)
    table = LineTable(request, rows)
    context = {"may_enter": actor.may("sensing.enter_line"), "sums": _sums(actor, rows)}
    return table.response("sensing/desk/lines.html", context)


def _sums(actor: Actor, rows: Any) -> list[dict[str, Any]]:
    found = selectors.metres_by_kind(actor, rows)
    return [
        {"name": one.name, "planned": round(found[one.key].get(LineState.PLANNED, 0)), "installed": round(found[one.key].get(LineState.INSTALLED, 0))}
        for one in LINE_KINDS if one.key in found
    ]  # fmt: skip


@require_GET
@only(Kind.STAFF)
def line_shapes(request: HttpRequest) -> HttpResponse:
    """Lines as a layer of a map."""
    actor = seeing(request)
    answer = JsonResponse(collection(selectors.line_shapes(actor, selectors.lines(actor))))
    answer["Cache-Control"] = "private, no-store"
    return answer


def _noted(one: UtilityLine) -> str:
    said = [one.keeper, f"{round(one.metres)} m"]
    return " · ".join([*said, str(STATES[LineState.PLANNED].label)] if one.state == LineState.PLANNED else said)  # fmt: skip


def collection(rows: Iterable[UtilityLine]) -> dict[str, Any]:
    """As GeoJSON."""
    features = [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": one.path}, "properties": {
            "kind": one.kind, "state": one.state, "name": shown.line_name(one), "note": _noted(one), "url": reverse("sensing:line", args=[one.pk]),
        }}
        for one in rows
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


@require_GET
@only(Kind.STAFF)
def line_map(request: HttpRequest) -> HttpResponse:
    """Where lines run, with the devices that may stand at one."""
    actor = seeing(request)
    map_ = device_page.the_map(actor) | {"lines": reverse("sensing:line_shapes")}
    map_["points"] += "?" + urlencode({"type": LINE_DEVICES}, doseq=True)
    if bounds := selectors.bounds_of_lines(actor, selectors.lines(actor)):
        map_["bounds"] = bounds
    return render(request, "sensing/desk/line_map.html", {"map": map_, "kinds": [(one.key, one.name) for one in LINE_KINDS]})  # fmt: skip


@page
@only(Kind.STAFF)
def line_new(request: HttpRequest) -> HttpResponse:
    actor = seeing(request, "sensing.enter_line")
    form = LineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.enter_line(actor=actor, new=NewLine(**form.cleaned_data), area=orgs.home_of(actor), at=moment(request))  # fmt: skip
        if made is not None:
            messages.success(request, _("Entered."))
            return redirect("sensing:line", made.pk)
    map_ = device_page.the_map(actor)
    draw = {"areas": map_["areas"], "field": "id_path", "lines": reverse("sensing:line_shapes")}
    return render(request, "sensing/desk/line_new.html", {"form": form, "draw": draw}, status=422 if form.errors else 200)  # fmt: skip


@page
@only(Kind.STAFF)
def line_file(request: HttpRequest) -> HttpResponse:
    """A keeper's file: looked at, then entered."""
    actor = seeing(request, "sensing.take_lines")
    form = FileForm(request.POST or None, request.FILES or None, actor=actor)
    taken: Any = None
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        enter, body = facts.pop("enter"), facts.pop("file").read(MOST_BYTES + 1)
        facts["datum"] = Datum(facts["datum"])
        with form.refusals():
            if enter:
                made = actions.take_lines(actor=actor, body=body, at=moment(request), **facts)
                messages.success(request, ngettext("%(n)d line was entered.", "%(n)d lines were entered.", len(made.new)) % {"n": len(made.new)})  # fmt: skip
                if not made.wrong:
                    return redirect("sensing:lines")
                taken = made
            else:
                taken = would_take_lines(body=body, at=moment(request), **facts)
                if isinstance(taken, Refusal):
                    form.add_error("file", str(taken))
                    taken = None
    context = {
        "form": form, "taken": taken, "metres": round(sum(one.metres for one in taken.new)) if taken else 0,
        "wrong": [(one.row, one.code, str(one.refusal)) for one in taken.wrong[:MOST_WRONG]] if taken else [],
    }  # fmt: skip
    return render(request, "sensing/desk/line_file.html", context, status=422 if form.errors else 200)  # fmt: skip


@require_GET
@only(Kind.STAFF)
def line(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One line: what it is, where it runs, what stands at it."""
    actor = seeing(request)
    found = selectors.line(actor, pk)
    may_tie = actor.may("sensing.tie_devices", found.area)
    near = selectors.near_line(actor, found, policy("line_near_metres"), LINE_DEVICES) if may_tie else []  # fmt: skip
    map_ = {
        "areas": device_page.the_map(actor)["areas"], "lines": collection([found]),
        "bounds": [found.west - 0.001, found.south - 0.001, found.east + 0.001, found.north + 0.001],
    }  # fmt: skip
    over = rules.over_on(found.kind, found.laid_on, found.years)
    context = {
        "line": found, "chip": STATES[LineState(found.state)], "kind": shown.kind_name(found.kind), "size": size(found), "place": orgs.place_name(found.area, 3),
        "metres": round(found.metres), "over": over, "old": bool(over and over <= localtime(moment(request)).date()), "map": map_,
        "near": [(one.device, shown.type_beside(one.device), f"{one.metres:.1f}") for one in near], "devices": [(one, shown.type_beside(one)) for one in selectors.devices_of_line(actor, found)[:60]],
        "may_lay": found.state == LineState.PLANNED and actor.may("sensing.lay_line", found.area), "may_retire": actor.may("sensing.retire_line", found.area),
        "form": LaidForm(), "within": policy("line_near_metres"),
    }  # fmt: skip
    return render(request, "sensing/desk/line.html", context)


@require_POST
@only(Kind.STAFF)
def line_devices(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Devices that stand at it are tied to it."""
    actor = seeing(request)
    found = selectors.line(actor, pk)
    try:
        chosen = msgspec.convert(request.POST.getlist("devices")[:500], list[UUID])
    except msgspec.ValidationError:
        chosen = []
    many = actions.tie_devices(actor=actor, line=found, devices=chosen, at=moment(request))
    messages.success(request, ngettext("%(n)d device belongs to this line now.", "%(n)d devices belong to this line now.", many) % {"n": many})  # fmt: skip
    return redirect("sensing:line", pk)


@require_POST
@only(Kind.STAFF)
def line_laying(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = seeing(request)
    found = selectors.line(actor, pk)
    form = LaidForm(request.POST)
    insist(None if form.is_valid() else Refusal("line_laid", {"field": "laid_on"}))
    actions.lay_line(actor=actor, line=found, laid_on=form.cleaned_data["laid_on"], at=moment(request))  # fmt: skip
    messages.success(request, _("Entered."))
    return redirect("sensing:line", pk)


@require_POST
@only(Kind.STAFF)
def line_retirement(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = seeing(request)
    found = selectors.line(actor, pk)
    actions.retire_line(actor=actor, line=found, at=moment(request))
    messages.success(request, _("Out of use."))
    return redirect("sensing:lines")
