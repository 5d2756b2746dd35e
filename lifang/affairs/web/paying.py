"""What a payment is for: the fee of an application; how it is paid and shown, and its receipt."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.models import Application
from lifang.affairs.terms import FEE
from lifang.affairs.web.guides import address, drawn_inside
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.i18n import text
from lifang.core.pay import Purpose, purpose
from lifang.core.pay.adapters import ADAPTERS, address_of, online
from lifang.core.pay.rules import yuan
from lifang.core.pay.terms import RefundState
from lifang.core.web.show import Chip
from lifang.core.web.views import only

Facts = dict[str, Any]


def _paid(system: Actor, application: UUID, order: UUID, amount: int, at: datetime) -> int:
    del order
    return actions.settle_fee(actor=system, application=application, amount=amount, at=at)


def _given_back(system: Actor, application: UUID, order: UUID, amount: int, at: datetime) -> None:
    del order
    actions.give_back_fee(actor=system, application=application, amount=amount, at=at)


purpose(Purpose(FEE, text("办事费用", "Fee of a matter"), _paid, _given_back, lambda pk: reverse("affairs:own", args=[pk])))  # fmt: skip


def fee(actor: Actor, row: Application) -> Facts | None:
    """What it costs, how that stands, what came and went; nothing where it is free."""
    if not row.fee:
        return None
    told = row.fee_told
    came = selectors.payments(actor, row)
    return {
        "name": told.name if told else row.matter.name, "confirmed": told is None or told.confirmed, "returned": told is None or told.returned,
        "amount": yuan(row.fee), "left": yuan(row.fee_left) if row.fee_left and row.open else "", "chip": chip(row, came), "payments": [_payment(one) for one in came],
        "way": online()[0], "cash_back": yuan(sum(one.left for one in selectors.cash_to_return(actor, row))) if row.fee_paid and not row.open else "",
    }  # fmt: skip


def chip(row: Application, came: list[Any] = []) -> Chip:  # noqa: B006 -- only read
    if row.fee_paid == row.fee:
        return Chip("done", _("Paid"))
    if row.open:
        return Chip("waiting", _("To pay"))
    return Chip("idle", _("Given back") if came else _("Not paid"))


def _payment(one: Any) -> Facts:
    backs = [{"amount": yuan(back.amount), "done": back.state == RefundState.DONE, "excess": back.excess == back.amount} for back in one.backs]  # fmt: skip
    return {"order": one.order, "amount": yuan(one.order.amount), "way": ADAPTERS[one.order.way].name, "local": ADAPTERS[one.order.way].local, "backs": backs}  # fmt: skip


@require_POST
@only(Kind.RESIDENT)
def payment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One tap goes on to pay it."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    row = selectors.own_application(actor, pk)
    made = actions.pay_fee(actor=actor, application=row, way=online()[0].key, at=at)
    return redirect(address_of(made.way, made.number, made.amount))


@require_GET
@only(Kind.RESIDENT)
def own_receipt(request: HttpRequest, pk: UUID, number: str) -> HttpResponse:
    return _receipt(request, selectors.own_application(request.actor, pk), number)  # type: ignore[attr-defined]


@require_GET
@only(Kind.STAFF)
def receipt(request: HttpRequest, pk: UUID, number: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("affairs.see") else Refusal("not_allowed"))
    return _receipt(request, selectors.application(actor, pk), number)


def _receipt(request: HttpRequest, row: Application, number: str) -> HttpResponse:
    """A sheet for one payment; its code opens how the application goes."""
    found = selectors.payment(request.actor, row, number)  # type: ignore[attr-defined]
    where = address(request, reverse("affairs:receipt", args=[row.token]))
    response = render(request, "affairs/fee_receipt.html", {"row": row, "fee": fee(request.actor, row), "one": _payment(found), "code": drawn_inside(where)})  # type: ignore[attr-defined]  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response
