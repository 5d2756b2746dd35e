"""A community's accounts, how its company does, rounds, complaints."""

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

from lifang.core.access import SYSTEM, Kind, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.pay.rules import yuan
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import COMMUNITY_ITEMS, ROUNDS, TOPICS
from lifang.living.web.forms import COMMUNITY, Yuan, own_units, served
from lifang.living.web.here import asking, moment, today, who
from lifang.living.web.repair_forms import NoteForm
from lifang.orgs import selectors as orgs

page = require_http_methods(["GET", "POST"])
LINES = 60


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Communities that publish their accounts; one's own first."""
    actor = who(request)
    own = set(selectors.own_communities(actor))
    rows = [(area, orgs.place_name(area, 2), area in own) for area in selectors.communities_published(actor)]  # fmt: skip
    return render(request, "living/public/accounts.html", {"rows": sorted(rows, key=lambda row: (not row[2], row[0]))})  # fmt: skip


@require_GET
def account(request: HttpRequest, area: str) -> HttpResponse:
    """What came in and was spent, line by line; how the companies do. Anybody may read it."""
    actor = who(request)
    insist(None if area in set(selectors.communities_published(actor)) else Refusal("not_found"))
    sums = selectors.sums(actor, area)
    with behind(SYSTEM):  # published
        lines = [{"line": one, "item": item_name(one.item), "amount": yuan(one.amount), "way": COMMUNITY_ITEMS[one.item].way} for one in selectors.lines(actor, area)[:LINES]]  # fmt: skip
    rows = [(way, item_name(item), yuan(n)) for way, item, n in sums.rows]
    facts = {
        "area": area, "name": orgs.place_name(area, 2), "lines": lines, "rows": rows, "balanced": sums.balanced, "most": LINES,
        "income": yuan(sums.income), "expense": yuan(sums.expense), "left": yuan(sums.income - sums.expense),
        "scores": [_shown(one) for one in selectors.scores(actor, area, moment(request))],
    }  # fmt: skip
    return render(request, "living/public/account.html", facts)


def _shown(one: selectors.Score) -> dict[str, Any]:
    """A score in words: shares as whole per cents, nothing where nothing is known."""
    said = {name: "—" if value is None else f"{value:.0%}" for name, value in (("on_time", one.on_time), ("rounds_done", one.rounds_done), ("paid", one.paid))}  # fmt: skip
    return {**one._asdict(), **said}


def item_name(key: str) -> str:
    return str(COMMUNITY_ITEMS[key].name) if key in COMMUNITY_ITEMS else key


def _state(row: Any) -> Chip:
    if row.counters_id:
        return Chip("idle", _("Counter-entry"))
    return Chip("late", _("Countered")) if hasattr(row, "countered") else Chip("done", _("Published"))  # fmt: skip


class LineTable(Table):
    number = Column(gettext_lazy("Number"))
    day = Column(gettext_lazy("Day"), cell="date", sort="day")
    item = Column(gettext_lazy("Item"), value=lambda row: item_name(row.item))
    party = Column(gettext_lazy("Who paid or was paid"), wide=True)
    amount = Column(gettext_lazy("Amount (yuan)"), value=lambda row: yuan(row.amount), sort="amount")  # fmt: skip
    where = Column(gettext_lazy("Community"), value=lambda row: orgs.place_name(row.area, 1))
    state = Column(gettext_lazy("State"), cell="state", value=_state, link=lambda row: "" if row.counters_id or hasattr(row, "countered") else reverse("living:counter", args=[row.pk]))  # fmt: skip

    key = "community_lines"
    search = ("number", "party")
    order = "-day"
    filters = (Choice("item", gettext_lazy("Item"), {one.key: one.name for one in COMMUNITY_ITEMS.all()}),)  # fmt: skip
    empty = Empty(gettext_lazy("Nothing was entered yet."), gettext_lazy("Enter what common parts bring in and what is spent; everybody who lives there reads it."), act=(gettext_lazy("Enter a line"), "living:line"), icon="scale")  # fmt: skip


class LineForm(Form):
    area = forms.ChoiceField(label=gettext_lazy("Community"))
    item = forms.ChoiceField(label=gettext_lazy("Item"))
    amount = Yuan(label=gettext_lazy("Amount (yuan)"))
    party = forms.CharField(label=gettext_lazy("Who paid or was paid"), max_length=80, help_text=gettext_lazy("A unit or a firm, never a person."))  # fmt: skip
    day = forms.DateField(label=gettext_lazy("Day"), widget=date_input())
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, areas: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [(area, orgs.place_name(area, 2)) for area in areas]  # type: ignore[attr-defined]
        ways = {"income": _("Income"), "expense": _("Expense")}
        choices = [(one.key, f"{ways[one.way]} · {one.name}") for one in COMMUNITY_ITEMS.all()]
        self.fields["item"].choices = choices  # type: ignore[attr-defined]


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def lines(request: HttpRequest) -> HttpResponseBase:
    table = LineTable(request, selectors.own_lines(asking(request, "living.enter_line")))
    return table.response("living/desk/lines.html", {})


