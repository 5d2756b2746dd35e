"""Safety: what the police tell the people of some buildings, the board that police and communities share, what everybody reads."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, DateTimeField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.geo.divisions import Level
from lifang.core.ids import new_id
from lifang.core.web.forms import Form, date_input
from lifang.core.web.panels import filled, panel
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import RULES, SAFETY_KINDS, SafetyKind
from lifang.sensing.models import SafetyNotice
from lifang.sensing.rules import safety as rules
from lifang.sensing.web.here import asking, moment
from lifang.sensing.web.tables import area_choice

page = require_http_methods(["GET", "POST"])
SEE, TELL, END = "sensing.see_safety", "sensing.tell_safety", "sensing.end_safety"
MONTH = timedelta(days=30)
LISTED, NAMED = 8, 3


def kind_of(key: str) -> SafetyKind | None:
    return SAFETY_KINDS.get(key)


def where(row: SafetyNotice) -> str:
    """Its first buildings, and how many there are."""
    names = [name for _pk, name in row.places]
    said = _(", ").join(names[:NAMED])
    return said if len(names) <= NAMED else _("%(names)s and others, %(n)d buildings") % {"names": said, "n": len(names)}  # fmt: skip


def chip(row: SafetyNotice, at: Any) -> Chip:
    if rules.stands(row.until, row.ended_at, at):
        return Chip("waiting", gettext_lazy("Shown now"))
    return (
        Chip("done", gettext_lazy("Came to an end"))
        if row.ended_at
        else Chip("idle", gettext_lazy("Its time is over"))
    )


class SafetyTable(Table):
    title = Column(gettext_lazy("What the notice says"), link=lambda row: reverse("sensing:safety_notice", args=[row.pk]), wide=True)  # fmt: skip
    kind = Column(gettext_lazy("Kind"), value=lambda row: str(SAFETY_KINDS[row.kind].name) if row.kind in SAFETY_KINDS else row.kind)  # fmt: skip
    area = Column(gettext_lazy("Community"), value=lambda row: orgs.place_name(row.area, 1))
    unit = Column(gettext_lazy("Which station"), value=lambda row: str(row.unit.name))
    noted_at = Column(gettext_lazy("Told on"), cell="time", sort="noted_at")
    told = Column(gettext_lazy("Accounts told"), cell="number", sort="told")
    state = Column(gettext_lazy("State"), cell="state", value=lambda row: chip(row, row.now))

    key = "safety"
    search = ("title", "text")
    order = "-noted_at"
    empty = Empty(
        gettext_lazy("The police have told nothing here yet."),
        gettext_lazy("What a police station tells the people of chosen buildings is kept here."),
        icon="shield",
    )  # fmt: skip

    def __init__(self, request: HttpRequest, rows: Any) -> None:
        super().__init__(request, rows)
        self.filters = (  # type: ignore[misc]  # per request: areas differ
            Choice("kind", _("Kind"), {one.key: one.name for one in SAFETY_KINDS}),
            area_choice(self.actor),
        )


class WhereForm(Form):
    unit = forms.ChoiceField(label=gettext_lazy("Police station"))
    area = forms.ChoiceField(label=gettext_lazy("Community"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stations = {str(one.pk): one for one in selectors.stations(actor)}
        self.fields["unit"].choices = [(pk, str(one.name)) for pk, one in self.stations.items()]  # type: ignore[attr-defined]
        if len(self.stations) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = next(iter(self.stations))
        areas = dict.fromkeys(code for one in self.stations.values() for code in orgs.codes_inside(one.area, Level.COMMUNITY))  # fmt: skip
        self.fields["area"].choices = [(code, orgs.place_name(code, 2)) for code in areas]  # type: ignore[attr-defined]


class TellForm(Form):
    called = gettext_lazy("Safety notice")
    elements = {"happened_on": ""}  # the day of what happened

    kind = forms.ChoiceField(label=gettext_lazy("What kind of notice?"), widget=forms.RadioSelect)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)
    text = forms.CharField(label=gettext_lazy("What the notice says"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}), help_text=gettext_lazy("Everybody reads it: nobody's name, telephone, flat or plate. What everybody can do is added by itself."))  # fmt: skip
    happened_on = forms.DateField(label=gettext_lazy("On which day it happened (for what happened alone)"), required=False, widget=date_input())  # fmt: skip
    days = forms.TypedChoiceField(label=gettext_lazy("How long it is shown"), coerce=int)
    everywhere = forms.BooleanField(label=gettext_lazy("All buildings of the community"), required=False)  # fmt: skip
    buildings = forms.MultipleChoiceField(label=gettext_lazy("Which buildings"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, found: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in SAFETY_KINDS]  # type: ignore[attr-defined]
        spans = [(1, _("One day")), (7, _("One week")), (30, _("A month")), (90, _("Three months"))]
        self.fields["days"].choices = spans  # type: ignore[attr-defined]
        self.fields["buildings"].choices = [(pk, one.name) for pk, one in found.items()]  # type: ignore[attr-defined]


class EndForm(Form):
    called = gettext_lazy("Safety notice")

    outcome = forms.CharField(label=gettext_lazy("How did it come out?"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=gettext_lazy("With a word here the same people are told; without it the notice goes in silence."))  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def board(request: HttpRequest) -> HttpResponseBase:
    """What police and community both look at: notices, what residents reported, open alarms."""
    actor = asking(request)
    insist(None if actor.may(SEE) else Refusal("not_allowed"))
    at = moment(request)
    area = request.GET.get("area", "")
    area = area if area.isdecimal() and area.isascii() and len(area) <= 15 else ""
    rows = selectors.safety_notices(actor).annotate(now=Value(at, output_field=DateTimeField()))
    context = {
        "may_tell": actor.may(TELL) and bool(selectors.stations(actor)),
        "alarms": _alarms(actor, area),
        "beside": filled("sensing.safety.board", request, area=area, since=at - MONTH),
    }
    return SafetyTable(request, rows).response("sensing/desk/safety.html", context)


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    """Station and community; what and in which buildings; a look at whom it reaches; then it is told."""
    actor = asking(request)
    insist(None if actor.may(TELL) and selectors.stations(actor) else Refusal("not_allowed"))
    asked = request.GET if "area" in request.GET else None
    chosen = WhereForm(asked, actor=actor)
    if asked is None or not chosen.is_valid():
        return render(request, "sensing/desk/safety_new.html", {"form": chosen, "choosing": True})
    unit, area = chosen.stations[chosen.cleaned_data["unit"]], chosen.cleaned_data["area"]
    found = {str(one.pk): one for one in selectors.buildings_of(actor, area)}
    form = TellForm(request.POST or None, found=found, initial={"token": new_id(), "days": 7})
    facts = {"form": form, "place": orgs.place_name(area, 2), "unit": unit, "area": area, "estates": by_estate(found.values()), "ticked": form["buildings"].value() or ()}  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return render(request, "sensing/desk/safety_new.html", facts)
    said, at = form.cleaned_data, moment(request)
    named = list(found.values()) if said["everywhere"] else [found[pk] for pk in said["buildings"]]
    until, happened = at + timedelta(days=said["days"]), said["happened_on"]
    with form.refusals("text"):
        insist(rules.fits(said["kind"], said["title"], said["text"], happened, len(named), until, at))  # fmt: skip
        if request.POST.get("seen") == "yes":
            actions.tell_safety(
                actor=actor, unit=unit, area=area, kind=said["kind"], title=said["title"], text=said["text"], happened_on=happened,
                buildings=named, until=until, batch=said["token"], at=at,
            )  # fmt: skip
    if form.errors:
        return render(request, "sensing/desk/safety_new.html", facts)
    if request.POST.get("seen") == "yes":
        messages.success(request, _("Published. The people of these buildings are being told."))
        return redirect("sensing:safety_board")
    kept = [(name, value) for name in form.fields for value in request.POST.getlist(name)]
    facts = {
        "kept": kept, "said": said, "kind": SAFETY_KINDS[said["kind"]], "many": len(named), "names": _(", ").join(f"{one.estate} {one.name}".strip() for one in named[:12]),
        "until": until, "place": orgs.place_name(area, 2), "reach": selectors.safety_reach(actor, [one.pk for one in named]),
    }  # fmt: skip
    return render(request, "sensing/desk/safety_look.html", facts)


@page
@only(Kind.STAFF)
def notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them; its station ends it."""
    actor = asking(request)
    insist(None if actor.may(SEE) else Refusal("not_allowed"))
    found, at = selectors.safety_notice(actor, pk), moment(request)
    form = EndForm(request.POST or None)
    mine = actor.may(END) and found.unit_id in {one.pk for one in selectors.stations(actor)}
    if request.method == "POST":
        insist(None if mine else Refusal("not_allowed"))
        if form.is_valid():
            with form.refusals("outcome"):
                actions.end_safety(actor=actor, notice=found, outcome=form.cleaned_data["outcome"], at=at)  # fmt: skip
            if not form.errors:
                messages.success(request, _("Ended."))
                return redirect("sensing:safety_notice", pk)
    context = {
        "notice": found, "kind": kind_of(found.kind), "place": orgs.place_name(found.area, 2), "chip": chip(found, at),
        "form": form if mine and rules.stands(found.until, found.ended_at, at) else None,
    }  # fmt: skip
    return render(request, "sensing/desk/safety_notice.html", context)


