"""Somebody comes to one's home: ordered by the person, the family or a worker; made, and what came of it."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import DateTimeField, F, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES, HOME_VISIT
from lifang.affairs.models import HomeVisit, Mandate
from lifang.affairs.rules import day_of
from lifang.affairs.web.own import acting
from lifang.affairs.web.picking import Folded, by_topic
from lifang.core.access import SYSTEM, Actor, Kind, Refusal, Refused, insist
from lifang.core.access.wall import behind
from lifang.core.flow import selectors as flow
from lifang.core.flow.lines import Line, tells
from lifang.core.web.forms import Form
from lifang.core.web.show import TONES, Chip, Entry
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import selectors as registry

Facts = dict[str, Any]
SIGNS = {"start": "home-heart", "assign": "user-check", "phone": "phone", "arrive": "map-pin", "late": "clock-exclamation", "close": "check", "miss": "x", "turn_down": "x", "cancel": "arrow-back-up"}  # fmt: skip


class OrderForm(Form):
    called = gettext_lazy("Order a home visit")
    guides = forms.MultipleChoiceField(label=gettext_lazy("What is to be done at home"), widget=Folded)  # fmt: skip
    slot = forms.ChoiceField(label=gettext_lazy("When may somebody come"), help_text=gettext_lazy("Somebody phones before."))  # fmt: skip
    telephone = forms.CharField(label=gettext_lazy("Telephone at which somebody answers"), max_length=24, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))  # fmt: skip
    home = forms.CharField(label=gettext_lazy("Where to, if it is not the address on record"), max_length=200, required=False)  # fmt: skip
    note = forms.CharField(label=gettext_lazy("What to mind: a bed, a dog, hard of hearing"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip

    def __init__(self, *args: Any, times: Iterable[Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["guides"].choices = by_topic([one for one in GUIDES if one.visit])  # type: ignore[attr-defined]
        free = [localtime(one.at) for one in times if one.free]
        days = groupby(free, key=lambda one: one.date())
        told = [(f"{day:%Y-%m-%d}", [(one.isoformat(), f"{one:%m-%d %H:%M}") for one in slots]) for day, slots in days]  # fmt: skip
        self.fields["slot"].choices = told  # type: ignore[attr-defined]

    def told(self) -> Facts:
        """As the actions take it."""
        found = dict(self.cleaned_data)
        slot = datetime.fromisoformat(found.pop("slot"))
        return {**found, "slot_at": slot}


def _times(actor: Actor, person: Any, at: datetime) -> list[Any]:
    point = selectors.visiting_point(actor, person.area) if person is not None else None
    return selectors.home_slots(actor, point, at) if point else []


def chip(row: HomeVisit, at: datetime | None = None) -> Chip:
    """Where it stands; at the desk with the time, past which it is overdue."""
    if at and row.due_at and row.due_at < at and row.state in selectors.COMING:
        return Chip("late", _("Past its time") if row.state == "assigned" else _("Nobody named in time"))  # fmt: skip
    stage = HOME_VISIT().state[row.state]
    return Chip(TONES[stage.tone], stage.name)


def matters(row: HomeVisit) -> list[Any]:
    return [GUIDES[key] for key in row.guides if key in GUIDES]


def _acted(actor: Actor, text: str, at: datetime) -> Mandate | None:
    """The authority named in the address: whose helper asks."""
    mine = [one for one in selectors.own_mandates(actor) if one.account_id == actor.id and one.until >= day_of(at)]  # fmt: skip
    found = next((one for one in mine if str(one.pk) == text), None)
    if text and found is None:
        raise Refused("not_found")
    return found


@require_GET
@only(Kind.RESIDENT)
def mine(request: HttpRequest) -> HttpResponse:
    """Those that come to me, and those I ordered for somebody."""
    actor, _at = acting(request)
    rows = [{"row": one, "chip": chip(one), "matters": matters(one)} for one in selectors.own_home_visits(actor)]  # fmt: skip
    return _private(render(request, "affairs/home/mine.html", {"rows": rows}))


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def ordering(request: HttpRequest) -> HttpResponseBase:
    """For oneself, or for whom one may act."""
    actor, at = acting(request)
    mandate = _acted(actor, request.GET.get("for", ""), at)
    person = mandate.principal if mandate else registry.me(actor)
    known = selectors.given(actor, person, day_of(at)) if person is not None and not mandate else {}
    initial = {"guides": [request.GET.get("matter", "")], "telephone": known["person.telephone"].value if "person.telephone" in known else ""}  # fmt: skip
    form = OrderForm(request.POST if request.method == "POST" else None, times=_times(actor, person, at), initial=initial)  # fmt: skip
    if mandate:
        allowed = [one for one in GUIDES if one.visit and one.key in mandate.guides]
        form.fields["guides"].choices = by_topic(allowed)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        with form.refusals("guides"):
            made = actions.order_home_visit(actor=actor, mandate=mandate, at=at, **form.told())
        if not form.errors:
            messages.success(request, _("Ordered. You are told who comes, and somebody phones before."))  # fmt: skip
            return redirect("affairs:own_home_visit", made.pk)
    others = [one for one in selectors.own_mandates(actor) if one.account_id == actor.id and one.until >= day_of(at)]  # fmt: skip
    facts = {"form": form, "person": person, "mandate": mandate, "others": others, "times": bool(form.fields["slot"].choices)}  # type: ignore[attr-defined]  # fmt: skip
    return _private(render(request, "affairs/home/ordering.html", facts, status=422 if form.errors else 200))  # fmt: skip


@require_GET
@only(Kind.RESIDENT)
def own(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, _at = acting(request)
    row = selectors.own_home_visit(actor, pk)
    with behind(SYSTEM):  # the own steps, wherever the worker's desk lies
        told = _entries(SYSTEM, row)
    facts = {"row": row, "chip": chip(row), "plain": HOME_VISIT().state[row.state].plain, "matters": matters(row), "entries": told, "coming": row.state in selectors.COMING}  # fmt: skip
    return _private(render(request, "affairs/home/own.html", facts))


@require_POST
@only(Kind.RESIDENT)
def calling_off(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    actions.cancel_home_visit(actor=actor, visit=selectors.own_home_visit(actor, pk), at=at)
    messages.success(request, _("Called off; the time is free for somebody else."))
    return redirect("affairs:own_home_visit", pk)


# -- at the desk


@tells("home_visit")
def home_visits_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    rows = selectors.home_visits_by_ids(actor, ids)
    return {
        pk: Line(f"{localtime(row.slot_at):%m-%d %H:%M} · {row.name}", place_name(row.area, 2), "home-heart")
        for pk, row in rows.items()
    }  # fmt: skip


class HomeVisitTable(Table):
    slot_at = Column(gettext_lazy("When"), cell="time", sort="slot_at", link=lambda row: reverse("affairs:home_visit", args=[row.pk]))  # fmt: skip
    name = Column(gettext_lazy("Whom"), value=lambda row: str(row.name), link=lambda row: reverse("affairs:home_visit", args=[row.pk]))  # fmt: skip
    matters = Column(gettext_lazy("Matter"), value=lambda row: "，".join(str(one.name) for one in matters(row)), wide=True)  # fmt: skip
    state = Column(gettext_lazy("State"), cell="state", value=lambda row: chip(row, row.now))
    worker = Column(gettext_lazy("Who goes"), value=lambda row: str(row.worker.name) if row.worker else "")  # fmt: skip
    where = Column(gettext_lazy("Where"), value=lambda row: place_name(row.area, 2), narrow=False)

    key = "home_visits"
    search = ("number",)
    filters = (
        Choice("state", gettext_lazy("State"), lambda actor: {one.key: str(one.name) for one in HOME_VISIT().states}),
        Choice("time", gettext_lazy("Due"), {"late": gettext_lazy("Overdue")}, apply=lambda rows, values: rows.filter(state__in=selectors.COMING, due_at__lt=F("now"))),
        Period("slot_at", gettext_lazy("When")),
    )  # fmt: skip
    order = "-slot_at"
    empty = Empty(
        gettext_lazy("Nobody waits for a visit at home."),
        gettext_lazy("Residents order it, their family, or you when you receive somebody."),
        icon="home-heart",
    )


def may_go(actor: Actor) -> None:
    insist(None if actor.may("affairs.assign_home_visit") else Refusal("not_allowed"))


@require_GET
@only(Kind.STAFF)
def listed(request: HttpRequest) -> HttpResponseBase:
    actor, at = acting(request)
    may_go(actor)
    rows = selectors.home_visits(actor).annotate(now=Value(at, output_field=DateTimeField()))
    return HomeVisitTable(request, rows).response("affairs/home/visits.html", {})


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def recording(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A worker orders it for somebody of the area."""
    actor, at = acting(request)
    may_go(actor)
    person = registry.person(actor, pk)
    form = OrderForm(request.POST if request.method == "POST" else None, times=_times(actor, person, at))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals("guides"):
            made = actions.record_home_visit(actor=actor, person=person, at=at, **form.told())
        if not form.errors:
            messages.success(request, _("Ordered."))
            return redirect("affairs:home_visit", made.pk)
    facts = {"form": form, "person": person, "times": bool(form.fields["slot"].choices)}  # type: ignore[attr-defined]  # fmt: skip
    return render(request, "affairs/home/recording.html", facts, status=422 if form.errors else 200)


