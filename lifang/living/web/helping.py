"""Daily life done for somebody who entrusted it: orders, repairs, bills, parcels; only what was agreed, each act told to them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import SYSTEM, Actor, Kind
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.pay.adapters import address_of, online
from lifang.core.pay.rules import yuan
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import REPAIR_KINDS, operator
from lifang.living.models import Deed
from lifang.living.rules import orders as rules
from lifang.living.rules import walking
from lifang.living.rules.shops import next_open
from lifang.living.selectors import Whose
from lifang.living.terms import BILLS_FOR, ORDERS_FOR, PARCELS_FOR, REPAIRS_FOR, Act
from lifang.living.web import order_shown, parcel_shown, repair_shown, shown
from lifang.living.web.desk import page
from lifang.living.web.forms import PartForm
from lifang.living.web.here import moment, today, who
from lifang.living.web.order_forms import PlaceForm
from lifang.living.web.repair_forms import NoteForm, OrderForm, RateForm, local

SHOPS = 20
LENT = timedelta(minutes=15)  # photos that were asked for
ACTS: dict[str, tuple[str, Any]] = {
    Act.ORDERED: ("shopping-bag", gettext_lazy("ordered from a shop")),
    Act.PAID_ORDER: ("cash", gettext_lazy("went to pay an order")),
    Act.TOOK_BACK: ("x", gettext_lazy("took an order back")),
    Act.CONFIRMED: ("star", gettext_lazy("confirmed an order")),
    Act.REPORTED: ("tool", gettext_lazy("reported a repair")),
    Act.PAID_BILL: ("receipt", gettext_lazy("went to pay a bill")),
    Act.AGREED: ("thumb-up", gettext_lazy("agreed to the quote of a repair")),
    Act.OBJECTED: ("thumb-down", gettext_lazy("did not agree to the quote of a repair")),
    Act.SAW_PHOTOS: ("photo", gettext_lazy("saw the photos of a repair")),
    Act.SAW_CODE: ("package", gettext_lazy("saw the pick-up code")),
}
OWN = {
    Act.ORDERED: "living:own_order", Act.PAID_ORDER: "living:own_order", Act.TOOK_BACK: "living:own_order", Act.CONFIRMED: "living:own_order",
    Act.REPORTED: "living:own_repair", Act.AGREED: "living:own_repair", Act.OBJECTED: "living:own_repair", Act.SAW_PHOTOS: "living:own_repair", Act.PAID_BILL: "living:bill",
}  # fmt: skip


def deeds(rows: list[Deed], *, own: bool) -> list[dict[str, Any]]:
    """Who did what, when; for whom it was done, with the page of the thing itself."""
    return [{"row": one, "icon": ACTS[one.act][0], "act": ACTS[one.act][1], "by": one.agent.name if one.agent else "", "page": OWN.get(Act(one.act), "") if own else ""} for one in rows]  # fmt: skip


def led(request: HttpRequest, errand: str, own: Callable[[Actor], Any], pk: UUID) -> UUID | None:
    """For whom a helper began what is not their own: its page stands there."""
    actor = who(request)
    if own(actor).filter(pk=pk).exists():
        return None
    return selectors.for_whom(actor, errand, pk, today(request))


def _shown(request: HttpRequest, template: str, whose: Whose, facts: dict[str, Any]) -> HttpResponse:  # fmt: skip
    answer = render(request, f"living/helping/{template}.html", {"whose": whose, **facts})
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
@only(Kind.RESIDENT)
def bills(request: HttpRequest, person: UUID) -> HttpResponse:
    whose = selectors.whose(who(request), BILLS_FOR, person, today(request))
    found, day = selectors.helped_bills(who(request), whose), today(request)
    rows = [{"bill": one, "chip": shown.chip(one, day), "amount": yuan(one.left or one.owed), "item": shown.item_name(one.item) if one.item else ""} for one in found]  # fmt: skip
    return _shown(request, "bills", whose, {"rows": rows, "owed": yuan(sum(one.left for one in found)), "owes": any(one.left for one in found)})  # fmt: skip


@page
@only(Kind.RESIDENT)
def bill(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    """One bill, paid whole or in part by the helper."""
    actor = who(request)
    whose = selectors.whose(actor, BILLS_FOR, person, today(request))
    found = selectors.helped_bill(actor, whose, pk)
    form = PartForm(request.POST or None, initial={"amount": yuan(found.left)})
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.to_pay(actor=actor, bill=found, amount=form.cleaned_data["amount"], way=online()[0].key, at=moment(request), person=person)  # fmt: skip
        if made is not None and not form.errors:
            return redirect(address_of(made.way, made.number, made.amount))
    with behind(SYSTEM):  # the bill is in sight
        lines = [shown.line(one) for one in found.lines.all()]
    facts = {"bill": found, "chip": shown.chip(found, today(request)), "lines": lines, "form": form, "owed": yuan(found.owed), "paid": yuan(found.paid), "left": yuan(found.left), "credited": yuan(found.credited), "way": online()[0], "payments": shown.payments(actor, found.pk)}  # fmt: skip
    return _shown(request, "bill", whose, facts)


@page
@only(Kind.RESIDENT)
def parcels(request: HttpRequest, person: UUID) -> HttpResponse:
    """How many wait is read; the code is asked for, and that is kept."""
    actor = who(request)
    whose = selectors.whose(actor, PARCELS_FOR, person, today(request))
    asked = request.method == "POST"
    found = actions.see_parcels_for(actor=actor, person=person, at=moment(request)) if asked else selectors.helped_parcels(actor, whose)  # fmt: skip
    rows = [{"row": one, "carrier": parcel_shown.carrier(one), "chip": parcel_shown.chip(one), "code": one.code if asked else ""} for one in found]  # fmt: skip
    return _shown(request, "parcels", whose, {"rows": rows, "asked": asked})


@page
@only(Kind.RESIDENT)
def repairs(request: HttpRequest, person: UUID) -> HttpResponse:
    """What is broken, with the picture of their building; below, what the helper reported before."""
    actor = who(request)
    whose = selectors.whose(actor, REPAIRS_FOR, person, today(request))
    homes = whose.homes
    chosen = request.GET.get("home", "")
    home = next((one for one in homes if str(one.door.pk) == chosen), homes[0] if homes else None)
    first = {"home": str(home.door.pk), "spot": "home"} if home else {}
    form = OrderForm(request.POST or None, request.FILES or None, homes=homes, initial=first)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.order_repair(actor=actor, at=moment(request), person=person, **form.order())  # fmt: skip
        if made is not None and not form.errors:
            messages.success(request, _("Sent to the property company. You both are told of every step."))  # fmt: skip
            return redirect("living:repair_for", person, made.pk)
    rows = [(one, repair_shown.chip(one), repair_shown.where(one, _home(whose))) for one in selectors.helped_repairs(actor, whose)]  # fmt: skip
    facts = {
        "form": form, "homes": homes, "picture": repair_shown.picture(home, _home(whose)) if home else None, "kinds": REPAIR_KINDS.all(), "rows": rows,
        "kind": form["kind"].value() or "", "spot": form["spot"].value() or "home",
    }  # fmt: skip
    return _shown(request, "repairs", whose, facts)


def _home(whose: Whose) -> str:
    return _("%(name)s's home") % {"name": whose.name}


@page
@only(Kind.RESIDENT)
def repair(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    """How it goes; its photos are asked for, and that is kept."""
    actor, at = who(request), moment(request)
    whose = selectors.whose(actor, REPAIRS_FOR, person, today(request))
    found = selectors.helped_repair(actor, whose, pk)
    asked = request.method == "POST"
    kept = actions.see_repair_photos_for(actor=actor, person=person, repair=pk, at=at) if asked else []  # fmt: skip
    with behind(SYSTEM):  # the repair is in sight
        facts = repair_shown.facts(SYSTEM, found, _home(whose))
    count = len(facts["photos"]["before"]) + len(facts["photos"]["after"])
    return _shown(request, "repair", whose, facts | {"photos": repair_shown.lent(kept, at + LENT), "count": 0 if asked else count})  # fmt: skip


@require_POST
@only(Kind.RESIDENT)
def agreement(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    """To the quote, as they said."""
    actor = who(request)
    whose = selectors.whose(actor, REPAIRS_FOR, person, today(request))
    actions.answer_quote(actor=actor, repair=selectors.helped_repair(actor, whose, pk), agreed=True, note="", at=moment(request))  # fmt: skip
    messages.success(request, _("Agreed. Somebody comes at the time that was set."))
    return redirect("living:repair_for", person, pk)


@page
@only(Kind.RESIDENT)
def objection(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    """Not to that quote: why, and the company quotes anew."""
    actor = who(request)
    whose = selectors.whose(actor, REPAIRS_FOR, person, today(request))
    found = selectors.helped_repair(actor, whose, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.answer_quote(actor=actor, repair=found, agreed=False, note=form.cleaned_data["note"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, _("The company reads why and quotes anew."))
            return redirect("living:repair_for", person, pk)
    return _shown(request, "objection", whose, {"form": form, "repair": found})


@require_GET
@only(Kind.RESIDENT)
def orders(request: HttpRequest, person: UUID) -> HttpResponse:
    """What the helper ordered for them, and what shops near them offer."""
    actor = who(request)
    whose = selectors.whose(actor, ORDERS_FOR, person, today(request))
    rows = [order_shown.line(one) for one in selectors.helped_orders(actor, whose)]
    here = selectors.spot_of(actor, whose)
    shops = [{"shop": one, "minutes": walking.minutes(here, (one.lon, one.lat)) if here else None, "offers": [(offer, yuan(offer.price)) for offer in one.offers.all()]} for one in selectors.listed(actor)]  # fmt: skip
    offering = sorted((one for one in shops if one["offers"]), key=lambda one: (one["minutes"] is None, one["minutes"] or 0, one["shop"].name))  # type: ignore[arg-type,return-value,union-attr,attr-defined]  # fmt: skip
    return _shown(request, "orders", whose, {"rows": rows, "shops": offering[:SHOPS], "operator": operator()})  # fmt: skip


@page
@only(Kind.RESIDENT)
def place(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    """One offer, at their home or at the shop; their subsidy counts, why is not said."""
    actor, at = who(request), moment(request)
    whose = selectors.whose(actor, ORDERS_FOR, person, today(request))
    offer, shop = selectors.offer(actor, pk)
    doors = [one.door for one in whose.homes]
    first = {"count": 1, "token": new_id(), "wanted": local(next_open(shop.opens, shop.closes, shop.days, localtime(at))), "home": str(doors[0].pk) if doors and offer.at_home else ""}  # fmt: skip
    form = PlaceForm(request.POST or None, offer=offer, homes=doors, initial=first)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals("count"):
            made = actions.place_order(actor=actor, offer=offer, at=at, person=person, **form.facts())  # fmt: skip
        if made is not None and not form.errors:
            messages.success(request, _("Sent to the shop. You both are told as soon as it takes it; it is paid after that."))  # fmt: skip
            return redirect("living:order_for", person, made.pk)
    month = f"{today(request):%Y-%m}"
    due = rules.subsidy(shop.trade, offer.at_home and bool(doors), offer.price, 1, selectors.groups_of_person(SYSTEM, person), selectors.used_for(SYSTEM, whose, month))  # fmt: skip
    facts = {
        "form": form, "offer": offer, "shop": shop, "price": yuan(offer.price), "operator": operator(), "subsidy": yuan(due.amount) if due else "",
        "own": yuan(offer.price - due.amount) if due else "",
    }  # fmt: skip
    return _shown(request, "place", whose, facts)


@require_GET
@only(Kind.RESIDENT)
def order(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    return _order(request, person, pk, RateForm())


def _order(request: HttpRequest, person: UUID, pk: UUID, rate: RateForm) -> HttpResponse:
    actor = who(request)
    whose = selectors.whose(actor, ORDERS_FOR, person, today(request))
    found = selectors.helped_order(actor, whose, pk)
    with behind(SYSTEM):  # the order is in sight
        facts = order_shown.facts(SYSTEM, found)
    facts |= {"rate": rate if found.state == "done" else None, "way": online()[0], "payable": found.state in rules.PAYABLE and found.left, "operator": operator()}  # fmt: skip
    return _shown(request, "order", whose, facts)


@require_POST
@only(Kind.RESIDENT)
def payment(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    """One tap goes on to pay it; it is the helper's money."""
    actor = who(request)
    whose = selectors.whose(actor, ORDERS_FOR, person, today(request))
    made = actions.pay_order(actor=actor, order=selectors.helped_order(actor, whose, pk), way=online()[0].key, at=moment(request))  # fmt: skip
    return redirect(address_of(made.way, made.number, made.amount))


@require_POST
@only(Kind.RESIDENT)
def withdrawal(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    actor = who(request)
    whose = selectors.whose(actor, ORDERS_FOR, person, today(request))
    actions.withdraw_order(actor=actor, order=selectors.helped_order(actor, whose, pk), at=moment(request))  # fmt: skip
    messages.success(request, _("Taken back."))
    return redirect("living:order_for", person, pk)


@require_POST
@only(Kind.RESIDENT)
def rating(request: HttpRequest, person: UUID, pk: UUID) -> HttpResponse:
    """It was done, and how it was, as they said."""
    actor = who(request)
    whose = selectors.whose(actor, ORDERS_FOR, person, today(request))
    found = selectors.helped_order(actor, whose, pk)
    form = RateForm(request.POST)
    if form.is_valid():
        with form.refusals("stars"):
            actions.confirm_order(actor=actor, order=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Thank you. It counts for the shop."))
            return redirect("living:order_for", person, pk)
    return _order(request, person, pk, form)
