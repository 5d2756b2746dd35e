"""Orders at the business door: what a keeper needs to do them, and nothing more of whoever ordered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind
from lifang.core.pay.rules import yuan
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import operator
from lifang.living.rules import orders as rules
from lifang.living.web import order_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.here import moment, who
from lifang.living.web.order_forms import BackForm
from lifang.living.web.repair_forms import NoteForm


@require_GET
@only(Kind.RESIDENT)
def orders(request: HttpRequest) -> HttpResponse:
    """What waits, what is under way, what is done; what the street owes and paid out."""
    actor = who(request)
    found = selectors.own_shop(actor)
    rows = [shown.line(one) for one in selectors.shop_orders(actor)[:80]]
    paid = [(one, yuan(one.amount)) for one in selectors.payouts(actor, found)] if found else []
    owed = selectors.owed_to(actor, found) if found else 0
    facts = {
        "open": [row for row in rows if row["order"].state in rules.OPEN], "over": [row for row in rows if row["order"].state not in rules.OPEN],
        "owed": yuan(owed) if owed else "", "paid": paid, "operator": operator(),
    }  # fmt: skip
    return render(request, "living/trade/orders.html", facts)


@require_GET
@only(Kind.RESIDENT)
def order(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "living/trade/order.html", _facts(request, pk))


def _facts(request: HttpRequest, pk: UUID) -> dict[str, object]:
    actor = who(request)
    found = selectors.shop_order(actor, pk)
    return {**shown.facts(actor, found), "open": found.state in rules.OPEN, "operator": operator()}


@require_POST
@only(Kind.RESIDENT)
def telephone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How to reach whoever ordered: shown once, and written down."""
    actor = who(request)
    told = actions.see_order_telephone(actor=actor, order=selectors.shop_order(actor, pk), at=moment(request))  # fmt: skip
    answer = render(request, "living/trade/order.html", {**_facts(request, pk), "telephone": told, "asked": True})  # fmt: skip
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@only(Kind.RESIDENT)
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.take_order(actor=actor, order=selectors.shop_order(actor, pk), at=moment(request))
    messages.success(request, _("Taken. The household is told and can pay."))
    return redirect("living:shop_order", pk)


@require_POST
@only(Kind.RESIDENT)
def finish(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.finish_order(actor=actor, order=selectors.shop_order(actor, pk), note="", at=moment(request))  # fmt: skip
    messages.success(request, _("Done. The household is asked to confirm."))
    return redirect("living:shop_order", pk)


@page
@only(Kind.RESIDENT)
def refusal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Declined, or called off after it was taken: why."""
    actor = who(request)
    found = selectors.shop_order(actor, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = actions.call_off_order if found.state == "taken" else actions.decline_order
        with form.refusals("note"):
            act(actor=actor, order=found, note=form.cleaned_data["note"], at=moment(request))
        if not form.errors:
            return redirect("living:shop_order", pk)
    label = _("Call it off") if found.state == "taken" else _("Decline")
    return render(request, "living/trade/act.html", {"form": form, "order": found, "label": label})


@page
@only(Kind.RESIDENT)
def back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Money back for something that was not as it should be."""
    actor = who(request)
    found = selectors.shop_order(actor, pk)
    form = BackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("amount"):
            actions.credit_order(actor=actor, order=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("It goes back the way it came."))
            return redirect("living:shop_order", pk)
    return render(request, "living/trade/act.html", {"form": form, "order": found, "label": _("Give money back")})  # fmt: skip
