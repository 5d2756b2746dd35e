"""`/desk/figures/joint`: joint actions against what rises or comes again, who did their part, and what became of it."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.cases import actions
from lifang.cases.catalogue import JOINT
from lifang.cases.models import Joint, JointPart
from lifang.cases.selectors import joint as asked
from lifang.cases.selectors.joint import Effect
from lifang.cases.web.figures import reader
from lifang.cases.web.frames import framed
from lifang.cases.web.patterns import name_of
from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.flow.lines import Line, tells
from lifang.core.web.forms import Form, date_input
from lifang.core.web.htmx import page as swapped
from lifang.core.web.show import TONES, Chip
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs

Facts = dict[str, Any]
page = require_http_methods(["GET", "POST"])
MOST = 50
WEEK, DAY = timedelta(days=7), timedelta(days=1)


class OrderForm(Form):
    units = forms.MultipleChoiceField(
        label=gettext_lazy("Which units act together?"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("At least two. Ticked are those that handled most of these cases."),
    )  # fmt: skip
    on = forms.DateField(label=gettext_lazy("On which day?"), widget=date_input())
    words = forms.CharField(
        label=gettext_lazy("What is to be done?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Each of the units reads it in its to-do."),
    )  # fmt: skip

    elements = {"units": "", "on": "", "words": ""}

    def __init__(self, *args: Any, units: dict[str, str], first: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rest = [key for key in units if key not in first]
        self.fields["units"].choices = [(key, units[key]) for key in [*first, *rest]]  # type: ignore[attr-defined]


class ReportForm(Form):
    note = forms.CharField(
        label=gettext_lazy("What did your unit do?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    elements = {"note": ""}


@tells("joint")
def joint_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    """Against what, on which day."""
    return {
        row.pk: Line(
            _("Joint action on %(day)s: %(matter)s") % {"day": f"{row.joint.on:%m-%d}", "matter": name_of(row.joint.matter)},
            _where(row.joint), icon="users",
        )
        for row in asked.joint_parts(actor, ids)
    }  # fmt: skip


def _where(one: Joint) -> str:
    return one.place or orgs.place_name(one.area, 2 if len(one.area) > len("990101") else 1)


@require_GET
@only(Kind.STAFF)
def joints(request: HttpRequest) -> HttpResponse:
    actor, look = reader(request), framed(request)
    at: datetime = request.at  # type: ignore[attr-defined]
    found = list(asked.joints(actor)[:MOST])
    told = asked.effects(actor, [one for one in found if _counts(actor, one)], at)
    context = {
        "look": look,
        "rows": [
            {**_facts(one), "effect": _effect(told[one.pk]) if one.pk in told else None}
            for one in found
        ],
        "may_order": actor.may("cases.order_joint", look.frame.area),
    }
    return render(request, "cases/desk/joints.html", context)


def _counts(actor: Actor, one: Joint) -> bool:
    """Only who sees all cases of the area is shown a count of them."""
    return actor.scope.covers(one.area)


def _facts(one: Joint) -> Facts:
    parts = one.seen  # type: ignore[attr-defined]  # prefetched by the selector
    return {
        "one": one,
        "matter": name_of(one.matter),
        "where": _where(one),
        "done": sum(1 for part in parts if part.state == "done"),
        "parts": len(parts),
        "url": reverse("cases:joint", args=[one.pk]),
    }


def _effect(told: Effect) -> Facts:
    change = told.change
    said = _("not applicable") if change is None else f"{change:+.0%}" if change else "0%"
    return {
        "told": told,
        "change": said,
        "tone": "" if change is None else "done" if change < 0 else "late" if change > 0 else "idle",
        "until": localtime(told.counted_until).date(),
    }  # fmt: skip


@page
@only(Kind.STAFF)
def order(request: HttpRequest) -> HttpResponse:
    """Against a rising matter or a repeat place of the list: units, a day, what is to be done."""
    actor, look = reader(request), framed(request)
    at: datetime = request.at  # type: ignore[attr-defined]
    frame = look.frame
    insist(None if actor.may("cases.order_joint", frame.area) else Refusal("not_allowed"))
    if not frame.matter:
        messages.info(request, _("Choose a line of the list to act against."))
        return redirect("cases:patterns")
    place = asked.spot_name(actor, frame) if frame.cell is not None else ""
    units = orgs.unit_choice(actor, frame.area[:6])
    usual = [str(pk) for pk in asked.usual_units(actor, frame) if str(pk) in units]
    first = localtime(at).date() + WEEK
    form = OrderForm(request.POST if request.method == "POST" else None, units=units, first=usual, initial={"units": usual, "on": first})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with form.refusals():
            made = actions.order_joint(
                actor=actor, area=frame.area, matter=frame.matter, cell=frame.cell, place=place, at=at,
                units=[UUID(one) for one in given["units"]], on=given["on"], words=given["words"],
            )  # fmt: skip
            messages.success(request, _("The joint action is ordered; each unit has it in its to-dos."))  # fmt: skip
            return redirect("cases:joint", made.pk)
    context = {"look": look, "form": form, "matter": name_of(frame.matter), "where": place or look.area_name, "back": f"{reverse('cases:patterns')}?{look.query(about='', cell='')}"}  # fmt: skip
    return render(request, "cases/desk/joint_order.html", context, status=422 if form.errors else 200)  # fmt: skip


@require_GET
@only(Kind.STAFF)
def joint(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = reader(request)
    at: datetime = request.at  # type: ignore[attr-defined]
    one = asked.joint(actor, pk)
    reports = asked.joint_reports(actor, one)
    parts = [
        {"unit": part.unit.name, "chip": _chip(part), "report": reports.get(part.pk), "url": reverse("cases:joint_part", args=[part.pk]),
         "mine": _open_to(actor, part)}
        for part in one.seen  # type: ignore[attr-defined]
    ]  # fmt: skip
    context = {**_facts(one), "parts": parts, "rows": _rows(actor, one, at), "look": framed(request)}  # fmt: skip
    return render(request, "cases/desk/joint.html", context)


def _rows(actor: Actor, one: Joint, at: datetime) -> list[Facts]:
    """Before and after, with their lists: at the place, and in the whole area what would have changed anyhow."""
    if not _counts(actor, one):
        return []
    everywhere = _("In all of %(area)s") % {"area": orgs.place_name(one.area, 1)}
    here = asked.effects(actor, [one], at)[one.pk]
    name = everywhere if one.cell is None else _("Here")
    found = [{"name": name, **_effect(here), **_lists(one, one.cell)}]
    if one.cell is not None:
        around = asked.same_elsewhere(actor, one, at)
        found.append({"name": everywhere, **_effect(around), **_lists(one, None)})
    return found


def _lists(one: Joint, cell: int | None) -> dict[str, str]:
    return {
        "before_url": _list(one, cell, one.on - asked.WINDOW, one.on - DAY),
        "after_url": _list(one, cell, one.on, one.on + asked.WINDOW - DAY),
    }


def _list(one: Joint, cell: int | None, first: date, last: date) -> str:
    facts = {"place": one.area, "from": first.isoformat(), "to": last.isoformat(), "about": one.matter}  # fmt: skip
    facts |= {"cell": str(cell)} if cell is not None else {}
    return f"{reverse('cases:figure_cases', args=['reported'])}?{urlencode(facts)}"


def _chip(part: JointPart) -> Chip:
    state = JOINT().state[part.state]
    return Chip(TONES[state.tone], state.name)


def _open_to(actor: Actor, part: JointPart) -> bool:
    own = f"unit:{part.unit_id}" in actor.units
    return own and JOINT().state[part.state].kind != "done" and actor.may("cases.take_part", part.area)  # fmt: skip


@page
@only(Kind.STAFF)
def part(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One unit's part: what it is to do, what it did."""
    actor: Actor = reader(request)
    at: datetime = request.at  # type: ignore[attr-defined]
    found = asked.joint_parts(actor, [pk]).first()
    if found is None:
        raise Refused("not_found")
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("note"):
            actions.take_part(actor=actor, part=found, note=form.cleaned_data["note"], at=at)
            messages.success(request, _("Kept; whoever ordered it reads it."))
            return redirect("cases:joint_part", pk)
    one = found.joint
    context = {
        "part": found, "one": one, "matter": name_of(one.matter), "where": _where(one), "chip": _chip(found), "form": form,
        "may": _open_to(actor, found), "url": reverse("cases:joint", args=[one.pk]),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return swapped(request, "cases/desk/joint_part.html", context, partial="peek", status=status)
