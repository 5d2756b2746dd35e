"""Ask about a fee: what was paid, what went back, what cash is still to be handed back."""

from typing import NamedTuple

from lifang.affairs import rules
from lifang.affairs.models import Application
from lifang.affairs.terms import FEE
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.pay import selectors as money
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.models import PayOrder, Refund


class Payment(NamedTuple):
    order: PayOrder
    backs: list[Refund]


def fee_goes_back(actor: Actor, row: Application) -> bool:
    """Is what was paid to be given back?"""
    return rules.fee_goes_back(row.fee_told, row.state, paid=row.fee_paid, begun=row.accepted_at is not None)  # fmt: skip


def payments(actor: Actor, row: Application) -> list[Payment]:
    """What came for an application in sight and what went back of each, newest first."""
    if not row.fee:
        return []
    with behind(SYSTEM):  # the application is in sight; the books are the office's
        orders = list(money.orders_of(SYSTEM, [row.pk]))
        backs = list(money.refunds_of(SYSTEM, row.pk)) if orders else []
    return [Payment(one, [back for back in backs if back.order_id == one.pk]) for one in orders]


def payment(actor: Actor, row: Application, number: str) -> Payment:
    """One of them. Raises `Refused("not_found")`."""
    found = next((one for one in payments(actor, row) if one.order.number == number), None)
    if found is None or found.order.purpose != FEE:
        raise Refused("not_found")
    return found


def cash_to_return(actor: Actor, row: Application) -> list[PayOrder]:
    """Cash that was taken for what came to nothing."""
    if not fee_goes_back(actor, row):
        return []
    return [one.order for one in payments(actor, row) if one.order.left and not ADAPTERS[one.order.way].online]  # fmt: skip
