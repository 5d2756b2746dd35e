"""Bills in words."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lifang.core.pay import selectors as pay
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.rules import yuan
from lifang.core.pay.terms import RefundState
from lifang.core.web.show import Chip
from lifang.living import rules
from lifang.living.catalogue import ITEMS
from lifang.living.models import Bill, BillLine
from lifang.living.terms import Basis, Standing

STANDINGS: dict[str, tuple[str, Any]] = {
    Standing.OPEN: ("waiting", _("To pay")),
    Standing.PART: ("progress", _("Paid in part")),
    Standing.LATE: ("late", _("Past its day")),
    Standing.PAID: ("done", _("Paid")),
}
BASES: dict[str, Any] = {
    Basis.AREA: _("by floor area"),
    Basis.DOOR: _("by dwelling"),
    Basis.READING: _("by meter"),
}
UNITS: dict[str, str] = {Basis.AREA: "m²", Basis.DOOR: "", Basis.READING: ""}


def chip(bill: Bill, today: date) -> Chip:
    if bill.owed == 0:
        return Chip("idle", _("Bill withdrawn"))
    return Chip(*STANDINGS[rules.standing(bill.owed, bill.paid, bill.due_on, today)])


def item_name(key: str) -> str:
    return str(ITEMS[key].name) if key in ITEMS else key


def price(tenthousandths: int) -> str:
    """1.85, 3.6543: at least two decimals."""
    whole, rest = divmod(tenthousandths, 10_000)
    return f"{whole}.{f'{rest:04d}'.rstrip('0').ljust(2, '0')}"


def line(one: BillLine) -> dict[str, Any]:
    """An item, how it was counted, what it comes to."""
    counted = ""
    if one.quantity is not None and one.price is not None:
        amount = f"{one.quantity / 1000:g} {UNITS.get(one.basis, '')}".strip()
        counted = f"{amount} × {price(one.price)}" if one.basis != Basis.DOOR else price(one.price)
    return {"name": item_name(one.item), "icon": ITEMS[one.item].icon if one.item in ITEMS else "receipt", "counted": counted, "basis": BASES.get(one.basis, ""), "amount": yuan(one.amount)}  # fmt: skip


def payments(actor: Any, bill: UUID) -> list[dict[str, Any]]:
    """What came for a bill and what went back, newest first; each way by its name, a stand-in as such."""
    backs: dict[UUID, list[dict[str, Any]]] = {}
    for one in pay.refunds_of(actor, bill):
        excess = one.excess == one.amount
        backs.setdefault(one.order_id, []).append({
            "amount": yuan(one.amount), "number": one.number, "at": one.done_at or one.asked_at, "excess": excess,
            "done": one.state == RefundState.DONE, "why": "" if excess else one.why,
        })  # fmt: skip
    return [
        {
            "order": one, "amount": yuan(one.amount), "left": one.left, "refundable": yuan(one.left),
            "way": ADAPTERS[one.way].name, "backs": backs.get(one.pk, []),
        }
        for one in pay.orders_of(actor, [bill])
    ]  # fmt: skip
