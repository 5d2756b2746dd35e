"""Match alarms of outside systems: the files, asked for and decided; a look at a match; the filing of faces."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.access.desks import Able, able
from lifang.core.flow import selectors as flow
from lifang.core.web import htmx
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip, Entry
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import (
    FILING,
    MATCH_CLASSES,
    MATCH_PLACES,
    MATCH_PURPOSES,
    MATCH_REFUSALS,
    RECEPTION,
    policy,
)
from lifang.sensing.models import Filing, Reception
from lifang.sensing.rules.reception import AREA_DIGITS, KEEP_MOST, NewReception
from lifang.sensing.terms import MATCH, Receiving
from lifang.sensing.web import device_page, said, shown
from lifang.sensing.web.here import answering, asking, moment
from lifang.sensing.web.signs import SignField, signs_of

page = require_http_methods(["GET", "POST"])
TONES = {
    Receiving.ASKED: "waiting", Receiving.HALF: "waiting", Receiving.ON: "done", Receiving.SUSPENDED: "late", Receiving.REFUSED: "idle",
    Receiving.ENDED: "idle",
}  # fmt: skip
ALTERNATIVES = {
    "card": gettext_lazy("By card"),
    "code": gettext_lazy("By code"),
    "staffed": gettext_lazy("By a staffed door"),
}
UNDECIDED = (Receiving.ASKED, Receiving.HALF)
# word of the address → (action, capability, label, in which states, dangerous, is a note required)
DECISIONS: dict[str, tuple[Any, str, Any, tuple[str, ...], bool, bool]] = {
    "approval": (actions.approve_reception, "sensing.approve_reception", gettext_lazy("Approve"), UNDECIDED, False, False),
    "refusal": (actions.refuse_reception, "sensing.refuse_reception", gettext_lazy("Refuse"), UNDECIDED, True, True),
    "suspension": (actions.suspend_reception, "sensing.suspend_reception", gettext_lazy("Suspend at once"), (Receiving.ON,), True, True),
    "resumption": (actions.resume_reception, "sensing.resume_reception", gettext_lazy("Ask for it again"), (Receiving.SUSPENDED,), False, True),
    "end": (actions.end_reception, "sensing.end_reception", gettext_lazy("End it for good"), (*UNDECIDED, Receiving.ON, Receiving.SUSPENDED), True, True),
}  # fmt: skip
KEEPS = ("sensing.ask_reception", "sensing.approve_reception", "sensing.suspend_reception")


def keeping(request: HttpRequest) -> Actor:
    """Who asks, if files of reception are theirs to keep. Raises `Refused("not_allowed")`."""
    actor = asking(request)
    insist(None if any(actor.may(one) for one in KEEPS) else Refusal("not_allowed"))
    return actor


def peeked(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The page; beside the to-do list its middle with the way to the whole."""
    beside = htmx.wants(request, "peek")
    return htmx.page(request, template, context | {"beside": beside}, partial="peek", status=status)


def chip(row: Reception) -> Chip:
    return Chip(TONES[Receiving(row.state)], RECEPTION().state[row.state].name)


class ReceptionTable(Table):
    number = Column(
        gettext_lazy("Number"),
        link=lambda row: reverse("sensing:reception", args=[row.pk]),
        sort="number",
    )
    system = Column(gettext_lazy("Outside system"), wide=True)
    area = Column(gettext_lazy("Area"), value=lambda row: orgs.place_name(row.area, 2))
    state = Column(gettext_lazy("State"), cell="state", value=chip)
    starts_on = Column(gettext_lazy("From"), cell="date", sort="starts_on")
    ends_on = Column(gettext_lazy("Until"), cell="date", sort="ends_on")
    asked_by = Column(gettext_lazy("Asked by"), value=lambda row: str(row.asked_by), shown=False)
    asked_at = Column(gettext_lazy("Asked"), cell="time", sort="asked_at", shown=False)

    key = "receptions"
    search = ("number", "system", "document")
    order = "-asked_at"
    filters = (
        Choice(
            "state",
            gettext_lazy("State"),
            lambda actor: {s.key: s.name for s in RECEPTION().states},
        ),
    )
    empty = Empty(
        gettext_lazy("No outside system sends match alarms here."),
        gettext_lazy("This platform compares no faces. What a lawful outside system finds is received only on a file with purpose, ground, assessment, notice, alternative and two approvals."),
        icon="shield-lock",
    )  # fmt: skip


