"""The business door for a keeper: one's shop, its services."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.site import site
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import operator
from lifang.living.models import Shop
from lifang.living.web import shop_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.here import moment, who
from lifang.living.web.shop_forms import OfferForm, ShopForm, first_of


def own(actor: Actor) -> Shop:
    found = selectors.own_shop(actor)
    insist(None if found else Refusal("not_found"))
    assert found is not None  # noqa: S101 -- insisted
    return found


@page
@only(Kind.RESIDENT)
def trade(request: HttpRequest) -> HttpResponse:
    """One's shop as it stands; a service added. Without a shop: how to open one."""
    actor = who(request)
    found = selectors.own_shop(actor)
    if found is None:
        return render(request, "living/trade/none.html", {"operator": operator()})
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("name"):
            actions.add_offer(actor=actor, shop=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Offered."))
            return redirect("living:trade")
    facts = {**shown.facts(actor, found, moment(request)), "form": form, "entries": shown.entries(actor, found), "waiting": selectors.shop_orders(actor).filter(state="placed").count(), "operator": operator()}  # fmt: skip
    return render(request, "living/trade/shop.html", facts)


@page
@only(Kind.RESIDENT)
def told(request: HttpRequest) -> HttpResponse:
    """What is told of it: asked for the first time, or anew."""
    actor = who(request)
    found = selectors.own_shop(actor)
    form = ShopForm(request.POST or None, request.FILES or None, shop=found, initial=first_of(found) if found else {"days": list("1234567")})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals("name"):
            if found is None:
                actions.enter_shop(actor=actor, at=moment(request), **form.facts())
            else:
                actions.change_shop(actor=actor, shop=found, at=moment(request), **form.facts())
        if not form.errors:
            messages.success(request, _("Saved. You are told as soon as it was looked at."))
            return redirect("living:trade")
    return render(request, "living/trade/told.html", {"form": form, "shop": found, "map": _pick(found), "operator": operator()})  # fmt: skip


def _pick(found: Shop | None) -> dict[str, Any]:

    here = [found.lon, found.lat] if found else list(site().centre)
    return {"pick": {"lat": "id_lat", "lon": "id_lon"}, "centre": here, "zoom": 15, "areas": f"{reverse('orgs:shapes', args=[site().county])}?level=12"}  # fmt: skip


@require_POST
@only(Kind.RESIDENT)
def offer_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.end_offer(actor=actor, shop=own(actor), offer=pk, at=moment(request))
    messages.success(request, _("Taken off."))
    return redirect("living:trade")


@require_POST
@only(Kind.RESIDENT)
def leave(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    actions.leave_shop(actor=actor, shop=own(actor), at=moment(request))
    messages.success(request, _("Your shop is off the door."))
    return redirect("living:trade")
