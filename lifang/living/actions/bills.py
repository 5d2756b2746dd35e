"""A bill after it was issued: paid in parts, given back, credited."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.i18n import Text, text
from lifang.core.pay import LedgerKind, Leg
from lifang.core.pay import actions as pay
from lifang.core.pay.models import Book, Ledger, PayOrder, Refund
from lifang.core.pay.rules import yuan
from lifang.living import rules
from lifang.living.actions.helping import note_deed
from lifang.living.actions.metering import company
from lifang.living.events import BillCredited, BillPaid
from lifang.living.models import Bill, Booking
from lifang.living.selectors import helping
from lifang.living.terms import BILL, Act, Source
from lifang.orgs import selectors as orgs


@action("living.pay_bill", beyond=True)  # the books are the company's
def to_pay(*, actor: Actor, bill: Bill, amount: int, way: str, at: datetime, person: UUID | None = None) -> PayOrder:  # fmt: skip
    """The household pays, all or a part; where to go next is `pay.selectors.address_of`. `person`: for whom, who entrusted it."""
    whose = helping.sees_bill(actor, bill, person, localtime(at).date()) if person else None
    insist(
        None if whose or actor.holder in bill.holders else Refusal("not_found"),
        rules.may_pay(amount, bill.left),
    )
    if whose:
        note_deed(actor, whose, Act.PAID_BILL, bill.pk, f"{bill.month} ¥ {yuan(amount)}", at)
    facts = _facts(actor, bill, at)
    return pay.open_order(actor=actor, amount=amount, way=way, payer=actor.holder, at=at, **facts)


@action("living.take_cash", beyond=True)  # likewise; a rule says whose clerk it is
def take_part(*, actor: Actor, bill: Bill, amount: int, at: datetime) -> PayOrder:
    """Cash at the company's counter, all or a part."""
    insist(company(actor, orgs.unit(actor, bill.unit_id)), rules.may_pay(amount, bill.left))
    payers = [holder for holder in bill.holders if holder.startswith("account:")]
    payer = payers[0] if len(payers) == 1 else ""
    made = pay.take_cash(actor=actor, amount=amount, payer=payer, at=at, **_facts(actor, bill, at))
    insist(None if made.taken == amount else Refusal("bill_paid"))
    return made


@action("living.settle_bill")
def settle(*, actor: Actor, bill: UUID, amount: int, at: datetime) -> int:
    """Money came: what the bill still wanted of it."""
    held = Bill.objects.hold(bill)
    wanted = min(amount, held.left)
    if wanted:
        held.paid += wanted
        held.save(update_fields=["paid"])
        publish(BillPaid(bill=held.pk, amount=wanted, left=held.left, at=at), area=held.area, holders=held.holders)  # fmt: skip
    return wanted


@action("living.give_back_bill")
def take_back(*, actor: Actor, bill: UUID, amount: int, at: datetime) -> None:
    """Money went back: it is owed again."""
    held = Bill.objects.hold(bill)
    held.paid -= amount
    held.save(update_fields=["paid"])
    ended = held.source == Source.BOOKED and Booking.objects.filter(bill=held, ended_at__isnull=False).exists()  # fmt: skip
    if ended:  # a time that was given back is not owed any more
        credit(actor=actor, bill=held, amount=held.left, why="booking", at=at)


@action("living.refund_bill", beyond=True)  # likewise
def refund_bill(
    *, actor: Actor, bill: Bill, order: PayOrder, amount: int, why: str, token: str, at: datetime
) -> Refund:
    """Give back a payment or a part of it, and say why; the bill is owed again by as much."""
    insist(
        company(actor, orgs.unit(actor, bill.unit_id)),
        None if order.subject == bill.pk else Refusal("not_found"),
        None if why.strip() else Refusal("refund_why", {"field": "why"}),
    )
    return pay.ask_refund(actor=actor, order=order, amount=amount, why=why, key=f"bill:{bill.pk}:{token}", at=at)  # fmt: skip


@action("living.credit_bill", beyond=True)  # likewise
def credit(*, actor: Actor, bill: Bill, amount: int, why: str, at: datetime) -> Bill:
    """A mistake in the bill: so much less is owed. What is paid already is refunded first."""
    held = Bill.objects.hold(bill.pk)
    insist(
        company(actor, orgs.unit(actor, held.unit_id)),
        None if held.source != Source.IMPORT else Refusal("credit_own"),
        None if why.strip() else Refusal("refund_why", {"field": "why"}),
        rules.may_pay(amount, held.left),
    )
    book, owed = books(held, at)
    off = pay.ledger(book, "reductions", LedgerKind.EXPENSE, at)
    legs = [Leg(off.pk, amount), Leg(owed.pk, -amount)]
    number = f"{held.credited}+{amount}"
    pay.book(book, pay.Booking(f"credit:{held.number}:{number}", "living.credited", held.pk, legs, note=why), at)  # fmt: skip
    held.credited += amount
    held.save(update_fields=["credited"])
    publish(BillCredited(bill=held.pk, amount=amount, at=at), area=held.area, holders=held.holders)
    return held


def books(bill: Bill, at: datetime) -> tuple[Book, Ledger]:
    """The company's book that the bill was booked in, and the account of what is owed."""
    with behind(SYSTEM):  # the run says where; a household does not see runs
        area = bill.run.area if bill.run else bill.area[:12]
    book = pay.open_book(f"unit:{bill.unit_id}", area, at)
    return book, pay.ledger(book, "receivable", LedgerKind.ASSET, at)


def _facts(actor: Actor, bill: Bill, at: datetime) -> dict[str, Any]:
    book, owed = books(bill, at)
    unit: Text = orgs.unit(actor, bill.unit_id).name
    return {
        "purpose": BILL, "subject": bill.pk, "book_": book, "into": owed,
        "title": text(f"{bill.month} 账单 {bill.address}", f"Bill of {bill.month}, {bill.address}"), "payee": unit,
    }  # fmt: skip