@require_GET
@only(Kind.STAFF)
def visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, at = acting(request)
    may_go(actor)
    return render(request, "affairs/home/visit.html", _facts(actor, selectors.home_visit(actor, pk), at))  # fmt: skip


def _entries(actor: Actor, row: HomeVisit) -> list[Entry]:
    move = HOME_VISIT().move
    steps = flow.steps(actor, row.pk)
    return [Entry(at=one.at, title=move[one.move].done, icon=SIGNS.get(one.move, "point"), text=_noted(one)) for one in steps][::-1]  # fmt: skip


def _noted(step: Any) -> str:
    if step.move == "phone":
        return " · ".join(filter(None, (_("Reached") if step.facts.get("reached") else _("Nobody answered"), step.note)))  # fmt: skip
    return str(step.note)


def _facts(actor: Actor, row: HomeVisit, at: datetime) -> Facts:
    goers = [(str(one.pk), str(one.name)) for one in selectors.goers(actor, row.area, at)]
    mine = row.worker_id == actor.id
    return {
        "row": row, "chip": chip(row, at), "matters": matters(row), "where": place_name(row.area, 2), "entries": _entries(actor, row), "coming": row.state in selectors.COMING,
        "assignment": AssignForm(people=goers, initial={"worker": str(row.worker_id or actor.id)}), "phoning": PhoneForm(), "ending": EndForm(assigned=row.state == "assigned"), "mine": mine,
        "applications": list(row.intake.applications.all()) if row.intake else [],
    }  # fmt: skip


