"""The month at the company's desk: what is charged, the run and how far it is."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind
from lifang.core.pay.rules import yuan
from lifang.core.web.htmx import page as answer
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.terms import RunState
from lifang.living.web.desk import SEE, page
from lifang.living.web.forms import RunForm, TariffForm
from lifang.living.web.here import asking, moment, today
from lifang.living.web.tables import RunTable, TariffTable, run_chip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def runs(request: HttpRequest) -> HttpResponseBase:
    table = RunTable(request, selectors.runs(asking(request, SEE)))
    return table.response("living/desk/runs.html", {"tab": "runs"})


@page
@only(Kind.STAFF)
def start(request: HttpRequest) -> HttpResponse:
    actor = asking(request, "living.start_run")
    month = f"{today(request):%Y-%m}"
    form = RunForm(request.POST or None, actor=actor, initial={"month": month})
    if request.method == "POST" and form.is_valid():
        unit, made = form.cleaned_data["unit"], None
        with form.refusals():
            made = actions.start_run(
                actor=actor,
                unit=unit,
                month=form.cleaned_data["month"],
                area=form.cleaned_data["area"],
                at=moment(request),
            )
        if made is not None and not form.errors:
            return redirect("living:run", made.pk)
    return render(request, "living/desk/start.html", {"form": form})


@require_GET
@only(Kind.STAFF)
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a month is; it asks anew by itself until it is done."""
    actor = asking(request, SEE)
    found = selectors.run(actor, pk)
    stands = bool(selectors.stopped(actor, [found]))
    facts = {
        "run": found, "chip": run_chip(found, stopped=stands), "amount": yuan(found.amount), "going": found.state != RunState.DONE and not stands, "stopped": stands,
        "may": stands and actor.may("living.resume_run"),
    }  # fmt: skip
    return answer(request, "living/desk/run.html", facts, partial="progress")


@require_POST
@only(Kind.STAFF)
def resumption(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.resume_run")
    actions.resume_run(actor=actor, run=selectors.run(actor, pk), at=moment(request))
    messages.success(request, _("It goes on where it stopped."))
    return redirect("living:run", pk)


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def tariffs(request: HttpRequest) -> HttpResponseBase:
    table = TariffTable(request, selectors.tariffs(asking(request, SEE)))
    return table.response("living/desk/tariffs.html", {"tab": "tariffs"})


@page
@only(Kind.STAFF)
def tariff(request: HttpRequest) -> HttpResponse:
    actor = asking(request, "living.set_tariff")
    month = f"{today(request):%Y-%m}"
    form = TariffForm(request.POST or None, actor=actor, initial={"since": month})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with form.refusals():
            actions.set_tariff(
                actor=actor, unit=said["unit"], area=said["area"], item=said["item"], basis=said["basis"],
                price=int(said["price"] * 10_000), since=said["since"], at=moment(request),
            )  # fmt: skip
        if not form.errors:
            messages.success(request, _("Charged from that month on."))
            return redirect("living:tariffs")
    return render(request, "living/desk/tariff.html", {"form": form})
