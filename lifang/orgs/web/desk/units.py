"""Units, and the duties matrix."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lifang.core.access import Refusal, insist
from lifang.core.calendar.catalogue import HOURS
from lifang.core.web.htmx import page
from lifang.orgs import actions, selectors
from lifang.orgs.catalogue import DUTIES, matter_names
from lifang.orgs.selectors import home_of
from lifang.orgs.terms import ROLE_NAMES, Role
from lifang.orgs.web import forms
from lifang.orgs.web.desk.areas import may, staff
from lifang.orgs.web.tables import DutyTable, PostingTable, UnitTable, kind_name, matter_name


@require_http_methods(["GET", "POST"])
@staff
def units(request: HttpRequest) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    area = home_of(actor)
    rows = selectors.units(actor, area=area[:6], closed="state" in request.GET)
    return UnitTable(request, rows).response(
        "orgs/units.html", {"may": may(actor, area, "orgs.add_unit")}
    )


@staff
def new_unit(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.UnitForm(request.POST or None, initial={"area": home_of(actor)})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            made = actions.add_unit(actor=actor, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("%(name)s was added.") % {"name": made.name})
            return redirect("orgs:unit", made.pk)
    return page(request, "orgs/unit_form.html", _form(actor, form, _("Add a unit")))


def _form(actor: Any, form: forms.UnitForm, heading: str) -> dict[str, Any]:
    areas = forms.area_list(actor, home_of(actor)[:6])
    return {"form": form, "heading": heading, "areas": areas}


@require_http_methods(["GET", "POST"])
@staff
def unit(request: HttpRequest, pk: str) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.unit(actor, pk)
    hours = HOURS.get(selectors.hours_of(found))
    table = PostingTable(request, selectors.postings(actor, unit=found, at=request.at))  # type: ignore[attr-defined]
    context = {
        "unit": found,
        "kind": kind_name(found.kind),
        "place": selectors.place_name(found.area),
        "hours": hours.name if hours else _("The usual ones"),
        "duties": [
            (matter_name(duty.matter), selectors.place_name(duty.area), ROLE_NAMES[Role(duty.role)])
            for duty in selectors.duties(actor).filter(unit=found)
        ],
        "may": may(actor, found.area, "orgs.change_unit", "orgs.close_unit"),
    }
    return table.response("orgs/unit.html", context)


@staff
def change_unit(request: HttpRequest, pk: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.unit(actor, pk)
    start = {name: getattr(found, name) for name in forms.UnitForm.base_fields}
    form = forms.UnitForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.change_unit(actor=actor, unit=found, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("The changes were saved."))
            return redirect("orgs:unit", pk)
    return page(
        request, "orgs/unit_form.html", {**_form(actor, form, str(found.name)), "unit": found}
    )


@require_POST
@staff
def close_unit(request: HttpRequest, pk: str) -> HttpResponse:
    found = selectors.unit(request.actor, pk)  # type: ignore[attr-defined]
    actions.close_unit(actor=request.actor, unit=found, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("%(name)s was closed.") % {"name": found.name})
    return redirect("orgs:unit", pk)


@staff
def duties(request: HttpRequest) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    within = home_of(actor)
    form = forms.DutyForm(
        request.POST or None, actor=actor, within=within[:6], initial={"area": within}
    )
    if request.method == "POST":
        insist(None if actor.may("orgs.set_duty") else Refusal("not_allowed"))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            chosen = selectors.unit(actor, form.cleaned_data.pop("unit"))
            actions.set_duty(actor=actor, unit=chosen, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("From now on this line answers."))
            return redirect("orgs:duties")
    ask = forms.AskForm(request.GET if "matter" in request.GET else None)
    context: dict[str, Any] = {
        "form": form,
        "ask": ask,
        "asked": ask.is_bound and ask.is_valid(),
        "areas": forms.area_list(actor, within[:6]),
        "matters": sorted(matter_names().items()),
        "usual": _usual(),
        "may": may(actor, within, "orgs.set_duty"),
    }
    if context["asked"]:
        context["answers"] = [
            (answer, ROLE_NAMES[Role(answer.role)])
            for answer in selectors.answerers(ask.cleaned_data["matter"], ask.cleaned_data["where"])
        ]
        context["where"] = selectors.place_name(ask.cleaned_data["where"])
        context["matter"] = matter_name(ask.cleaned_data["matter"])
    return DutyTable(request, selectors.duties(actor, within[:6])).response(
        "orgs/duties.html", context
    )


def _usual() -> list[tuple[str, list[str], str, str]]:
    """The division of labour that holds where nobody wrote another line."""
    return [
        (
            kind_name(line.unit_kind),
            [matter_name(code) for code in line.matters],
            str(ROLE_NAMES[Role(line.role)]),
            str(line.reason),
        )
        for line in DUTIES
    ]


@require_POST
@staff
def duty_ends(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    rows = DutyTable.selected(request, selectors.duties(actor, home_of(actor)[:6]))
    for row in rows:
        actions.end_duty(actor=actor, duty=row, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("Taken back. The usual division of labour answers again."))
    return redirect("orgs:duties")