@page
@only(Kind.STAFF)
def line(request: HttpRequest) -> HttpResponse:
    actor = asking(request, "living.enter_line")
    areas = sorted({grant.area[:COMMUNITY] for grant in actor.grants if "living.enter_line" in grant.capabilities and len(grant.area) >= COMMUNITY})  # fmt: skip
    form = LineForm(request.POST or None, areas=areas, initial={"day": today(request)})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.enter_line(actor=actor, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Booked and published."))
            return redirect("living:lines")
    return render(request, "living/desk/plain_form.html", {"form": form, "label": _("Enter a line"), "back": reverse("living:lines"), "up": _("Community accounts")})  # fmt: skip


@page
@only(Kind.STAFF)
def counter(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.counter_line")
    found = selectors.line(actor, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.counter_line(actor=actor, line=found, note=form.cleaned_data["note"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, _("Countered. Both lines stay to be seen."))
            return redirect("living:lines")
    said = f"{found.number} · {item_name(found.item)} · {found.party} · ¥ {yuan(found.amount)}"
    return render(request, "living/desk/plain_form.html", {"form": form, "label": _("Counter the line"), "said": said, "back": reverse("living:lines"), "up": _("Community accounts")})  # fmt: skip


class RoundForm(Form):
    fine = forms.TypedChoiceField(label=gettext_lazy("What you saw"), coerce=lambda value: value == "yes", widget=forms.RadioSelect, choices=[("yes", gettext_lazy("In order")), ("no", gettext_lazy("Something is wrong"))])  # fmt: skip
    found = forms.CharField(label=gettext_lazy("What was found"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip


class PlanForm(Form):
    area = forms.ChoiceField(label=gettext_lazy("Community"))
    until = forms.DateField(label=gettext_lazy("Until"), widget=date_input())

    def __init__(self, *args: Any, units: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairs = {f"{pk}:{area}": (unit, area) for pk, unit in units.items() for area in served(unit) if len(area) >= COMMUNITY}  # fmt: skip
        choices = [(key, orgs.place_name(area, 2)) for key, (_unit, area) in self.pairs.items()]
        self.fields["area"].choices = choices  # type: ignore[attr-defined]


@require_GET
@only(Kind.STAFF)
def rounds(request: HttpRequest) -> HttpResponse:
    """What is due within two weeks, late ones first; nobody's name stands here."""
    actor = asking(request, "living.do_round")
    day = today(request)
    rows = [(one, ROUNDS[one.kind], orgs.place_name(one.area, 1), one.due_on < day) for one in selectors.rounds_due(actor, day)[:60] if one.kind in ROUNDS]  # fmt: skip
    done = [(one, ROUNDS[one.kind], orgs.place_name(one.area, 1)) for one in selectors.rounds(actor).filter(done_at__isnull=False).order_by("-done_at")[:20] if one.kind in ROUNDS]  # fmt: skip
    return render(request, "living/desk/rounds.html", {"rows": rows, "done": done, "may_plan": actor.may("living.plan_rounds")})  # fmt: skip


@page
@only(Kind.STAFF)
def plan(request: HttpRequest) -> HttpResponse:
    actor = asking(request, "living.plan_rounds")
    form = PlanForm(request.POST or None, units=own_units(actor))
    if request.method == "POST" and form.is_valid():
        unit, area = form.pairs[form.cleaned_data["area"]]
        made = 0
        with form.refusals():
            made = actions.plan_rounds(actor=actor, unit=unit, area=area, until=form.cleaned_data["until"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, _("%(n)d rounds planned.") % {"n": made})
            return redirect("living:rounds")
    return render(request, "living/desk/plain_form.html", {"form": form, "label": _("Plan rounds"), "back": reverse("living:rounds"), "up": _("Rounds")})  # fmt: skip


@page
@only(Kind.STAFF)
def one_round(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.do_round")
    found = selectors.one_round(actor, pk)
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.do_round(actor=actor, inspection=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            return redirect("living:rounds")
    kind = ROUNDS[found.kind].name if found.kind in ROUNDS else found.kind
    return render(request, "living/desk/plain_form.html", {"form": form, "label": str(kind), "said": f"{orgs.place_name(found.area, 2)} · {found.due_on}", "back": reverse("living:rounds"), "up": _("Rounds")})  # fmt: skip


class ComplainForm(Form):
    home = forms.ChoiceField(label=gettext_lazy("Which home"))
    topic = forms.ChoiceField(label=gettext_lazy("What about"), widget=forms.RadioSelect)
    text = forms.CharField(label=gettext_lazy("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))  # fmt: skip

    def __init__(self, *args: Any, homes: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.homes = homes
        self.fields["home"].choices = [(pk, one.door.address) for pk, one in homes.items()]  # type: ignore[attr-defined]
        if len(homes) == 1:
            self.fields["home"].widget = forms.HiddenInput()
            self.fields["home"].initial = next(iter(homes))
        topics = [(one.key, str(one.name)) for one in TOPICS.all() if one.of == "company"]
        self.fields["topic"].choices = topics  # type: ignore[attr-defined]


@page
@only(Kind.RESIDENT, Kind.STAFF)
def complaints(request: HttpRequest) -> HttpResponse:
    """One's own complaints and their cases; a new one goes to the street, not to the company alone."""
    actor = who(request)
    homes = {str(one.door.pk): one for one in selectors.own_homes(actor)}
    form = ComplainForm(request.POST or None, homes=homes)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with form.refusals():
            actions.complain(actor=actor, home=homes[told["home"]].door, topic=told["topic"], text=told["text"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, _("Sent to the street office."))
            return redirect("living:complaints")
    with behind(SYSTEM):  # one's own by their holder; the machine that one is about is published
        rows = [(one, str(TOPICS[one.topic].name) if one.topic in TOPICS else one.topic, Chip("done", _("Answered")) if one.ended_at else Chip("progress", _("Being handled"))) for one in selectors.own_complaints(actor)[:30]]  # fmt: skip
    return render(request, "living/my/complaints.html", {"form": form, "rows": rows, "homes": homes})  # fmt: skip
