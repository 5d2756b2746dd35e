"""Tours: bins that were emptied, patrols of residents and robots; the list with its shares, one of them, noting one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import TOUR_KINDS, TYPES, TourKind
from lifang.sensing.models import Device
from lifang.sensing.web import shown
from lifang.sensing.web.here import asking, moment
from lifang.sensing.web.tables import area_choice

page = require_http_methods(["GET", "POST"])
MONTH = timedelta(days=30)
_STOP = "stop_"
STOPS_A_PAGE = 60


def kind_name(key: str) -> str:
    return str(TOUR_KINDS[key].name) if key in TOUR_KINDS else key


class TourTable(Table):
    begun_at = Column(gettext_lazy("Begun"), cell="time", sort="begun_at", link=lambda row: reverse("sensing:tour", args=[row.pk]))  # fmt: skip
    kind = Column(gettext_lazy("Kind"), value=lambda row: kind_name(row.kind))
    who = Column(gettext_lazy("Vehicle or team"))
    area = Column(gettext_lazy("Area"), value=lambda row: orgs.place_name(row.area, 2))
    total = Column(gettext_lazy("Stops"), cell="number", sort="total")
    good = Column(gettext_lazy("In order"), cell="number")
    missed = Column(gettext_lazy("Left out"), cell="number", sort="missed")
    note = Column(gettext_lazy("Note"), wide=True)

    key = "tours"
    search = ("who", "note")
    order = "-begun_at"
    empty = Empty(
        gettext_lazy("No tour is noted here."),
        gettext_lazy("Note what a collection, a robot or a patrol came by and found."),
        icon="route",
    )

    def __init__(self, request: HttpRequest, rows: Any) -> None:
        super().__init__(request, rows)
        self.filters = (  # type: ignore[misc]  # per request: areas differ
            Choice("kind", _("Kind"), {one.key: one.name for one in TOUR_KINDS}),
            area_choice(self.actor),
            Period("begun_at", _("Begun")),
        )


class ChooseForm(Form):
    kind = forms.ChoiceField(label=gettext_lazy("What kind of tour?"))
    area = forms.ChoiceField(label=gettext_lazy("Area"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = orgs.home_of(actor)
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in TOUR_KINDS]  # type: ignore[attr-defined]
        self.fields["area"].choices = [(home, orgs.place_name(home, 2) or home), *orgs.parts_of(actor).items()]  # type: ignore[attr-defined]  # fmt: skip


def _time(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])  # fmt: skip


class TourForm(Form):
    called = gettext_lazy("Tour")
    elements = {"who": ""}  # a vehicle or a team

    who = forms.CharField(label=gettext_lazy("Vehicle or team"), max_length=60, help_text=gettext_lazy("A number plate or a team, no person's name."))  # fmt: skip
    begun = _time(gettext_lazy("Begun"))
    ended = _time(gettext_lazy("End of the tour"))
    note = forms.CharField(label=gettext_lazy("What was found"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip

    def __init__(self, *args: Any, kind: TourKind, stops: list[Device], number: int = 1, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        first = (number - 1) * STOPS_A_PAGE
        here = {one.pk for one in stops[first : first + STOPS_A_PAGE]}
        results = [(one.key, str(one.name)) for one in kind.results]
        if not kind.types:
            self.fields[_STOP] = forms.ChoiceField(label=_("How was it?"), choices=results, widget=forms.RadioSelect)  # fmt: skip
        for one in stops:
            name = _STOP + str(one.pk)
            if one.pk not in here and not (self.data or self.initial).get(name):
                continue  # on another page, and nothing said of it there
            label = f"{one} · {shown.where(one)}"
            field = forms.ChoiceField(label=label, choices=[("", _("Not on this tour")), *results], required=False)  # fmt: skip
            field.sometimes = True  # type: ignore[attr-defined]  # its first choice says what empty means
            if one.pk not in here:
                field.widget = forms.HiddenInput()
            self.fields[name] = field

    def given(self) -> dict[str, Any]:
        """As the action asks for it."""
        facts = dict(self.cleaned_data)
        found = {key.removeprefix(_STOP): facts.pop(key) for key in list(facts) if key.startswith(_STOP)}  # fmt: skip
        return {**facts, "found": {key: value for key, value in found.items() if value}}


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def tours(request: HttpRequest) -> HttpResponseBase:
    actor = asking(request)
    shares = [(kind_name(one.kind), one, f"{one.good / one.stops:.0%}") for one in selectors.shares(actor, moment(request) - MONTH)]  # fmt: skip
    table = TourTable(request, selectors.tours(actor))
    return table.response("sensing/desk/tours.html", {"may_note": actor.may("sensing.note_tour"), "shares": shares})  # fmt: skip


@require_GET
@only(Kind.STAFF)
def tour(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where it came by, what was found there, and what the devices there say now."""
    actor = asking(request)
    found = selectors.tour(actor, pk)
    stops = [(key, code, _result(found.kind, result)) for key, code, result in found.stops]
    here = {str(one.pk): one for one in selectors.devices(actor).filter(pk__in=[key for key, *_rest in stops if key])}  # fmt: skip
    said = selectors.latest_of(actor, [one.pk for one in here.values()])
    rows = [(here.get(key), code, chip, _now(here.get(key), said)) for key, code, chip in stops]
    context = {"tour": found, "kind": kind_name(found.kind), "place": orgs.place_name(found.area, 3), "rows": rows}  # fmt: skip
    return render(request, "sensing/desk/tour.html", context)


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    """Kind and area first; then what was found at each stop there."""
    actor = asking(request)
    insist(None if actor.may("sensing.note_tour") else Refusal("not_allowed"))
    asked = request.GET if "kind" in request.GET else None
    chosen = ChooseForm(asked, actor=actor)
    if asked is None or not chosen.is_valid():
        return render(request, "sensing/desk/tour_new.html", {"form": chosen, "choosing": True})
    kind, area = chosen.cleaned_data["kind"], chosen.cleaned_data["area"]
    spec, stops = TOUR_KINDS[kind], selectors.tour_stops(actor, kind, area)
    begun = _local(moment(request) - timedelta(hours=1))
    pages = range(1, -(-len(stops) // STOPS_A_PAGE) + 1)
    turned = request.POST.get("go", "")  # another page of stops; what was said so far is kept
    number = next((one for one in pages if str(one) == (turned or request.POST.get("page"))), 1)
    said = request.POST.dict() if turned else {"begun": begun, "ended": _local(moment(request))}
    form = TourForm(None if turned else request.POST or None, kind=spec, stops=stops, number=number, initial=said)  # fmt: skip
    if request.method == "POST" and not turned and form.is_valid():
        made = None
        with form.refusals():
            made = actions.note_tour(actor=actor, kind=kind, area=area, at=moment(request), **form.given())  # fmt: skip
        if made is not None and not form.errors:
            messages.success(request, _("Noted."))
            return redirect("sensing:tour", made.pk)
    context = {
        "form": form, "kind": spec.name, "place": orgs.place_name(area, 2), "nowhere": bool(spec.types) and not stops,
        "pages": pages if len(pages) > 1 else (), "number": number, "many": len(stops),
    }  # fmt: skip
    return render(request, "sensing/desk/tour_new.html", context)


def _local(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%dT%H:%M}"


def _result(kind: str, key: str) -> Chip:
    for one in TOUR_KINDS[kind].results if kind in TOUR_KINDS else ():
        if one.key == key:
            return Chip("done" if one.good else "danger" if one.missed else "waiting", one.name)
    return Chip("idle", key)


def _now(device: Device | None, said: dict[UUID, dict[str, Any]]) -> str:
    """The first of its main values, as it is now."""
    if device is None or device.type not in TYPES:
        return ""
    latest = said.get(device.pk, {})
    first = next((key for key in TYPES[device.type].main if key in latest), "")
    return f"{shown.measure_name(first)} {shown.value_of(first, latest[first].value)}" if first else ""  # fmt: skip
