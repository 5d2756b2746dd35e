"""A household's orders from shops: placed, paid, confirmed, complained about."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind, Refused
from lifang.core.ids import new_id
from lifang.core.pay.adapters import address_of, online
from lifang.core.pay.rules import yuan
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import SUBSIDIES, operator
from lifang.living.rules import orders as rules
from lifang.living.rules.shops import next_open
from lifang.living.terms import ORDERS_FOR
from lifang.living.web import helping
from lifang.living.web import order_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.here import moment, today, who
from lifang.living.web.order_forms import ComplainForm, PlaceForm
from lifang.living.web.repair_forms import NoteForm, RateForm, local
from lifang.registry import selectors as registry


@require_GET
@only(Kind.RESIDENT)
def orders(request: HttpRequest) -> HttpResponse:
    rows = [shown.line(one) for one in selectors.own_orders_shown(who(request), 60)]
    return render(request, "living/orders/orders.html", {"rows": rows})


@page
@only(Kind.RESIDENT)
def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One offer: how many, where, when; what others pay of it is said before anything is sent."""
    actor, at = who(request), moment(request)
    offer, shop = selectors.offer(actor, pk)
    homes = registry.own_doors(actor)
    first = {"count": 1, "token": new_id(), "wanted": local(next_open(shop.opens, shop.closes, shop.days, localtime(at))), "home": str(homes[0].pk) if homes and offer.at_home else ""}  # fmt: skip
    form = PlaceForm(request.POST or None, offer=offer, homes=homes, initial=first)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals("count"):
            made = actions.place_order(actor=actor, offer=offer, at=at, **form.facts())
        if made is not None and not form.errors:
            messages.success(request, _("Sent to the shop. You are told as soon as it takes it; you pay after that."))  # fmt: skip
            return redirect("living:own_order", made.pk)
    month = f"{today(request):%Y-%m}"
    due = rules.subsidy(shop.trade, offer.at_home and bool(homes), offer.price, 1, selectors.groups_of(actor), selectors.used_of(actor, month))  # fmt: skip
    facts = {
        "form": form, "offer": offer, "shop": shop, "price": yuan(offer.price), "operator": operator(), "scheme": due.scheme.name if due else "",
        "subsidy": yuan(due.amount) if due else "", "own": yuan(offer.price - due.amount) if due else "",
    }  # fmt: skip
    return render(request, "living/orders/place.html", facts)


@require_GET
@only(Kind.RESIDENT)
def order(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    if person := helping.led(request, ORDERS_FOR, selectors.own_orders, pk):
        return redirect("living:order_for", person, pk)
    found = selectors.own_order(actor, pk)
    grant = selectors.own_grant(actor, found)
    scheme = SUBSIDIES[grant.scheme].name if grant and grant.scheme in SUBSIDIES else ""
    facts = {**shown.facts(actor, found), "rate": RateForm() if found.state == "done" else None, "scheme": scheme, "way": online()[0], "payable": found.state in rules.PAYABLE and found.left, "operator": operator()}  # fmt: skip
    return render(request, "living/orders/order.html", facts)


@require_POST
@only(Kind.RESIDENT)
def payment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One tap goes on to pay it."""
    actor = who(request)
    made = actions.pay_order(actor=actor, order=selectors.own_order(actor, pk), way=online()[0].key, at=moment(request))  # fmt: skip
    return redirect(address_of(made.way, made.number, made.amount))


@require_POST
@only(Kind.RESIDENT)
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.withdraw_order(actor=actor, order=selectors.own_order(actor, pk), at=moment(request))
    messages.success(request, _("Taken back."))
    return redirect("living:own_order", pk)


@page
@only(Kind.RESIDENT)
def rating(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It was done, and how it was."""
    actor = who(request)
    found = selectors.own_order(actor, pk)
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("stars"):
            actions.confirm_order(actor=actor, order=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Thank you. It counts for the shop."))
            return redirect("living:own_order", pk)
    return render(request, "living/orders/act.html", {"form": form, "order": found, "label": _("Confirm and rate")})  # fmt: skip


@page
@only(Kind.RESIDENT)
def objection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Called off, or not done: why."""
    actor = who(request)
    found = selectors.own_order(actor, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = actions.call_off_order if found.state == "taken" else actions.reopen_order
        with form.refusals("note"):
            act(actor=actor, order=found, note=form.cleaned_data["note"], at=moment(request))
        if not form.errors:
            return redirect("living:own_order", pk)
    label = _("Call it off") if found.state == "taken" else _("It is not done")
    return render(request, "living/orders/act.html", {"form": form, "order": found, "label": label})


@page
@only(Kind.RESIDENT)
def complaint(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the community, not to the shop alone."""
    actor = who(request)
    found = selectors.own_order(actor, pk)
    if found.state == "withdrawn":
        raise Refused("order_over")
    form = ComplainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("text"):
            actions.complain_order(actor=actor, order=found, at=moment(request), **form.cleaned_data)  # fmt: skip
        if not form.errors:
            messages.success(request, _("Sent to the street office."))
            return redirect("living:complaints")
    return render(request, "living/orders/act.html", {"form": form, "order": found, "label": _("Complain")})  # fmt: skip
