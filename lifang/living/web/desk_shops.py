"""Shops at the community's and street's desk: looked at, listed, refused, removed with a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind, Refused
from lifang.core.files import store
from lifang.core.ids import new_id
from lifang.core.pay.rules import yuan
from lifang.core.web.show import Photo
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import SHOP, TRADES
from lifang.living.models import Shop
from lifang.living.web import shop_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.here import asking, moment
from lifang.living.web.repair_forms import NoteForm
from lifang.orgs.selectors import place_name

SEE = "living.see_shops"


class ShopTable(Table):
    name = Column(_("Name of the shop"), link=lambda row: reverse("living:desk_shop", args=[row.pk]), sort="name")  # fmt: skip
    trade = Column(_("Line of trade"), value=lambda row: row.what.name)
    side = Column(_("Who is behind it"), cell="state", value=lambda row: shown.side(row.side))
    where = Column(_("Community"), value=lambda row: place_name(row.area, 2))
    state = Column(_("State"), cell="state", value=shown.chip)
    due_at = Column(_("Due day"), cell="clock", sort="due_at")
    asked_at = Column(_("Asked on"), cell="time", sort="asked_at")
    code = Column(_("Unified social credit code"), shown=False)

    key = "shops"
    search = ("name", "code", "number")
    order = "-asked_at"
    filters = (
        Choice("state", _("State"), {one.key: one.name for one in SHOP().states}),
        Choice("trade", _("Line of trade"), {one.key: one.name for one in TRADES.all()}),
    )
    empty = Empty(_("No shop asked to be listed yet."), _("Shops and suppliers ask at the business door; they appear here by themselves."), icon="building-store")  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def shops(request: HttpRequest) -> HttpResponseBase:
    return ShopTable(request, selectors.shops(asking(request, SEE))).response("living/desk/shops.html", {})  # fmt: skip


@require_GET
@only(Kind.STAFF)
def shop(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "living/desk/shop.html", _facts(request, pk))


def _facts(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    actor = asking(request, SEE)
    found = selectors.shop(actor, pk)
    owed = selectors.owed_to(actor, found)
    return {
        **shown.facts(actor, found, moment(request)), "entries": shown.entries(actor, found), "may": actor.may("living.list_shop", found.area),
        "paper": selectors.licence(actor, found), "may_pay": actor.may("living.pay_out", found.area), "owed": yuan(owed) if owed else "", "token": new_id(),
        "paid": [(one, yuan(one.amount)) for one in selectors.payouts(actor, found)], "standing": selectors.standing(actor, [found.pk], moment(request))[found.pk],
    }  # fmt: skip


@require_POST
@only(Kind.STAFF)
def licence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The licence, for whoever decides; each look is in the log."""
    actor = asking(request, "living.see_licence")
    found = selectors.shop(actor, pk)
    actions.see_licence(actor=actor, shop=found, area=found.area, at=moment(request))
    paper = selectors.licence(actor, found)
    kept = store.of_subject(actor, paper) if paper else []
    photos = [
        Photo(url=reverse("files:file", args=[one.pk]), thumb=reverse("files:thumb", args=[one.pk]), middle=reverse("files:middle", args=[one.pk]), at=one.added_at)
        for one in kept
    ]  # fmt: skip
    answer = render(request, "living/desk/shop.html", {**_facts(request, pk), "photos": photos, "looked": True})  # fmt: skip
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@only(Kind.STAFF)
def listing(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.list_shop")
    actions.list_shop(actor=actor, shop=selectors.shop(actor, pk), note="", at=moment(request))
    messages.success(request, gettext("Listed. Residents see it from now on."))
    return redirect("living:desk_shop", pk)


@page
@only(Kind.STAFF)
def refusal(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _said(request, pk, "living.refuse_shop", gettext("Do not list it"))


@page
@only(Kind.STAFF)
def removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _said(request, pk, "living.remove_shop", gettext("Remove it"))


def _said(request: HttpRequest, pk: UUID, may: str, label: str) -> HttpResponse:
    """Why: its keeper reads it."""
    actor = asking(request, may)
    found: Shop = selectors.shop(actor, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = actions.refuse_shop if may == "living.refuse_shop" else actions.remove_shop
        with form.refusals("note"):
            act(actor=actor, shop=found, note=form.cleaned_data["note"], at=moment(request))
        if not form.errors:
            messages.success(request, gettext("Done. Its keeper reads the reason."))
            return redirect("living:desk_shop", pk)
    return render(request, "living/desk/plain_form.html", {"form": form, "label": label, "said": found.name, "back": reverse("living:desk_shop", args=[pk]), "up": found.name})  # fmt: skip


@require_POST
@only(Kind.STAFF)
def payout(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that is owed for confirmed orders, once for a token."""
    actor = asking(request, "living.pay_out")
    found = selectors.shop(actor, pk)
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        raise Refused("payout_nothing") from None
    actions.pay_out(actor=actor, shop=found, area=found.area, token=token, at=moment(request))
    messages.success(request, gettext("Booked. The shop reads it among its orders."))
    return redirect("living:desk_shop", pk)
