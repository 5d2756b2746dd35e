"""Admission of makers' devices: entered, looked at, decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import ADMISSION, CHECKS
from lifang.sensing.models import Admission, Key
from lifang.sensing.terms import Admitting
from lifang.sensing.web import device_page, shown
from lifang.sensing.web.forms import BindForm, NoteForm, type_choices
from lifang.sensing.web.here import asking, moment

page = require_http_methods(["GET", "POST"])
TONES = {Admitting.TESTING: "waiting", Admitting.PASSED: "progress", Admitting.ADMITTED: "done", Admitting.REFUSED: "idle", Admitting.ENDED: "idle"}  # fmt: skip
DIALECTS = {"lifang": gettext_lazy("lifang (HTTP or MQTT)"), "thingsboard": "ThingsBoard", "zigbee2mqtt": "zigbee2mqtt", "tasmota": "Tasmota", "chirpstack": "ChirpStack v4", "frigate": "Frigate"}  # fmt: skip
DECISIONS: dict[str, tuple[Any, str, Any, tuple[str, ...]]] = {
    "acceptance": (actions.admit, "sensing.admit", gettext_lazy("Admit"), (Admitting.PASSED,)),
    "refusal": (actions.refuse_admission, "sensing.refuse_admission", gettext_lazy("Do not admit"), (Admitting.TESTING, Admitting.PASSED)),
    "end": (actions.end_admission, "sensing.end_admission", gettext_lazy("End the admission"), (Admitting.ADMITTED,)),
}  # fmt: skip


BINDABLE = (Admitting.TESTING, Admitting.PASSED, Admitting.ADMITTED)
MOST_KEYS = 5


def _key(one: Key, at: datetime) -> dict[str, Any]:
    """A key as a line: its beginning, whose it is, until when; never more of it."""
    over = one.revoked_at is not None or one.expires_at <= at
    state = Chip("idle", _("Ended")) if over else Chip("done", _("Valid"))
    return {"key": one, "chip": state, "kind": _("Sandbox") if one.sandbox else _("Production")}


def chip(row: Admission) -> Chip:
    return Chip(TONES[Admitting(row.state)], ADMISSION().state[row.state].name)


class AdmissionTable(Table):
    number = Column(
        gettext_lazy("Number"), link=lambda row: reverse("sensing:admission", args=[row.pk])
    )
    maker = Column(gettext_lazy("Maker"), value="maker.name", wide=True)
    type = Column(gettext_lazy("Type"), value=lambda row: shown.type_name(row.type))
    model = Column(gettext_lazy("Model"))
    state = Column(gettext_lazy("State"), cell="state", value=chip)
    asked_at = Column(gettext_lazy("Asked"), cell="time", sort="asked_at")
    expires_at = Column(gettext_lazy("Valid until"), cell="date", sort="expires_at")

    key = "admissions"
    search = ("number", "model", "maker__name")
    order = "-asked_at"
    filters = (
        Choice(
            "state",
            gettext_lazy("State"),
            lambda actor: {s.key: s.name for s in ADMISSION().states},
        ),
    )
    empty = Empty(
        gettext_lazy("No maker has applied here."),
        gettext_lazy("Enter an application: the maker gets a sandbox key and tests by itself."),
        icon="license",
    )


class AskForm(Form):
    called = gettext_lazy("Admission of makers' devices")
    elements = {"contact": "", "telephone": ""}  # of a company
    maker = forms.CharField(label=gettext_lazy("Maker"), max_length=120)
    credit_code = forms.CharField(
        label=gettext_lazy("Credit code of the maker"), max_length=18, required=False
    )
    contact = forms.CharField(label=gettext_lazy("Contact"), max_length=60, required=False)
    telephone = forms.RegexField(
        r"^[0-9+ -]{5,20}$", label=gettext_lazy("Telephone of the maker"), required=False, max_length=20,
        help_text=gettext_lazy("For messages: when devices of this maker have been silent for a day."),
    )  # fmt: skip
    type = forms.ChoiceField(label=gettext_lazy("Type"))
    model = forms.CharField(label=gettext_lazy("Model"), max_length=60)
    dialect = forms.ChoiceField(label=gettext_lazy("It speaks"), choices=list(DIALECTS.items()))
    area = forms.ChoiceField(label=gettext_lazy("Where it may connect"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = orgs.home_of(actor)
        self.fields["type"].choices = type_choices()  # type: ignore[attr-defined]
        self.fields["area"].choices = [(home, orgs.place_name(home, 2) or home), *orgs.parts_of(actor).items()]  # type: ignore[attr-defined]  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def admissions(request: HttpRequest) -> HttpResponseBase:
    actor = asking(request)
    table = AdmissionTable(request, selectors.admissions(actor))
    return table.response(
        "sensing/desk/admissions.html", {"may_ask": actor.may("sensing.ask_admission")}
    )


@page
@only(Kind.STAFF)
def ask(request: HttpRequest) -> HttpResponse:
    """Enter a maker's application; its sandbox key is shown once."""
    actor = asking(request)
    insist(None if actor.may("sensing.ask_admission") else Refusal("not_allowed"))
    form = AskForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.ask_admission(actor=actor, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
        if made is not None and not form.errors:
            context = {"admission": made, "key": made.sandbox_key, **device_page.addresses()}  # type: ignore[attr-defined]
            return render(request, "sensing/desk/sandbox.html", context)
    return render(request, "sensing/desk/ask.html", {"form": form})


@require_GET
@only(Kind.STAFF)
def admission(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One application: what was tested, what failed, what was decided."""
    actor = asking(request)
    found = selectors.admission(actor, pk)
    listed = list(selectors.runs(actor, found)[:10])
    decisions = [
        (word, label) for word, (_act, needs, label, states) in DECISIONS.items()
        if found.state in states and actor.may(needs, found.area)
    ]  # fmt: skip
    context = {
        "admission": found, "chip": chip(found), "plain": ADMISSION().state[found.state].plain, "type": shown.type_name(found.type),
        "dialect": DIALECTS.get(found.dialect, found.dialect), "place": orgs.place_name(found.area, 3), "decisions": decisions,
        "run": listed[0] if listed else None, "checks": checks(listed[0].findings) if listed else [], "runs": listed[1:],
        "devices": found.devices.visible_to(actor).filter(retired_at__isnull=True).count(),
        "devices_url": f"{reverse('sensing:devices')}?maker={found.maker_id}&type={found.type}",
        "may_bind": found.state in BINDABLE and actor.may("sensing.bind_devices", found.area),
        "keys": [_key(one, request.at) for one in selectors.keys_of(actor, found)[:MOST_KEYS]],  # type: ignore[attr-defined]
        **device_page.addresses(),
    }  # fmt: skip
    return render(request, "sensing/desk/admission.html", context)


def checks(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each check as a sentence with what failed."""
    return [
        {
            "name": CHECKS[one["check"]].name if one["check"] in CHECKS else one["check"],
            "passed": one["passed"],
            "facts": "" if one["passed"] and one["check"] != "words" else _facts(one["facts"]),
        }
        for one in findings
    ]


def _facts(facts: dict[str, Any]) -> str:
    parts = []
    for value in facts.values():
        for one in value if isinstance(value, list) else []:
            said = f"{one.get('line')}: {one.get('reason')} {one.get('detail')}" if isinstance(one, dict) else str(shown.measure_name(str(one)))  # fmt: skip
            parts.append(said[:120])
    return " · ".join(parts[:6])


@page
@only(Kind.STAFF)
def decision(request: HttpRequest, pk: UUID, word: str) -> HttpResponse:
    actor = asking(request)
    found = selectors.admission(actor, pk)
    act, needs, label, states = DECISIONS[word]
    insist(None if actor.may(needs, found.area) else Refusal("not_allowed"))
    if found.state not in states:
        messages.info(request, _("The application is in another state now."))
        return redirect("sensing:admission", pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            act(actor=actor, admission=found, at=request.at, note=form.cleaned_data["note"])  # type: ignore[attr-defined]
        if not form.errors:
            messages.success(request, _("Decided."))
            return redirect("sensing:admission", pk)
    return render(request, "sensing/desk/decision.html", {"form": form, "admission": found, "label": label, "danger": word != "acceptance"})  # fmt: skip


@page
@only(Kind.STAFF)
def binding(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Devices of one's areas become the maker's: by their codes."""
    actor = asking(request)
    found = selectors.admission(actor, pk)
    insist(None if actor.may("sensing.bind_devices", found.area) else Refusal("not_allowed"))
    form = BindForm(request.POST or None, actor=actor, area=found.area)
    context = {"form": form, "admission": found, "type": shown.type_name(found.type)}
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            done = actions.bind_devices(
                actor=actor, admission=found, at=moment(request), **form.cleaned_data
            )
            if not (done.unknown or done.others):
                messages.success(
                    request,
                    _("%(n)d devices belong to this maker now.")
                    % {"n": len(done.bound) + len(done.made)},
                )
                return redirect("sensing:admission", pk)
            context["done"] = done
    return render(request, "sensing/desk/binding.html", context)
