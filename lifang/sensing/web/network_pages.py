"""Networks: coverage of fibre, 5G and broadcasting by community, what is known of each building, noting what was found."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Kind, Refusal, insist
from lifang.core.geo.divisions import Level
from lifang.core.ids import new_id
from lifang.core.web.forms import Form, date_input
from lifang.core.web.panels import panel
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import NETWORK_KINDS
from lifang.sensing.models import NetworkCheck
from lifang.sensing.web import device_page
from lifang.sensing.web.here import asking, moment
from lifang.sensing.web.safety_pages import by_estate, told_apart

page = require_http_methods(["GET", "POST"])
NOTE = "sensing.note_network"


class NetworkForm(Form):
    called = gettext_lazy("Network")
    elements = {"operator": ""}  # a company

    kind = forms.ChoiceField(label=gettext_lazy("Which network?"), widget=forms.RadioSelect)
    operator = forms.CharField(label=gettext_lazy("Operator"), max_length=60)
    covered = forms.ChoiceField(label=gettext_lazy("What was found?"), widget=forms.RadioSelect)
    measured = forms.FloatField(label=gettext_lazy("Measured value"), required=False)
    found_on = forms.DateField(label=gettext_lazy("On which day"), widget=date_input())
    evidence = forms.CharField(label=gettext_lazy("Evidence"), max_length=200, help_text=gettext_lazy("The operator's letter with its number; or where and with what it was measured."))  # fmt: skip
    everywhere = forms.BooleanField(label=gettext_lazy("All buildings of the community"), required=False)  # fmt: skip
    buildings = forms.MultipleChoiceField(label=gettext_lazy("Which buildings"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, found: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(one.key, f"{one.name} · {one.ask} ≥ {one.limit:g} {one.unit}") for one in NETWORK_KINDS]  # type: ignore[attr-defined]  # fmt: skip
        self.fields["covered"].choices = [("yes", _("The operator states: covered")), ("no", _("Not covered")), ("measured", _("It was measured, see the value"))]  # type: ignore[attr-defined]  # fmt: skip
        self.fields["buildings"].choices = [(one.pk, f"{one.estate} {one.name}".strip()) for one in told_apart(found.values())]  # type: ignore[attr-defined]  # fmt: skip


@require_GET
@only(Kind.STAFF)
def networks(request: HttpRequest) -> HttpResponse:
    """By community: homes, and the share of each network."""
    actor = asking(request)
    home = orgs.home_of(actor)
    area = request.GET.get("area", "")
    area = area if area.isascii() and area.isdigit() and len(area) <= 15 and actor.scope.covers(area) else home  # fmt: skip
    wide = len(area) < Level.COUNTY or not actor.scope.covers(area)
    rows = {} if wide else selectors.network_rates(actor, area)
    names = orgs.names_of(rows, 2)
    context = {
        "kinds": NETWORK_KINDS.all(), "rows": [(code, names[code] or code, found[0].homes if found else 0, named(found)) for code, found in rows.items()],
        "wide": wide, "choices": device_page.parts(actor, area),
    }  # fmt: skip
    return render(request, "sensing/desk/networks.html", context)


@require_GET
@only(Kind.STAFF)
def community(request: HttpRequest, area: str) -> HttpResponse:
    """One community: what is known of each building."""
    actor = asking(request)
    insist(None if actor.scope.covers(area) else Refusal("not_found"))
    homes, holding = selectors.network_homes(actor, area), selectors.network_holding(actor, area)
    context = {
        "area": area, "place": orgs.place_name(area, 2), "kinds": NETWORK_KINDS.all(), "rates": named(selectors.network_rates(actor, area).get(area, [])),
        "rows": buildings(homes, holding), "may_note": actor.may(NOTE, area),
    }  # fmt: skip
    return render(request, "sensing/desk/network.html", context)


@page
@only(Kind.STAFF)
def new(request: HttpRequest, area: str) -> HttpResponse:
    """What an operator states or somebody measured, of some buildings."""
    actor = asking(request)
    insist(None if actor.may(NOTE, area) else Refusal("not_allowed"))
    found = {str(one.pk): one for one in selectors.network_homes(actor, area)}
    form = NetworkForm(request.POST or None, found=found, initial={"token": new_id(), "found_on": localtime(moment(request)).date()})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said, many = form.cleaned_data, 0
        measured = said["covered"] == "measured"
        named_ = list(found.values()) if said["everywhere"] else [found[pk] for pk in said["buildings"]]  # fmt: skip
        with form.refusals("measured"):
            many = actions.note_network(
                actor=actor, area=area, kind=said["kind"], operator=said["operator"], evidence=said["evidence"], found_on=said["found_on"],
                measured=said["measured"] if measured else None, covered=None if measured else said["covered"] == "yes",
                buildings=named_, batch=said["token"], at=moment(request),
            )  # fmt: skip
        if not form.errors:
            messages.success(request, ngettext("Noted for %(n)d building.", "Noted for %(n)d buildings.", many) % {"n": many})  # fmt: skip
            return redirect("sensing:network", area)
    context = {"form": form, "area": area, "place": orgs.place_name(area, 2), "estates": by_estate(found.values()), "ticked": form["buildings"].value() or ()}  # fmt: skip
    return render(request, "sensing/desk/network_new.html", context)


@require_GET
def public(request: HttpRequest, area: str) -> HttpResponse:
    """Networks of a community by building, for everybody."""
    rates, homes, holding = selectors.public_networks(asking(request), area)
    if not homes:
        raise Http404
    context = {"place": orgs.place_name(area, 2), "kinds": NETWORK_KINDS.all(), "rates": named(rates), "rows": buildings(homes, holding)}  # fmt: skip
    return render(request, "sensing/public/networks.html", context)


@panel("orgs.community", order=70)
def here(request: HttpRequest, area: str = "", **_facts: Any) -> tuple[str, dict[str, Any]] | None:
    """Coverage of a community in a line each."""
    if len(area) != Level.COMMUNITY:
        return None
    rates, _homes, holding = selectors.public_networks(asking(request), area)
    return ("sensing/public/networks_panel.html", {"rates": named(rates), "area": area}) if holding else None  # fmt: skip


def named(rates: list[Any]) -> list[tuple[str, Any]]:
    return [(str(NETWORK_KINDS[one.kind].name), one) for one in rates]


def buildings(homes: list[Any], holding: list[NetworkCheck]) -> list[dict[str, Any]]:
    """A building a line: for each network who covers it, who does not, or that nobody has said; gaps first."""
    said: dict[tuple[UUID, str], list[NetworkCheck]] = defaultdict(list)
    for row in holding:
        said[(row.building_id, row.kind)].append(row)
    lines = []
    for one in told_apart(homes):
        cells = [{"found": said[(one.pk, kind.key)], "covered": any(row.covered for row in said[(one.pk, kind.key)]), "kind": kind} for kind in NETWORK_KINDS]  # fmt: skip
        lines.append({"name": f"{one.estate} {one.name}".strip(), "doors": one.doors, "cells": cells, "gaps": sum(not cell["covered"] for cell in cells)})  # fmt: skip
    return sorted(lines, key=lambda line: -line["gaps"])