@require_GET
def public(request: HttpRequest) -> HttpResponse:
    """What stands today, of one's own building first. Anybody may read it."""
    actor, at = asking(request), moment(request)
    own = {row.pk for row in selectors.own_safety(actor, at)}
    rows = sorted(selectors.public_safety(actor, at), key=lambda row: row.pk not in own)
    context = {"rows": lines(rows, own), "beside": filled("sensing.safety.public", request)}
    return render(request, "sensing/public/safety.html", context)


def lines(rows: list[SafetyNotice], own: Any = ()) -> list[dict[str, Any]]:
    return [{"row": one, "kind": kind_of(one.kind), "where": where(one), "place": orgs.place_name(one.area, 1), "own": one.pk in own} for one in rows]  # fmt: skip


@panel("my.home", order=6)
def told_me(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What the police tell the people of one's building."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.own_safety(actor, moment(request))
    return ("sensing/public/safety_panel.html", {"rows": lines(rows)}) if rows else None


@panel("orgs.community", order=6)
def told_here(request: HttpRequest, area: str = "", **_facts: Any) -> tuple[str, dict[str, Any]] | None:  # fmt: skip
    """The same of an area, for everybody."""
    rows = selectors.public_safety(asking(request), moment(request), area)[:LISTED]
    return ("sensing/public/safety_panel.html", {"rows": lines(rows)}) if rows else None


def told_apart(found: Iterable[Any]) -> list[Any]:
    """Buildings with names to choose by: two of one name in one estate are said with the grid they stand in, then counted."""
    told = _renamed(list(found), lambda one, _n: f"{one.name} · {orgs.place_name(one.area, 1)}")
    return _renamed(told, lambda one, n: f"{one.name} · {n}")


def _renamed(told: list[Any], name: Callable[[Any, int], str]) -> list[Any]:
    """Those that share a name are given another."""
    times, seen = Counter((one.estate, one.name) for one in told), Counter[tuple[str, str]]()
    for n, one in enumerate(told):
        called = (one.estate, one.name)
        if times[called] > 1:
            seen[called] += 1
            told[n] = one._replace(name=name(one, seen[called]))
    return told


def by_estate(found: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """Buildings by estate, each with a name of its own."""
    named = sorted(told_apart(found), key=lambda one: one.estate)
    return [(estate, list(rows)) for estate, rows in groupby(named, key=lambda one: one.estate)]


def _alarms(actor: Actor, area: str) -> list[tuple[str, int, str]]:
    """Open alarms by their rule, the most first; for who answers alarms."""
    if not actor.may("sensing.acknowledge"):
        return []
    rows = selectors.wall(actor, area).order_by().values_list("rule").annotate(n=Count("pk"))
    counted = sorted(rows, key=lambda one: (-one[1], one[0]))[:LISTED]
    listed = f"{reverse('sensing:alarms')}?show=open&area={area}&rule="
    return [(str(RULES[key].name) if key in RULES else key, n, f"{listed}{key}") for key, n in counted]  # fmt: skip
