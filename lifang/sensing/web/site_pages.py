"""Sites of charging and parking: the register at the desk, the map everybody reads, the board at a gate."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.geo.divisions import Level
from lifang.core.site import site as settings
from lifang.core.web.forms import Form
from lifang.core.web.panels import panel
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import SITE_KINDS
from lifang.sensing.models import Site
from lifang.sensing.rules.sites import Counted
from lifang.sensing.web import shown
from lifang.sensing.web.here import asking, moment
from lifang.sensing.web.tables import area_choice

page = require_http_methods(["GET", "POST"])
OPEN, EDIT = "sensing.open_site", "sensing.edit_site"


def kind_name(row: Site) -> str:
    return str(SITE_KINDS[row.kind].name) if row.kind in SITE_KINDS else row.kind


def icon_of(row: Site) -> str:
    return SITE_KINDS[row.kind].icon if row.kind in SITE_KINDS else ""


def free_chip(found: Counted) -> Chip:
    """How it stands now, in a word."""
    if not found.total or found.unknown == found.total:
        return Chip("idle", gettext_lazy("Not known now"))
    if found.free:
        return Chip("done", ngettext("%(n)d free", "%(n)d free", found.free) % {"n": found.free})
    return Chip("danger", gettext_lazy("Full"))


class SiteTable(Table):
    name = Column(gettext_lazy("Site"), link=lambda row: reverse("sensing:site", args=[row.pk]), wide=True)  # fmt: skip
    kind = Column(gettext_lazy("Kind"), value=kind_name)
    area = Column(gettext_lazy("Area"), value=lambda row: orgs.place_name(row.area, 2))
    operator = Column(gettext_lazy("Operated by"))
    price = Column(gettext_lazy("Price"))
    state = Column(gettext_lazy("State"), cell="state", value=lambda row: Chip("idle", gettext_lazy("Site closed")) if row.closed_at else Chip("done", gettext_lazy("Site open")))  # fmt: skip

    key = "sites"
    search = ("name", "spot", "operator")
    order = "name"
    empty = Empty(
        gettext_lazy("No site is entered here."),
        gettext_lazy("Enter where vehicles are charged or parked, what it costs and who says so; residents then see what is free."),
        icon="battery-charging",
    )  # fmt: skip

    def __init__(self, request: HttpRequest, rows: Any) -> None:
        super().__init__(request, rows)
        self.filters = (  # type: ignore[misc]  # per request: areas differ
            Choice("kind", _("Kind"), {one.key: one.name for one in SITE_KINDS}),
            area_choice(self.actor),
        )


class EditForm(Form):
    called = gettext_lazy("Site of charging or parking")
    elements = {"operator": "", "spot": "", "name": ""}  # a firm or a unit, and a place

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    name = forms.CharField(label=gettext_lazy("Name of the site"), max_length=80)
    spot = forms.CharField(label=gettext_lazy("Where it is"), max_length=120)
    operator = forms.CharField(label=gettext_lazy("Operated by"), max_length=80)
    price = forms.CharField(label=gettext_lazy("What it costs"), max_length=200, help_text=gettext_lazy("Energy and service apart, as on the notice there; or free of charge."))  # fmt: skip
    price_source = forms.CharField(label=gettext_lazy("Who says so"), max_length=200, help_text=gettext_lazy("The price notice, contract or decision, with its day."))  # fmt: skip
    spaces = forms.IntegerField(label=gettext_lazy("Spaces in all (where not each has a sensor)"), min_value=1, max_value=100_000, required=False)  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in SITE_KINDS]  # type: ignore[attr-defined]


class OpenForm(EditForm):
    lat = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90)
    lon = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180)


class CodesForm(Form):
    codes = forms.CharField(label=gettext_lazy("Codes of devices, one a line"), widget=forms.Textarea(attrs={"rows": 6}), max_length=60_000)  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def sites(request: HttpRequest) -> HttpResponseBase:
    actor = asking(request)
    return SiteTable(request, selectors.sites(actor)).response("sensing/desk/sites.html", {"may_open": actor.may(OPEN)})  # fmt: skip


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    actor = asking(request)
    insist(None if actor.may(OPEN) else Refusal("not_allowed"))
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told, made = form.cleaned_data, None
        area = orgs.locate(told["lon"], told["lat"]) or ""
        with form.refusals("lat"):
            insist(None if area and actor.may(OPEN, area) else Refusal("site_place", {"field": "lat"}))  # fmt: skip
            made = actions.open_site(actor=actor, area=area, at=moment(request), **told)
        if made is not None and not form.errors:
            messages.success(request, _("Entered. Put its devices to it, so that residents see what is free."))  # fmt: skip
            return redirect("sensing:site", made.pk)
    return render(request, "sensing/desk/site_form.html", {"form": form, "label": _("Enter a site"), "map": _pick(actor)})  # fmt: skip


def _pick(actor: Actor) -> dict[str, Any]:
    """One's own area whole; the cross writes nothing until the map was moved."""
    own = sorted(grant.area for grant in actor.grants if OPEN in grant.capabilities)
    area = own[0][: Level.COMMUNITY] if own else settings().county
    return {"pick": {"lat": "id_lat", "lon": "id_lon"}, "areas": f"{reverse('orgs:shapes', args=[area])}?level=15"}  # fmt: skip


