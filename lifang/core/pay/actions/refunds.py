"""Money that goes back."""

from datetime import datetime

from lifang.core.access import SYSTEM, Actor, Refused, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.ids import short_code
from lifang.core.pay import rules
from lifang.core.pay.actions.books import Booking, book, ledger
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.events import RefundGiven
from lifang.core.pay.models import PayOrder, Refund
from lifang.core.pay.purposes import PURPOSES
from lifang.core.pay.terms import LedgerKind, Leg, OrderState, RefundState, Told


@action("pay.ask_refund", beyond=True)  # the account it comes from is the payee's
def ask_refund(*, actor: Actor, order: PayOrder, amount: int, why: str, key: str, at: datetime) -> Refund:  # fmt: skip
    """Promise money back: never more than came, also when several ask at once. The same key again is the same refund."""
    held = PayOrder.objects.hold(order.pk)
    known = Refund.objects.filter(key=key).first()
    if known is not None:
        return known
    if held.state != OrderState.PAID:
        raise Refused("pay_not_paid")
    insist(rules.amount_fits(amount, held.left))
    return _asked(held, amount, 0, why, key, actor, at)


def refund_excess(order: PayOrder, amount: int, at: datetime) -> Refund:
    """What nobody wanted goes back by itself; called while the order is held."""
    return _asked(order, amount, amount, "excess", f"excess:{order.number}", SYSTEM, at)


@action("pay.give_refund")
def give_refund(*, actor: Actor, refund: Refund, told: Told, at: datetime) -> Refund:
    """The channel gave it: booked once."""
    order = PayOrder.objects.hold(refund.order_id)
    held = Refund.objects.hold(refund.pk)
    if held.state == RefundState.DONE:
        return held
    held.state, held.done_at, held.reference = RefundState.DONE, told.at, told.reference
    held.save()
    clearing = ledger(order.book, f"clearing:{order.way}", LedgerKind.ASSET, at)
    wanted = held.amount - held.excess
    legs = [Leg(clearing.pk, -held.amount)]
    if wanted:
        legs.append(Leg(order.into_id, wanted))
    if held.excess:
        legs.append(Leg(ledger(order.book, "held", LedgerKind.LIABILITY, at).pk, held.excess))
    booking = Booking(f"refund:{held.number}", "pay.refunded", order.subject, legs, note=held.why, holders=[order.payer] if order.payer else [])  # fmt: skip
    book(order.book, booking, at)
    if wanted:
        PURPOSES[order.purpose].given_back(SYSTEM, order.subject, order.pk, wanted, at)
    publish(
        RefundGiven(refund=held.pk, order=order.pk, purpose=order.purpose, subject=order.subject, amount=held.amount, at=at),
        area=order.area, holders=order.holders,
    )  # fmt: skip
    return held


def give_waiting(*, system: Actor, at: datetime) -> int:
    """Carry promised refunds to their channels: the channel gives a number once, so a killed worker's is told again."""
    with behind(SYSTEM):
        waiting = list(
            Refund.objects.filter(state=RefundState.ASKED, asked_at__lte=at).select_related("order")
        )
    for one in waiting:
        told = ADAPTERS[one.order.way].give_back(one.number, one.order.number, one.amount, at)
        give_refund(actor=system, refund=one, told=told, at=at)
    return len(waiting)


def _asked(
    order: PayOrder, amount: int, excess: int, why: str, key: str, actor: Actor, at: datetime
) -> Refund:
    order.refunded += amount
    order.save()
    made = Refund(
        order=order, number=f"R{at:%y%m%d}{short_code(10)}", key=key, amount=amount, excess=excess, why=why.strip()[:200],
        state=RefundState.ASKED, asked_at=at, asked_by_id=actor.id, area=order.area, holders=order.holders,
    )  # fmt: skip
    made.save(force_insert=True)
    return made
