"""Works that bring devices: the ledger, one of them, its check."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import WORKS_KINDS
from lifang.sensing.catalogue.lines import LINE_KINDS
from lifang.sensing.models import Works
from lifang.sensing.rules.works import WORKS_MARK, Stand, gaps
from lifang.sensing.terms import LineState, WorksState
from lifang.sensing.web import shown, works_money
from lifang.sensing.web.here import asking, moment
from lifang.sensing.web.tables import area_choice

page = require_http_methods(["GET", "POST"])
MOST_LISTED = 60
STATES = {
    WorksState.OPEN: Chip("progress", gettext_lazy("Not handed over")),
    WorksState.REFUSED: Chip("danger", gettext_lazy("Not taken over")),
    WorksState.GAPS: Chip("waiting", gettext_lazy("Handed over with gaps")),
    WorksState.PASSED: Chip("done", gettext_lazy("Passed")),
}
VERDICTS = (
    (WorksState.PASSED.value, gettext_lazy("Passed: nothing is missing")),
    (WorksState.GAPS.value, gettext_lazy("Handed over with gaps that are named below")),
    (WorksState.REFUSED.value, gettext_lazy("Not taken over")),
)
_FIELD = "many_"


def kind_name(row: Works) -> str:
    return str(WORKS_KINDS[row.kind].name) if row.kind in WORKS_KINDS else row.kind


class WorksTable(Table):
    name = Column(gettext_lazy("Works"), link=lambda row: reverse("sensing:work", args=[row.pk]), wide=True)  # fmt: skip
    kind = Column(gettext_lazy("Kind"), value=kind_name)
    area = Column(gettext_lazy("Area"), value=lambda row: orgs.place_name(row.area, 2))
    points = Column(gettext_lazy("Points planned"), cell="number", value=lambda row: sum(many for key, many in row.planned.items() if not key.startswith(WORKS_MARK)))  # fmt: skip
    metres = Column(gettext_lazy("Metres of lines planned"), cell="number", value=lambda row: sum(many for key, many in row.planned.items() if key.startswith(WORKS_MARK)) or None, narrow=False)  # fmt: skip
    investment = Column(gettext_lazy("Investment (yuan)"), cell="number", sort="investment")
    state = Column(gettext_lazy("State"), cell="state", value=lambda row: STATES[WorksState(row.state)])  # fmt: skip
    handed_over_at = Column(gettext_lazy("Handed over on"), cell="date", sort="handed_over_at")

    key = "works"
    search = ("name", "builder")
    order = "-opened_at"
    empty = Empty(
        gettext_lazy("No works are entered here."),
        gettext_lazy("Enter a project with its planned points; devices are put to it, then it is checked and handed over."),
        icon="clipboard-check",
    )  # fmt: skip

    def __init__(self, request: HttpRequest, rows: Any) -> None:
        super().__init__(request, rows)
        self.filters = (  # type: ignore[misc]  # per request: areas differ
            area_choice(self.actor),
            Choice("kind", _("Kind"), {one.key: one.name for one in WORKS_KINDS}),
            Choice("state", _("State"), {key.value: chip.label for key, chip in STATES.items()}),
        )


class WorksForm(Form):
    called = gettext_lazy("Works")
    elements = {"builder": ""}  # a company

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    name = forms.CharField(label=gettext_lazy("Name of the works"), max_length=120)
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    builder = forms.CharField(label=gettext_lazy("Built by"), max_length=120, required=False)
    investment = forms.IntegerField(label=gettext_lazy("Investment (yuan)"), min_value=0, required=False)  # fmt: skip
    begun_on = forms.DateField(label=gettext_lazy("Begun on"), required=False, widget=date_input())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = orgs.home_of(actor)
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in WORKS_KINDS]  # type: ignore[attr-defined]
        self.fields["area"].choices = [(home, orgs.place_name(home, 2) or home), *orgs.parts_of(actor).items()]  # type: ignore[attr-defined]  # fmt: skip
        for key in dict.fromkeys(key for one in WORKS_KINDS for key in one.asks):
            self.fields[_FIELD + key] = forms.IntegerField(label=shown.type_name(key), min_value=0, max_value=100_000, required=False)  # fmt: skip
        for one in LINE_KINDS:
            self.fields[_FIELD + WORKS_MARK + one.key] = forms.IntegerField(label=_("%(kind)s line, metres") % {"kind": one.name}, min_value=0, max_value=100_000, required=False)  # fmt: skip
        for bound in (*self.points, *self.metres):
            bound.field.sometimes = True  # type: ignore[attr-defined]  # none of them is asked of all

    @property
    def facts(self) -> list[forms.BoundField]:
        """What is asked of the works themselves."""
        return [one for one in self if not one.name.startswith(_FIELD)]

    @property
    def points(self) -> list[forms.BoundField]:
        """How many of each type of device."""
        return [one for one in self if one.name.startswith(_FIELD) and not one.name.startswith(_FIELD + WORKS_MARK)]  # fmt: skip

    @property
    def metres(self) -> list[forms.BoundField]:
        """How much of each kind of line."""
        return [one for one in self if one.name.startswith(_FIELD + WORKS_MARK)]

    def given(self) -> dict[str, Any]:
        """As the action asks for it."""
        facts = dict(self.cleaned_data)
        planned = {key.removeprefix(_FIELD): facts.pop(key) for key in list(facts) if key.startswith(_FIELD)}  # fmt: skip
        return {**facts, "planned": {key: many for key, many in planned.items() if many}}


class FillForm(Form):
    codes = forms.CharField(label=gettext_lazy("Codes of devices, one a line"), widget=forms.Textarea(attrs={"rows": 4}), max_length=60_000, required=False)  # fmt: skip
    everything = forms.BooleanField(label=gettext_lazy("All devices and lines of this area and of the planned types that are of no other works"), required=False)  # fmt: skip


class CheckForm(Form):
    verdict = forms.ChoiceField(label=gettext_lazy("What does the check say?"), choices=VERDICTS, widget=forms.RadioSelect)  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Gaps, and until when who closes them; or why it is not taken over"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def ledger(request: HttpRequest) -> HttpResponseBase:
    actor = asking(request)
    table = WorksTable(request, selectors.all_works(actor))
    return table.response("sensing/desk/works.html", {"may_open": actor.may("sensing.open_works")})


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    actor = asking(request)
    insist(None if actor.may("sensing.open_works") else Refusal("not_allowed"))
    form = WorksForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.open_works(actor=actor, at=moment(request), **form.given())
        if made is not None and not form.errors:
            messages.success(request, _("Entered."))
            return redirect("sensing:work", made.pk)
    return render(request, "sensing/desk/works_new.html", {"form": form})


@require_GET
@only(Kind.STAFF)
def work(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them: planned, standing, heard, in order; what checks said."""
    actor = asking(request)
    found = selectors.works(actor, pk)
    listed = selectors.devices_of_works(actor, found).order_by("type", "code")
    open_ = found.state != WorksState.PASSED
    stand = selectors.stand_of(actor, found, moment(request))
    context = {
        "works": found, "chip": STATES[WorksState(found.state)], "kind": kind_name(found), "money": f"{found.investment or 0:,}", "place": orgs.place_name(found.area, 3),
        **_found(stand), "gaps": len(gaps(stand)), "checks": [_check(one) for one in reversed(found.checks)],
        "sums": works_money.short(actor, found), "devices": listed[:MOST_LISTED], "many": listed.count(),
        "lines": [(reverse("sensing:line", args=[one.pk]), shown.line_name(one), round(one.metres), one.state == LineState.PLANNED) for one in selectors.lines(actor).filter(works=found).order_by("kind", "code")[:MOST_LISTED]],
        "may_fill": open_ and actor.may("sensing.fill_works", found.area), "may_check": open_ and actor.may("sensing.check_works", found.area),
    }  # fmt: skip
    return render(request, "sensing/desk/work.html", context)