class AssignForm(Form):
    worker = forms.ChoiceField(label=gettext_lazy("Who goes"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["worker"].choices = people  # type: ignore[attr-defined]


class PhoneForm(Form):
    reached = forms.TypedChoiceField(label=gettext_lazy("Did you reach them"), coerce=lambda value: value == "yes", widget=forms.RadioSelect, choices=[("yes", gettext_lazy("Yes, somebody is at home then")), ("no", gettext_lazy("No"))])  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)


class EndForm(Form):
    outcome = forms.ChoiceField(label=gettext_lazy("What came of it"), widget=forms.RadioSelect)
    note = forms.CharField(label=gettext_lazy("In words"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip

    def __init__(self, *args: Any, assigned: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        ways = [("done", _("It was done at home")), ("missed", _("Nobody was at home"))] if assigned else []  # fmt: skip
        self.fields["outcome"].choices = [*ways, ("declined", _("It cannot be made"))]  # type: ignore[attr-defined]


@require_POST
@only(Kind.STAFF)
def act(request: HttpRequest, pk: UUID, deed: str) -> HttpResponseBase:
    """One act on it: who goes, the call before, at the door, what came of it."""
    actor, at = acting(request)
    may_go(actor)
    row = selectors.home_visit(actor, pk)
    if deed == "arrival":
        return redirect("affairs:intake", actions.begin_home_visit(actor=actor, visit=row, at=at).pk)  # fmt: skip
    if deed == "reading":
        clear = actions.read_home_visit(actor=actor, visit=row, at=at)
        return _private(render(request, "affairs/home/visit.html", {**_facts(actor, row, at), "clear": clear}))  # fmt: skip
    facts = _facts(actor, row, at)
    form: Any
    if deed == "assignment":
        form = AssignForm(request.POST, people=facts["assignment"].fields["worker"].choices)
    elif deed == "phoning":
        form = PhoneForm(request.POST)
    elif deed == "ending":
        form = EndForm(request.POST, assigned=row.state == "assigned")
    else:
        raise Http404
    if form.is_valid():
        with form.refusals():
            _do(deed, actor, row, form.cleaned_data, at)
        if not form.errors:
            messages.success(request, _("Kept."))
            return redirect("affairs:home_visit", row.pk)
    return render(request, "affairs/home/visit.html", {**facts, deed: form}, status=422)


def _do(deed: str, actor: Actor, row: HomeVisit, told: Facts, at: datetime) -> None:
    if deed == "assignment":
        actions.assign_home_visit(actor=actor, visit=row, worker=UUID(told["worker"]), at=at)
    elif deed == "phoning":
        actions.phone_home_visit(actor=actor, visit=row, at=at, **told)
    else:
        actions.end_home_visit(actor=actor, visit=row, at=at, **told)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


__all__ = ["act", "calling_off", "chip", "listed", "matters", "mine", "ordering", "own", "recording", "visit"]  # fmt: skip
