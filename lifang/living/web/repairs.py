"""Repairs at the company's desk: a board, one order, what is done with it. Nobody who repairs is ranked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind
from lifang.core.pay.rules import yuan
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import REPAIR
from lifang.living.web import repair_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.here import asking, moment
from lifang.living.web.repair_forms import BookForm, FinishForm, NoteForm, QuoteForm, local
from lifang.living.web.repair_tables import RepairTable

SEE = "living.see_repairs"


@require_GET
@only(Kind.STAFF)
def board(request: HttpRequest) -> HttpResponse:
    """State by state, what is due first."""
    actor = asking(request, SEE)
    columns = [
        {"name": REPAIR().state[key].name, "key": key, "count": count, "cards": [(row, shown.chip(row), shown.where(row)) for row in rows]}
        for key, count, rows in selectors.board(actor)
    ]  # fmt: skip
    return render(request, "living/desk/repairs.html", {"columns": columns, "tab": "board"})


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def repairs(request: HttpRequest) -> HttpResponseBase:
    table = RepairTable(request, selectors.repairs(asking(request, SEE)))
    return table.response("living/desk/repair_list.html", {"tab": "list"})


@require_GET
@only(Kind.STAFF)
def repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, SEE)
    found = selectors.repair(actor, pk)
    facts = {**shown.facts(actor, found), "may_refuse": actor.may("living.refuse_repair")}
    if found.state == "taken":
        facts["form"] = QuoteForm()
    if found.state == "agreed":
        facts["form"] = FinishForm(initial={"charged": yuan(found.quoted)})
    return render(request, "living/desk/repair.html", facts)


@require_POST
@only(Kind.STAFF)
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.take_repair")
    actions.take_repair(actor=actor, repair=selectors.repair(actor, pk), at=moment(request))
    return redirect("living:repair", pk)


@page
@only(Kind.STAFF)
def quote(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.quote_repair")
    found = selectors.repair(actor, pk)
    form = QuoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.quote_repair(actor=actor, repair=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("The household is told."))
            return redirect("living:repair", pk)
    return render(request, "living/desk/repair.html", {**shown.facts(actor, found), "form": form})


@page
@only(Kind.STAFF)
def visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.book_repair")
    found = selectors.repair(actor, pk)
    form = BookForm(request.POST or None, initial={"start": local(found.visit_from), "end": local(found.visit_to)})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.book_repair(actor=actor, repair=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("The household is told."))
            return redirect("living:repair", pk)
    return render(request, "living/desk/repair_act.html", {"form": form, "repair": found, "label": _("Another time")})  # fmt: skip


@page
@only(Kind.STAFF)
def finish(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.finish_repair")
    found = selectors.repair(actor, pk)
    form = FinishForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        with form.refusals():
            actions.finish_repair(
                actor=actor, repair=found, charged=told["charged"], parts=told["parts"], note=told["note"], photos=told["photos"] or [], at=moment(request),
            )  # fmt: skip
        if not form.errors:
            messages.success(request, _("Done. The household is told and asked how it was."))
            return redirect("living:repair", pk)
    return render(request, "living/desk/repair.html", {**shown.facts(actor, found), "form": form})


@page
@only(Kind.STAFF)
def refusal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.refuse_repair")
    found = selectors.repair(actor, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.refuse_repair(actor=actor, repair=found, note=form.cleaned_data["note"], at=moment(request))  # fmt: skip
        if not form.errors:
            return redirect("living:repair", pk)
    return render(request, "living/desk/repair_act.html", {"form": form, "repair": found, "label": _("Do not take it")})  # fmt: skip


@require_POST
@only(Kind.STAFF)
def telephone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How to reach the household: shown once, and written down."""
    actor = asking(request, "living.see_repair_telephone")
    found = selectors.repair(actor, pk)
    told = actions.see_repair_telephone(actor=actor, repair=found, area=found.area, at=moment(request))  # fmt: skip
    answer = render(request, "living/desk/repair.html", {**shown.facts(actor, found), "telephone": told, "asked": True})  # fmt: skip
    answer["Cache-Control"] = "no-store"
    return answer
