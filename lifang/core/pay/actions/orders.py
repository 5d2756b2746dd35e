"""What is to be paid, and what came."""

from datetime import datetime, timedelta
from uuid import UUID

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.i18n import Text
from lifang.core.ids import short_code
from lifang.core.pay import rules
from lifang.core.pay.actions.books import Booking, book, ledger
from lifang.core.pay.actions.refunds import refund_excess
from lifang.core.pay.adapters import ADAPTERS, Adapter
from lifang.core.pay.events import OrderPaid
from lifang.core.pay.models import Book, Ledger, PayOrder
from lifang.core.pay.purposes import PURPOSES
from lifang.core.pay.terms import LedgerKind, Leg, Notice, OrderState, Told

OPEN_FOR = timedelta(minutes=30)
ASK_AFTER = timedelta(seconds=20)
LOOK_BACK = timedelta(days=3)  # a channel may take money of a closed order as late as this


@action("pay.open_order", beyond=True)  # books and account are the payee's: the payer sees neither
def open_order(
    *,
    actor: Actor,
    purpose: str,
    subject: UUID,
    book_: Book,
    into: Ledger,
    amount: int,
    way: str,
    title: Text,
    payee: Text,
    at: datetime,
    payer: str = "",
) -> PayOrder:
    """Ask somebody to pay. The payer goes to `address_of(order)`."""
    insist(
        rules.amount_fits(amount),
        None if way in ADAPTERS and ADAPTERS[way].online else Refusal("pay_way"),
        None if purpose in PURPOSES else Refusal("pay_purpose"),
    )
    return _made(purpose, subject, book_, into, amount, way, title, payee, payer, at)


@action("pay.take_cash", beyond=True)  # likewise
def take_cash(
    *,
    actor: Actor,
    purpose: str,
    subject: UUID,
    book_: Book,
    into: Ledger,
    amount: int,
    title: Text,
    payee: Text,
    at: datetime,
    payer: str = "",
) -> PayOrder:
    """A clerk took cash: ordered, paid and booked as one."""
    insist(rules.amount_fits(amount), None if purpose in PURPOSES else Refusal("pay_purpose"))
    made = _made(purpose, subject, book_, into, amount, "till", title, payee, payer, at)
    _settle(made, Told(Notice.PAID, made.number, amount, f"T{made.number}", at), at)
    return made


@action("pay.take_notice")
def take_notice(*, actor: Actor, way: str, told: Told, at: datetime) -> PayOrder:
    """A channel says that an order was paid: booked once, however often and in whatever order it tells."""
    found = PayOrder.objects.filter(number=told.number, way=way).first()
    if found is None or told.notice is not Notice.PAID:
        raise Refused("not_found")
    held = PayOrder.objects.hold(found.pk)
    if held.state == OrderState.PAID:
        insist(None if held.reference == told.reference else Refusal("pay_twice"))
        return held
    insist(None if held.amount == told.amount else Refusal("pay_other_amount"))
    _settle(held, told, at)
    return held


@action("pay.close_orders")
def close_orders(*, actor: Actor, at: datetime) -> int:
    """Orders nobody paid in time are closed. Money that comes for one later is taken all the same."""
    rows = PayOrder.objects.filter(state=OrderState.WAITING, expires_at__lt=at)
    return rows.update(state=OrderState.CLOSED)


def sweep(*, system: Actor, at: datetime) -> int:
    """Ask the channels about orders whose notification did not come; how many had been paid."""
    came = 0
    with behind(SYSTEM):
        rows = PayOrder.objects.exclude(state=OrderState.PAID).filter(
            opened_at__lt=at - ASK_AFTER, opened_at__gt=at - LOOK_BACK
        )
        waiting = list(rows.values_list("number", "way", "amount"))
    for number, way, amount in waiting:
        told = ADAPTERS[way].ask(number)
        # Another amount than was asked for is not booked and holds nobody else up: the day's comparison lists it.
        if told is not None and told.amount == amount:
            take_notice(actor=system, way=way, told=told, at=at)
            came += 1
    close_orders(actor=system, at=at)
    return came


def _made(
    purpose: str, subject: UUID, of: Book, into: Ledger, amount: int, way: str, title: Text, payee: Text, payer: str,
    at: datetime,
) -> PayOrder:  # fmt: skip
    made = PayOrder(
        number=f"P{at:%y%m%d}{short_code(10)}", book=of, into=into, purpose=purpose, subject=subject, amount=amount, way=way,
        title_zh=title.zh[:120], title_en=title.en[:120], payee_zh=payee.zh[:120], payee_en=payee.en[:120], payer=payer, state=OrderState.WAITING, area=of.area, opened_at=at,
        expires_at=at + OPEN_FOR,
    )  # fmt: skip
    made.concern([payer, *of.holders])
    made.save(force_insert=True)
    return made


def _settle(order: PayOrder, told: Told, at: datetime) -> None:
    """Book what came: what the subject still wants to its account, the rest as held for the payer and straight back."""
    way: Adapter = ADAPTERS[order.way]
    wanted = PURPOSES[order.purpose].paid(SYSTEM, order.subject, order.pk, order.amount, at)
    assert 0 <= wanted <= order.amount  # noqa: S101 -- what a purpose promises
    order.state, order.paid_at, order.reference, order.taken = OrderState.PAID, told.at, told.reference, wanted  # fmt: skip
    order.save()
    excess = order.amount - wanted
    clearing = ledger(order.book, f"clearing:{way.key}", LedgerKind.ASSET, at)
    legs = [Leg(clearing.pk, order.amount)]
    if wanted:
        legs.append(Leg(order.into_id, -wanted))
    if excess:
        legs.append(Leg(ledger(order.book, "held", LedgerKind.LIABILITY, at).pk, -excess))
    booking = Booking(f"paid:{order.number}", "pay.paid", order.subject, legs, holders=[order.payer] if order.payer else [])  # fmt: skip
    book(order.book, booking, at)
    if excess:
        refund_excess(order, excess, at)
    publish(
        OrderPaid(order=order.pk, purpose=order.purpose, subject=order.subject, amount=order.amount, taken=wanted, at=at),
        area=order.area, holders=order.holders,
    )  # fmt: skip