@require_GET
@only(Kind.STAFF)
def site(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them: what is free, its devices and what each says."""
    actor, at = asking(request), moment(request)
    found = selectors.site(actor, pk)
    listed = list(selectors.devices_of_site(actor, found))
    said = selectors.latest_of(actor, [one.pk for one in listed])
    rows = [(one, _said(said.get(one.pk, {}))) for one in listed]
    now = selectors.free_at(actor, [found], at)[found.pk]
    context = {
        "here": found, "kind": kind_name(found), "place": orgs.place_name(found.area, 3), "now": now, "chip": free_chip(now), "rows": rows,
        "may_edit": not found.closed_at and actor.may(EDIT, found.area), "map": _map([(found, now)]),
    }  # fmt: skip
    return render(request, "sensing/desk/site.html", context)


@page
@only(Kind.STAFF)
def act(request: HttpRequest, pk: UUID, word: str) -> HttpResponse:
    """Told otherwise, given devices, closed."""
    actor = asking(request)
    found = selectors.site(actor, pk)
    insist(None if actor.may(EDIT, found.area) else Refusal("not_allowed"))
    insist(Refusal("site_closed") if found.closed_at else None)
    given = request.POST if request.method == "POST" else None
    form: Form
    if word == "description":
        form = EditForm(given, initial={name: getattr(found, name) for name in EditForm.base_fields})  # type: ignore[attr-defined]  # fmt: skip
    else:
        form = CodesForm(given) if word == "devices" else Form(given)
    if given is not None and form.is_valid():
        at = moment(request)
        with form.refusals():
            if word == "description":
                actions.edit_site(actor=actor, site=found, at=at, **form.cleaned_data)
                messages.success(request, _("Changed."))
            elif word == "devices":
                codes = [line.strip() for line in form.cleaned_data["codes"].splitlines() if line.strip()]  # fmt: skip
                many = actions.fill_site(actor=actor, site=found, codes=codes, at=at)
                messages.success(request, ngettext("%(n)d device counts for this site.", "%(n)d devices count for this site.", many) % {"n": many})  # fmt: skip
            else:
                actions.close_site(actor=actor, site=found, at=at)
                messages.success(request, _("Closed."))
        if not form.errors:
            return redirect("sensing:site", pk)
    label = {"description": _("Describe it otherwise"), "devices": _("Put devices to it"), "closure": _("Close this site")}[word]  # fmt: skip
    return render(request, "sensing/desk/site_form.html", {"form": form, "label": label, "here": found, "closing": word == "closure"})  # fmt: skip


@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """Where to charge and to park in a community, what is free, what it costs and who says so. Anybody may read it."""
    actor, at = asking(request), moment(request)
    areas = selectors.site_communities(actor)
    resident = registry.resident_of(actor)
    own = [resident.area[: Level.COMMUNITY]] if resident else []
    chosen = next((one for one in (request.GET.get("area", ""), *own, *areas) if one in areas), "")
    kind = request.GET.get("kind", "")
    rows = selectors.public_sites(actor, chosen, kind if kind in SITE_KINDS else "") if chosen else []  # fmt: skip
    free = selectors.free_at(actor, rows, at)
    pairs = [(row, free[row.pk]) for row in rows]
    context = {
        "rows": [_line(row, now) for row, now in pairs], "areas": [(one, orgs.place_name(one, 2)) for one in areas], "chosen": chosen,
        "kinds": [(one.key, str(one.name)) for one in SITE_KINDS], "kind": kind, "map": _map(pairs),
    }  # fmt: skip
    return render(request, "sensing/public/sites.html", context)


@require_GET
def board(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The board at a gate: one number, readable from a car; it comes anew every half minute."""
    actor, at = asking(request), moment(request)
    found = selectors.public_site(actor, pk)
    now = selectors.free_at(actor, [found], at)[found.pk]
    answer = render(request, "sensing/public/site_board.html", {"line": _line(found, now)})
    answer["Refresh"] = "30"
    return answer


@panel("orgs.community", order=65)
def here(request: HttpRequest, area: str = "", **_facts: Any) -> tuple[str, dict[str, Any]] | None:
    """Sites of a community and what is free there."""
    rows = selectors.public_sites(asking(request), area)[:8] if len(area) == Level.COMMUNITY else []
    if not rows:
        return None
    free = selectors.free_at(asking(request), rows, moment(request))
    return "sensing/public/sites_panel.html", {"rows": [_line(row, free[row.pk]) for row in rows], "area": area}  # fmt: skip


def _line(row: Site, now: Counted) -> dict[str, Any]:
    return {"site": row, "kind": kind_name(row), "icon": icon_of(row), "now": now, "chip": free_chip(now)}  # fmt: skip


def _said(latest: dict[str, Any]) -> list[str]:
    return [f"{shown.measure_name(key)} {shown.value_of(key, latest[key].value)}" for key in ("port", "occupied", "spaces_free", "power", "temperature") if key in latest]  # fmt: skip


def _map(pairs: list[tuple[Site, Counted]]) -> dict[str, Any]:
    if not pairs:
        return {}
    first = pairs[0][0]
    points = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [round(row.lon, 6), round(row.lat, 6)]},
            "properties": {"id": str(row.pk), "number": str(n), "name": f"{row.name} · {free_chip(now).label}", "state": free_chip(now).kind, "note": row.price},
        }
        for n, (row, now) in enumerate(pairs, 1)
    ]  # fmt: skip
    return {"points": {"type": "FeatureCollection", "features": points}, "areas": f"{reverse('orgs:shapes', args=[first.area[:Level.COMMUNITY]])}?level=15"} | ({"centre": [first.lon, first.lat], "zoom": 16} if len(pairs) == 1 else {})  # fmt: skip