class ReceptionForm(Form):
    called = gettext_lazy("Reception of match alarms")
    elements = {"operator": "", "place_kind": ""}  # of an office, of a camera
    system = forms.CharField(label=gettext_lazy("Outside system"), max_length=120)
    operator = forms.CharField(label=gettext_lazy("Who answers for it"), max_length=120)
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    necessity = forms.CharField(
        label=gettext_lazy("Why nothing milder does"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )  # fmt: skip
    classes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may tell of"), widget=forms.CheckboxSelectMultiple
    )
    basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=300, help_text=gettext_lazy("The law and its article."))  # fmt: skip
    document = forms.CharField(label=gettext_lazy("Number of the case or decision"), max_length=80)
    assessment = forms.CharField(label=gettext_lazy("Number of the impact assessment"), max_length=80)  # fmt: skip
    assessed_until = forms.DateField(label=gettext_lazy("The assessment is valid until"), widget=date_input())  # fmt: skip
    place_kind = forms.ChoiceField(label=gettext_lazy("Kind of place"), help_text=gettext_lazy("Private spaces are refused: hotel rooms, baths, changing rooms, toilets, homes."))  # fmt: skip
    devices = forms.MultipleChoiceField(label=gettext_lazy("Devices"), widget=forms.CheckboxSelectMultiple)  # fmt: skip
    notice = forms.CharField(
        label=gettext_lazy("Words of the notice at the place"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    sign = SignField(
        label=gettext_lazy("Photo of the notice where it hangs"), widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=gettext_lazy("So that its words can be read. Place and time are taken out of the photo."),
    )  # fmt: skip
    notice_on = forms.DateField(label=gettext_lazy("The notice hangs since"), widget=date_input())
    alternative_kind = forms.ChoiceField(
        label=gettext_lazy("The other way"), widget=forms.RadioSelect, choices=list(ALTERNATIVES.items()),
        help_text=gettext_lazy("A face is never the only way."),
    )  # fmt: skip
    alternative = forms.CharField(label=gettext_lazy("Where and how"), max_length=300)
    viewers = forms.MultipleChoiceField(
        label=gettext_lazy("Named viewers"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They alone see a match; each look leaves a trace with its purpose."),
    )  # fmt: skip
    keep_days = forms.IntegerField(
        label=gettext_lazy("Kept for (days)"), min_value=1, max_value=KEEP_MOST, initial=7
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=date_input())
    ends_on = forms.DateField(label=gettext_lazy("Until"), widget=date_input(), help_text=gettext_lazy("It is over by itself after this day."))  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, area: str, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area = area
        choices: dict[str, list[tuple[str, Any]]] = {
            "classes": [(one.key, str(one.name)) for one in MATCH_CLASSES],
            "place_kind": [(one.key, str(one.name)) for one in MATCH_PLACES if not one.private],
            "devices": [(str(one.pk), f"{one} · {shown.where(one)}") for one in selectors.may_stand_behind(actor, area)],
            "viewers": [(f"account:{one.pk}", str(one)) for one in selectors.lookers(actor, area, at)],
        }  # fmt: skip
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]

    def new(self) -> NewReception:
        """As the action asks for it."""
        given = {**self.cleaned_data, "area": self.area}
        del given["sign"]
        given["devices"] = [UUID(one) for one in given["devices"]]
        return NewReception(**given)


class DecideForm(Form):
    note = forms.CharField(label=gettext_lazy("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip

    def __init__(self, *args: Any, required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = required


class LookForm(Form):
    purpose = forms.ChoiceField(label=gettext_lazy("What do you look at it for?"), widget=forms.RadioSelect)  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [(one.key, str(one.name)) for one in MATCH_PURPOSES]  # type: ignore[attr-defined]


class FilingForm(Form):
    number = forms.CharField(label=gettext_lazy("Number of the filing"), max_length=80)


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def receptions(request: HttpRequest) -> HttpResponseBase:
    """The files of one's areas, and how near the number is from which faces must be filed."""
    actor = keeping(request)
    table = ReceptionTable(request, selectors.receptions(actor))
    faces = selectors.faces(actor)
    context = {
        "may_ask": actor.may("sensing.ask_reception"), "on": bool(policy("match_reception")), "faces": faces,
        "filing_chip": _filing_chip(faces.filing) if faces.filing else None,
    }  # fmt: skip
    return table.response("sensing/desk/receptions.html", context)


@page
@only(Kind.STAFF)
def ask(request: HttpRequest) -> HttpResponse:
    """First where; then everything that must be on file."""
    actor = keeping(request)
    insist(None if actor.may("sensing.ask_reception") else Refusal("not_allowed"))
    home = orgs.home_of(actor)
    parts = orgs.parts_of(actor)
    if len(home) >= AREA_DIGITS:
        parts = {home: orgs.place_name(home, 1) or home, **parts}
    area, on = request.GET.get("area", ""), bool(policy("match_reception"))
    if area not in parts or (request.method == "GET" and not on):
        context = {"parts": list(parts.items()), "on": on}
        return render(request, "sensing/desk/reception_where.html", context)
    form = ReceptionForm(
        request.POST or None, request.FILES or None, actor=actor, area=area, at=moment(request)
    )
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.ask_reception(actor=actor, new=form.new(), sign=form.cleaned_data["sign"], area=area, at=moment(request))  # fmt: skip
        if made is not None and not form.errors:
            messages.success(request, _("Asked for. Two others have to approve."))
            return redirect("sensing:reception", made.pk)
    context = {"form": form, "area": orgs.place_name(area, 2), "on": bool(policy("match_reception"))}  # fmt: skip
    return render(request, "sensing/desk/reception_ask.html", context, status=422 if form.errors else 200)  # fmt: skip


@require_GET
@only(Kind.STAFF)
def reception(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file: what is on it, who approved, what came, what was refused and why, who looked."""
    actor = keeping(request)
    found = selectors.reception(actor, pk)
    tally = selectors.tally(actor, found)
    decisions = [
        (word, label, danger) for word, (_act, needs, label, states, danger, _note) in DECISIONS.items()
        if found.state in states and actor.may(needs, found.area) and _may(actor, found, word)
    ]  # fmt: skip
    return peeked(request, "sensing/desk/reception.html", {
        "file": found, "chip": chip(found), "plain": RECEPTION().state[found.state].plain, "place": orgs.place_name(found.area, 2),
        "facts": _facts(found), "devices": [(str(one), shown.where(one), shown.url(one)) for one in selectors.devices_of_file(actor, found)],
        "viewers": selectors.viewers(actor, found), "decisions": decisions, "tally": tally, "on": bool(policy("match_reception")),
        "refused": [(MATCH_REFUSALS[key].name, many) for key, many in tally.refused if key in MATCH_REFUSALS],
        "looks": [(one, MATCH_PURPOSES[one.purpose].name) for one in selectors.looks(actor, found) if one.purpose in MATCH_PURPOSES],
        "signs": signs_of(actor, found), "key": selectors.key_of(actor, found), "entries": _entries(actor, found),
        "able": _able(found, moment(request)),
        "may_key": found.state == Receiving.ON and actor.may("sensing.issue_reception_key", found.area),
    })  # fmt: skip


def _able(file: Reception, at: datetime) -> Able | None:
    """Who may approve it as things stand."""
    if file.state not in UNDECIDED:
        return None
    need = 2 if file.state == Receiving.ASKED else 1
    return able("sensing.approve_reception", file.area, at, but=(file.asked_by_id, file.first_by_id), need=need)  # fmt: skip


def _may(actor: Actor, file: Reception, word: str) -> bool:
    """No button for what would be refused to this person."""
    return word != "approval" or actor.id not in (file.asked_by_id, file.first_by_id)


def _facts(file: Reception) -> list[tuple[Any, Any]]:
    classes = _(", ").join(str(MATCH_CLASSES[key].name) for key in file.classes if key in MATCH_CLASSES)  # fmt: skip
    kind = (
        MATCH_PLACES[file.place_kind].name if file.place_kind in MATCH_PLACES else file.place_kind
    )
    return [
        (_("Outside system"), file.system), (_("Run by"), file.operator), (_("Purpose"), file.purpose),
        (_("Why it is needed"), file.necessity), (_("Classes"), classes), (_("Legal basis"), file.basis),
        (_("Number of the order"), file.document),
        (_("Assessment"), _("%(number)s, valid until %(day)s") % {"number": file.assessment, "day": _day(file.assessed_until)}),
        (_("Kind of place"), kind),
        (_("Notice"), _("%(words)s (since %(day)s)") % {"words": file.notice, "day": _day(file.notice_on)}),
        (_("Other way"), f"{ALTERNATIVES[file.alternative_kind]} · {file.alternative}"),
        (_("Kept for"), _("%d days") % file.keep_days),
        (_("Valid"), f"{_day(file.starts_on)} – {_day(file.ends_on)}"),
    ]  # fmt: skip


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _entries(actor: Actor, file: Reception | Filing) -> list[Entry]:
    """What happened to it, newest first."""
    moves = (RECEPTION() if isinstance(file, Reception) else FILING()).move
    rows = flow.steps(actor, file.pk).select_related("account")
    found = [Entry(at=one.at, title=str(moves[one.move].done), who=str(one.account or ""), text=one.note, kind="progress") for one in rows]  # fmt: skip
    return found[::-1]


@page
@only(Kind.STAFF)
def decision(request: HttpRequest, pk: UUID, word: str) -> HttpResponse:
    actor = keeping(request)
    found = selectors.reception(actor, pk)
    act, needs, label, states, danger, required = DECISIONS[word]
    insist(None if actor.may(needs, found.area) else Refusal("not_allowed"))
    if found.state not in states:
        messages.info(request, _("The file is in another state now."))
        return redirect("sensing:reception", pk)
    form = DecideForm(request.POST if request.method == "POST" else None, required=required)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            act(actor=actor, reception=found, at=moment(request), note=form.cleaned_data["note"])
        if not form.errors:
            messages.success(request, _("Done."))
            return redirect("sensing:reception", pk)
    context = {"form": form, "file": found, "label": label, "danger": danger, "facts": _facts(found) if word == "approval" else [], "signs": signs_of(actor, found) if word == "approval" else []}  # fmt: skip
    return render(request, "sensing/desk/reception_decision.html", context, status=422 if form.errors else 200)  # fmt: skip


@require_POST
@only(Kind.STAFF)
def key(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The key of the outside system, shown this once."""
    actor = keeping(request)
    found = selectors.reception(actor, pk)
    made = actions.issue_reception_key(actor=actor, reception=found, at=moment(request))
    context = {"file": found, "key": made, "gate": device_page.addresses()["gate"].replace("batches", "matches")}  # fmt: skip
    response = render(request, "sensing/desk/reception_key.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page
@only(Kind.STAFF)
def match(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A match, by its alarm: first the purpose, then what was told; it is shown once and kept by no browser."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    insist(None if found.hazard == MATCH else Refusal("not_found"))
    form = LookForm(request.POST or None)
    told = None
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            told = actions.look_match(actor=actor, alarm=found, purpose=form.cleaned_data["purpose"], at=moment(request))  # fmt: skip
    rule = selectors.rule(actor, found.rule)
    context = {
        "alarm": found, "form": form, "told": told, "rule": rule, "severity": said.severity(found), "state": said.state(found),
        "name": said.name(found.rule), "looked": told is not None or selectors.look_of(actor, found) is not None,
        "entries": [said.entry(one) for one in selectors.steps(actor, found)],
        "may_answer": actor.may("sensing.acknowledge") and not found.acknowledged_at and not found.ended_at,
        "may_judge": actor.may("sensing.give_verdict") and not found.verdict,
    }  # fmt: skip
    if told is not None:
        context |= {
            "kind": MATCH_CLASSES[told.kind].name if told.kind in MATCH_CLASSES else told.kind, "device": str(told.device),
            "where": orgs.place_name(told.grid, 3), "position": told.device.position, "file": told.reception,
        }  # fmt: skip
    response = render(request, "sensing/desk/match.html", context, status=422 if form.errors else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


def _filing_chip(row: Filing) -> Chip:
    return Chip("done" if row.filed_at else "waiting", FILING().state[row.state].name)


@page
@only(Kind.STAFF)
def filing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The clock of filing, and the number under which it was filed."""
    actor = keeping(request)
    found = selectors.filing(actor, pk)
    form = FilingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.file_faces(actor=actor, filing=found, number=form.cleaned_data["number"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, _("Noted."))
            return redirect("sensing:filing", pk)
    context = {
        "filing": found, "chip": _filing_chip(found), "plain": FILING().state[found.state].plain, "form": form,
        "cause": _("The number was reached") if found.cause == "reached" else _("What was filed has changed"),
        "may": not found.filed_at and actor.may("sensing.file_faces", found.area), "entries": _entries(actor, found),
        "days": policy("filing_days"), "limit": policy("filing_faces"),
    }  # fmt: skip
    return peeked(request, "sensing/desk/filing.html", context, status=422 if form.errors else 200)
