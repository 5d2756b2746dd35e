"""Bills into the world: rows, lines, vouchers, messages. Part of the actions that issue them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.urls import reverse

from lifang.core.access import SYSTEM
from lifang.core.access.rows import add_many
from lifang.core.ids import short_code
from lifang.core.notify import send
from lifang.core.pay import LedgerKind, Leg
from lifang.core.pay import actions as pay
from lifang.core.pay.rules import yuan
from lifang.living.catalogue import policy
from lifang.living.models import Bill, BillLine, Run
from lifang.living.terms import Source
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit


class Line(NamedTuple):
    item: str
    amount: int
    basis: str = ""
    quantity: int | None = None
    price: int | None = None


class Draft(NamedTuple):
    """A bill before it is one."""

    door: registry.Dwelling
    lines: Sequence[Line]
    month: str
    reference: str = ""
    item: str = ""


def issue(unit: "Unit", area: str, drafts: Sequence[Draft], at: datetime, run: Run | None = None, source: str = "") -> list[Bill]:  # fmt: skip
    """Write them all, booked and told; called with what is new only."""
    if not drafts:
        return []
    whom = registry.householders(SYSTEM, [one.door.pk for one in drafts])
    due_on = (at + timedelta(days=policy("due_days"))).date()
    bills = [
        Bill(
            number=f"B{one.month[2:4]}{one.month[5:]}{short_code(9)}", unit_id=unit.pk, run=run, dwelling_id=one.door.pk,
            source=source or (Source.RUN if run else Source.IMPORT), item=one.item, reference=one.reference, address=one.door.address,
            month=one.month, amount=sum(line.amount for line in one.lines), issued_at=at, due_on=due_on, area=one.door.area,
            holders=sorted({unit.holder, *whom.get(one.door.pk, ())}),
        )
        for one in drafts
    ]  # fmt: skip
    add_many(bills)
    add_many([
        BillLine(bill=bill, **line._asdict())
        for bill, one in zip(bills, drafts, strict=True) for line in one.lines
    ])  # fmt: skip
    _booked(unit, area, bills, drafts, at)
    for bill in bills:
        for holder in bill.holders:
            if holder != unit.holder:
                _tell(bill, holder, at)
    return bills


def _booked(unit: "Unit", area: str, bills: list[Bill], drafts: Sequence[Draft], at: datetime) -> None:  # fmt: skip
    book = pay.open_book(unit.holder, area, at)
    owed = pay.ledger(book, "receivable", LedgerKind.ASSET, at).pk
    items = {line.item for one in drafts for line in one.lines}
    income: dict[str, UUID] = {
        item: pay.ledger(book, f"income:{item}", LedgerKind.INCOME, at).pk for item in sorted(items)
    }
    bookings = [
        pay.Booking(
            f"bill:{bill.number}", "living.billed", bill.pk,
            [Leg(owed, bill.amount), *(Leg(income[line.item], -line.amount) for line in one.lines)],
        )
        for bill, one in zip(bills, drafts, strict=True)
    ]  # fmt: skip
    pay.book_many(book, bookings, at)


def _tell(bill: Bill, holder: str, at: datetime) -> None:
    facts = {"month": bill.month, "amount": yuan(bill.amount), "due": bill.due_on}
    send(
        to=holder, template="living.billed", facts=facts, at=at, area=bill.area,
        link=reverse("living:bill", args=[bill.pk]), key=f"{bill.pk}:billed",
    )  # fmt: skip
