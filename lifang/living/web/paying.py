"""What a payment is for: a bill, an order."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from lifang.core.access import Actor
from lifang.core.i18n import text
from lifang.core.pay import Purpose, purpose
from lifang.living import actions
from lifang.living.terms import BILL, ORDERED


def _paid(system: Actor, bill: UUID, order: UUID, amount: int, at: datetime) -> int:
    del order
    return actions.settle(actor=system, bill=bill, amount=amount, at=at)


def _given_back(system: Actor, bill: UUID, order: UUID, amount: int, at: datetime) -> None:
    del order
    actions.take_back(actor=system, bill=bill, amount=amount, at=at)


purpose(Purpose(BILL, text("账单", "Bill"), _paid, _given_back, lambda bill: reverse("living:bill", args=[bill])))  # fmt: skip


def _order_paid(system: Actor, order: UUID, pay_order: UUID, amount: int, at: datetime) -> int:
    del pay_order
    return actions.settle_order(actor=system, order=order, amount=amount, at=at)


def _order_given_back(system: Actor, order: UUID, pay_order: UUID, amount: int, at: datetime) -> None:  # fmt: skip
    del pay_order
    actions.give_back_order(actor=system, order=order, amount=amount, at=at)


purpose(Purpose(ORDERED, text("服务订单", "Order"), _order_paid, _order_given_back, lambda order: reverse("living:own_order", args=[order])))  # fmt: skip
