"""Bills at the company's desk: listed, one by one, cash, refunds, reductions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import DateField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.ids import short_code
from lifang.core.pay import selectors as pay
from lifang.core.pay.rules import yuan
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import REMINDERS
from lifang.living.models import Bill
from lifang.living.terms import Source
from lifang.living.web import shown
from lifang.living.web.forms import PartForm, WhyForm, own_units
from lifang.living.web.here import asking, moment, today
from lifang.living.web.tables import BillTable

page = require_http_methods(["GET", "POST"])
SEE = "living.take_cash"


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def bills(request: HttpRequest) -> HttpResponseBase:
    actor = asking(request, SEE)
    rows = selectors.bills(actor).annotate(today=Value(today(request), output_field=DateField()))
    return BillTable(request, rows).response("living/desk/bills.html", {"tab": "bills"})


@require_GET
@only(Kind.STAFF)
def sums(request: HttpRequest) -> HttpResponse:
    """Month by month what was billed and came: what the owners read too."""
    actor = asking(request, SEE)
    units = own_units(actor).values()
    found = [(unit, _months(actor, unit)) for unit in units]
    return render(request, "living/desk/sums.html", {"found": found, "tab": "sums"})


def _months(actor: Actor, unit: Any) -> list[dict[str, Any]]:
    return sums_of(actor, unit.pk, unit.area)


def sums_of(actor: Actor, unit: UUID, area: str) -> list[dict[str, Any]]:
    return [
        {"month": one.month, "bills": one.bills, "open": one.open, "owed": yuan(one.owed), "paid": yuan(one.paid), "left": yuan(one.left), "share": one.share}
        for one in selectors.months(actor, unit, area)
    ]  # fmt: skip


@require_GET
@only(Kind.STAFF)
def bill(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, SEE)
    return _page(request, actor, selectors.bill(actor, pk))


def _page(request: HttpRequest, actor: Actor, found: Bill, **forms: Form) -> HttpResponse:
    facts = {
        "bill": found, "chip": shown.chip(found, today(request)), "lines": [shown.line(one) for one in found.lines.all()],
        "owed": yuan(found.owed), "paid": yuan(found.paid), "left": yuan(found.left), "credited": yuan(found.credited),
        "payments": shown.payments(actor, found.pk), "cash": PartForm(initial={"amount": yuan(found.left)}, prefix="cash"),
        "reminded": str(REMINDERS[found.reminded].name) if found.reminded in REMINDERS else "",
        "may_refund": actor.may("living.refund_bill"), "may_credit": actor.may("living.credit_bill") and found.source != Source.IMPORT,
        **forms,
    }  # fmt: skip
    return render(request, "living/desk/bill.html", facts)


@page
@only(Kind.STAFF)
def cash(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, SEE)
    found = selectors.bill(actor, pk)
    form = PartForm(request.POST or None, prefix="cash")
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.take_part(
                actor=actor, bill=found, amount=form.cleaned_data["amount"], at=moment(request)
            )
        if not form.errors:
            messages.success(request, _("Booked. Print the receipt for whoever paid."))
            return redirect("living:desk_bill", pk)
    return _page(request, actor, found, cash=form)


@page
@only(Kind.STAFF)
def refund(request: HttpRequest, pk: UUID, number: str) -> HttpResponse:
    """Of one payment: all of it or a part, with a reason."""
    actor = asking(request, "living.refund_bill")
    found = selectors.bill(actor, pk)
    order = pay.order(actor, number)
    insist(None if order.subject == found.pk else Refusal("not_found"))
    form = WhyForm(request.POST or None, initial={"amount": yuan(order.left), "token": short_code(12)})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.refund_bill(
                actor=actor, bill=found, order=order, at=moment(request), **form.cleaned_data
            )
        if not form.errors:
            messages.success(request, _("The refund is on its way; the bill is owed again when it was given."))  # fmt: skip
            return redirect("living:desk_bill", pk)
    facts = {
        "form": form,
        "bill": found,
        "label": _("Give money back"),
        "amount": yuan(order.amount),
    }
    return render(request, "living/desk/act.html", facts)


@page
@only(Kind.STAFF)
def reduction(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A mistake in the bill: so much less is owed."""
    actor = asking(request, "living.credit_bill")
    found = selectors.bill(actor, pk)
    form = WhyForm(request.POST or None, initial={"token": "-"})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.credit(
                actor=actor,
                bill=found,
                amount=form.cleaned_data["amount"],
                why=form.cleaned_data["why"],
                at=moment(request),
            )
        if not form.errors:
            messages.success(request, _("So much less is owed now."))
            return redirect("living:desk_bill", pk)
    facts = {"form": form, "bill": found, "label": _("Take off an amount"), "amount": yuan(found.left)}  # fmt: skip
    return render(request, "living/desk/act.html", facts)