@page
@only(Kind.STAFF)
def filling(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Devices are put to it."""
    actor = asking(request)
    found = selectors.works(actor, pk)
    insist(None if actor.may("sensing.fill_works", found.area) else Refusal("not_allowed"))
    form = FillForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = [line.strip() for line in form.cleaned_data["codes"].splitlines() if line.strip()]
        many = 0
        with form.refusals():
            many = actions.fill_works(actor=actor, works=found, at=moment(request), codes=codes, everything=form.cleaned_data["everything"])  # fmt: skip
        if not form.errors:
            messages.success(request, ngettext("%(n)d device or line was put to these works.", "%(n)d devices and lines were put to these works.", many) % {"n": many})  # fmt: skip
            return redirect("sensing:work", pk)
    return render(request, "sensing/desk/works_act.html", {"form": form, "works": found, "label": _("Put devices to it")})  # fmt: skip


@page
@only(Kind.STAFF)
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody looked, and signs."""
    actor = asking(request)
    found = selectors.works(actor, pk)
    insist(None if actor.may("sensing.check_works", found.area) else Refusal("not_allowed"))
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.check_works(actor=actor, works=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Signed."))
            return redirect("sensing:work", pk)
    stand = selectors.stand_of(actor, found, moment(request))
    context = {"form": form, "works": found, "label": _("Check and sign"), **_found(stand)}  # fmt: skip
    return render(request, "sensing/desk/works_act.html", context)


def _found(stand: list[Stand]) -> dict[str, Any]:
    """A row for each type that was planned or stands; what a check of its kind looks for besides is named."""
    there = [one for one in stand if one.planned or one.installed]
    return {"rows": [_row(one) for one in there], "besides": _(", ").join(_called(one.type) for one in stand if one not in there)}  # fmt: skip


def _row(one: Stand) -> dict[str, Any]:
    """One type, and in words what is missing. A line is not heard."""
    metres = one.type.startswith(WORKS_MARK)
    if not one.planned:
        lacks = _("Not planned") if not one.installed else _("More than planned")
    elif one.whole:
        lacks = ""
    elif one.installed < one.planned:
        lacks = (_("%d m not laid") if metres else _("%d not installed")) % (one.planned - one.installed)  # fmt: skip
    elif one.heard < one.planned:
        lacks = _("%d not connected") % (one.planned - one.heard)
    else:
        lacks = _("%d out of order") % (one.planned - one.intact)
    return {"name": _called(one.type), "stand": one, "lacks": lacks, "metres": metres}


def _called(key: str) -> str:
    """A type of device, or a kind of line in metres."""
    kind = key.removeprefix(WORKS_MARK)
    if kind == key or kind not in LINE_KINDS:
        return str(shown.type_name(key))
    return str(_("%(kind)s line, metres") % {"kind": LINE_KINDS[kind].name})


def _check(one: dict[str, Any]) -> dict[str, Any]:
    found = [Stand(*row) for row in one["found"]]
    return {**one, "at": parse_datetime(one["at"]), "chip": STATES[WorksState(one["state"])], "gaps": [_row(row) for row in gaps(found)]}  # fmt: skip
