"""An order from a shop, from the wish to the rating; money by `core.pay`, the subsidy in the street's book."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.action.unit import seen
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.engine import Said, Turn
from lifang.core.i18n import Text, text
from lifang.core.ids import short_code
from lifang.core.notify import send
from lifang.core.pay import LedgerKind, Leg
from lifang.core.pay import actions as pay
from lifang.core.pay import selectors as money
from lifang.core.pay.models import Book, Ledger, PayOrder
from lifang.core.pay.rules import yuan
from lifang.living.actions.helping import begun_for, helper_accounts, note_deed
from lifang.living.actions.metering import one_by_one
from lifang.living.catalogue import ORDER, SUBSIDIES, TOPICS
from lifang.living.events import ComplaintMade, OrderMoved, OrderPlaced, SubsidyPaidOut
from lifang.living.models import Complaint, Grant, Offer, Order, Payout, Shop
from lifang.living.rules import orders as rules
from lifang.living.selectors import helping
from lifang.living.selectors.orders import groups_of, unconfirmed, used_of
from lifang.living.terms import ORDERED, ORDERS_FOR, Act

if TYPE_CHECKING:
    from lifang.living.selectors.helping import Whose
    from lifang.registry.selectors import Dwelling

STREET, COMMUNITY = 9, 12
NOTHING = ("declined", "withdrawn", "called_off")


@action("living.place_order", beyond=True)  # the shop is out of a household's sight
def place_order(
    *, actor: Actor, offer: Offer, count: int, home: "Dwelling | None", wanted: datetime, wish: str, telephone: str, batch: UUID, at: datetime,
    person: UUID | None = None,
) -> Order:  # fmt: skip
    """So many of an offer, at home or at the shop, at a time; the register says what others pay of it. `person`: who entrusted it."""
    shop = Shop.objects.get(pk=offer.shop_id)
    whose = helping.whose(actor, ORDERS_FOR, person, localtime(at).date()) if person else None
    account = whose.account if whose else actor.id
    insist(
        None if shop.state == "listed" and offer.ended_at is None else Refusal("shop_not_listed"),
        Refusal("order_own_shop")
        if shop.account_id and shop.account_id in (actor.id, account)
        else None,
        Refusal("not_found")
        if whose and home and home.pk not in {one.door.pk for one in whose.homes}
        else None,
        Refusal("order_at_home", {"field": "home"}) if home and not offer.at_home else None,
        rules.order_fits(count, wanted, at),
    )
    one_by_one(f"living.order:{whose.key if whose else actor.holder}")
    before = Order.objects.filter(batch=batch).first()
    if before is not None:
        insist(
            Refusal("not_found")
            if not (_begun(actor, before, at) if whose else actor.holder in before.holders)
            else None
        )
        return before
    month = f"{localtime(at):%Y-%m}"
    groups = helping.groups_of_person(SYSTEM, whose.person) if whose else groups_of(actor)
    used = helping.used_for(SYSTEM, whose, month) if whose else used_of(actor, month)
    due = rules.subsidy(shop.trade, home is not None, offer.price, count, groups, used)
    made = Order(
        number=f"D{at:%y%m%d}{short_code(5)}", batch=batch, shop=shop, offer_id=offer.pk, name=offer.name, unit=offer.unit, price=offer.price, count=count,
        amount=offer.price * count, subsidy=due.amount if due else 0, area=home.area if home else shop.area, address=home.address if home else "",
        wanted_at=wanted, wish=wish.strip()[:200], telephone=telephone.strip() or None, account_id=account, ordered_at=at,
        holders=[*(whose.holders if whose else [actor.holder]), f"account:{shop.account_id}"],
    )  # fmt: skip
    engine.start(ORDER(), made, actor=actor, at=at, turn=Turn(()), said=Said(public=True))
    if due:
        Grant.objects.create(
            order=made, scheme=due.scheme.key, group=due.group, account_id=account, month=month, amount=due.amount, at=at, area=shop.area[:COMMUNITY],
            holders=whose.holders if whose else [actor.holder],
        )  # fmt: skip
    if whose:
        note_deed(actor, whose, Act.ORDERED, made.pk, f"{made.name} × {made.count}", at)
    publish(OrderPlaced(order=made.pk, shop=shop.pk, at=at), area=made.area, holders=made.holders)
    return made


@action("living.take_order", beyond=True)  # the home is out of a shop's sight
def take_order(*, actor: Actor, order: Order, at: datetime) -> Order:
    """The shop takes it: from now on it is owed, by the household and by the street."""
    held = _kept(actor, order)
    _book(held, f"order:{held.number}:{held.steps_taken}:taken", 1, at)
    return _moved(held, "take", actor, at)


@action("living.decline_order", beyond=True)  # likewise
def decline_order(*, actor: Actor, order: Order, note: str, at: datetime) -> Order:
    """The shop cannot, and says why."""
    return _nothing(_kept(actor, order), "decline", actor, at, note)


@action("living.finish_order", beyond=True)  # likewise
def finish_order(*, actor: Actor, order: Order, note: str, at: datetime) -> Order:
    """Done, says the shop; the household confirms."""
    held = _kept(actor, order)
    held.done_at = at
    return _moved(held, "finish", actor, at, note)


@action("living.call_off_order", beyond=True)  # likewise
def call_off_order(*, actor: Actor, order: Order, note: str, at: datetime) -> Order:
    """Shop or household call it off after it was taken; what was paid goes back by itself."""
    held = Order.objects.hold(order.pk)
    insist(rules.own(actor.holder, held.holders))
    number = held.steps_taken
    made = _nothing(held, "call_off", actor, at, note)
    _book(made, f"order:{held.number}:{number}:off", -1, at)
    return made


@action("living.withdraw_order", beyond=True)  # likewise
def withdraw_order(*, actor: Actor, order: Order, at: datetime) -> Order:
    """Taken back before the shop took it."""
    return _nothing(_ordered(actor, order, at, Act.TOOK_BACK), "withdraw", actor, at)


@action("living.confirm_order", beyond=True)  # likewise
def confirm_order(*, actor: Actor, order: Order, stars: int, note: str, at: datetime) -> Order:
    """It was done, and how it was; the street owes the shop its part from now on."""
    held = _ordered(actor, order, at, Act.CONFIRMED)
    insist(None if stars in rules.STARS else Refusal("rating_stars", {"field": "stars"}))
    held.stars = stars
    return _closed(held, "confirm", actor, at, note)


@action("living.reopen_order", beyond=True)  # likewise
def reopen_order(*, actor: Actor, order: Order, note: str, at: datetime) -> Order:
    """It was not done: the shop has it again."""
    held = _ordered(actor, order)
    held.done_at = None
    return _moved(held, "again", actor, at, note)


@action("living.lapse_order")
def lapse_order(*, actor: Actor, order: UUID, at: datetime) -> None:
    """Done, and nobody said otherwise for a week."""
    held = Order.objects.hold(order)
    if held.state == "done":
        _closed(held, "lapse", actor, at)


def see_to_orders(*, system: Actor, at: datetime) -> None:
    for pk in unconfirmed(system, at):
        lapse_order(actor=system, order=pk, at=at)


@action("living.pay_order", beyond=True)  # the books are the shop's
def pay_order(*, actor: Actor, order: Order, way: str, at: datetime) -> PayOrder:
    """The household pays its part; where to go next is `adapters.address_of`."""
    whose = _begun(actor, order, at) if order.account_id != actor.id else None
    insist(Refusal("not_found") if order.account_id != actor.id and whose is None else None, rules.may_pay(order.state, order.left))  # fmt: skip
    if whose:
        note_deed(actor, whose, Act.PAID_ORDER, order.pk, f"{order.name} ¥ {yuan(order.left)}", at)
    book, owed = _shop_book(order, at)
    said: Text = text(f"{order.name} {order.number}", f"{order.name} {order.number}")
    payee = text(order.shop.name, order.shop.name)
    return pay.open_order(actor=actor, purpose=ORDERED, subject=order.pk, book_=book, into=owed, amount=order.left, way=way, title=said, payee=payee, payer=actor.holder, at=at)  # fmt: skip


@action("living.settle_order")
def settle_order(*, actor: Actor, order: UUID, amount: int, at: datetime) -> int:
    """Money came: what the order still wanted of it."""
    held = Order.objects.hold(order)
    wanted = min(amount, held.left) if held.state in rules.PAYABLE else 0
    if wanted:
        held.paid += wanted
        held.save(update_fields=["paid"])
    return wanted


@action("living.give_back_order")
def give_back_order(*, actor: Actor, order: UUID, amount: int, at: datetime) -> None:
    """Money went back."""
    held = Order.objects.hold(order)
    held.paid -= amount
    held.save(update_fields=["paid"])


@action("living.credit_order", beyond=True)  # likewise
def credit_order(*, actor: Actor, order: Order, amount: int, note: str, at: datetime) -> Order:
    """The shop takes something off the household's part afterwards; what was paid of it goes back by itself."""
    held = _kept(actor, order)
    insist(rules.credit_fits(amount, held.own))
    book, owed = _shop_book(held, at)
    off = pay.ledger(book, "reductions", LedgerKind.EXPENSE, at)
    pay.book(book, pay.Booking(f"order:{held.number}:{held.steps_taken}:credit", "living.order_credited", held.pk, [Leg(off.pk, amount), Leg(owed.pk, -amount)], note=note), at)  # fmt: skip
    held.credited += amount
    return _moved(held, "credit", actor, at, note)


@action("living.return_order")
def return_order(*, actor: Actor, order: UUID, step: int, at: datetime) -> int:
    """What was paid beyond what the order still wants goes back, once for each step; how many fen."""
    row = Order.objects.get(pk=order)
    kept = 0 if row.state in NOTHING else row.own
    over = max(0, row.paid - kept - _on_its_way(row))
    back = over
    for paid in money.orders_of(SYSTEM, [row.pk]):
        part = min(over, paid.left)
        if part:
            pay.ask_refund(actor=actor, order=paid, amount=part, why=row.number, key=f"order:{row.pk}:{step}:{paid.number}", at=at)  # fmt: skip
            over -= part
    return back - over


TOLD = {"take": "living.order_taken", "decline": "living.order_declined", "finish": "living.order_done", "call_off": "living.order_off", "credit": "living.order_credited"}  # fmt: skip
TOLD_SHOP = {"placed": "living.order_placed", "call_off": "living.order_shop_off", "again": "living.order_again", "confirm": "living.order_confirmed"}  # fmt: skip


def tell_order(system: Actor, order: UUID, move: str, at: datetime) -> None:
    """What the other side did, in plain words; nothing of who ordered."""
    row = Order.objects.select_related("shop").filter(pk=order).first()
    if row is None:
        return
    facts = {"number": row.number, "name": row.name, "shop": row.shop.name}
    told = [("living:own_order", TOLD.get(move), one) for one in {row.account_id, *helper_accounts(row.pk, Act.ORDERED)}]  # fmt: skip
    told.append(("living:shop_order", TOLD_SHOP.get(move), row.shop.account_id))
    for page, template, account in told:
        if template and account:
            send(
                to=f"account:{account}", template=template, facts=facts, at=at, area=row.area, link=reverse(page, args=[row.pk]),
                key=f"{row.pk}:{move}:{row.steps_taken}",
            )  # fmt: skip


def _on_its_way(row: Order) -> int:
    """Promised already, not yet given."""
    asked = money.refunds_of(SYSTEM, row.pk).filter(state="asked", excess=0).order_by()
    return int(asked.aggregate(n=Sum("amount"))["n"] or 0)


@action("living.pay_out", beyond=True)  # the shop's book is the shop's
def pay_out(*, actor: Actor, shop: Shop, area: str, token: UUID, at: datetime) -> Payout:
    """All that the street owes a shop for confirmed orders, in one sum; the same token again is the same payout."""
    one_by_one(f"living.payout:{shop.pk}")
    before = Payout.objects.filter(token=token, shop=shop).first()
    if before is not None:
        return before
    book, owed = _street_book(shop, at)
    amount = next((one.fen for one in money.balances(SYSTEM, book) if one.ledger.pk == owed.pk), 0)
    insist(None if amount > 0 else Refusal("payout_nothing"))
    made = Payout.objects.create(number=f"F{at:%y%m%d}{short_code(5)}", token=token, shop=shop, amount=amount, at=at, area=area[:STREET], holders=[f"account:{shop.account_id}"] if shop.account_id else [])  # fmt: skip
    bank = pay.ledger(book, "bank", LedgerKind.ASSET, at)
    pay.book(book, pay.Booking(f"payout:{made.number}:street", "living.paid_out", made.pk, [Leg(owed.pk, amount), Leg(bank.pk, -amount)]), at)  # fmt: skip
    theirs, got, due = _subsidy_ledgers(shop, at)
    pay.book(theirs, pay.Booking(f"payout:{made.number}:shop", "living.paid_out", made.pk, [Leg(got.pk, amount), Leg(due.pk, -amount)]), at)  # fmt: skip
    publish(SubsidyPaidOut(payout=made.pk, shop=shop.pk, amount=amount, at=at), area=made.area, holders=made.holders)  # fmt: skip
    return made


@action("living.see_order_telephone", beyond=True)  # likewise
def see_order_telephone(*, actor: Actor, order: Order, at: datetime) -> str:
    """How to reach whoever ordered, while the order is open; the log keeps who asked."""
    held = _kept(actor, order)
    insist(None if held.state in rules.OPEN else Refusal("order_over"))
    seen("order")
    return held.telephone or ""


@action("living.complain_order", beyond=True)  # the street's desk
def complain_order(*, actor: Actor, order: Order, topic: str, text: str, at: datetime) -> Complaint:
    """About an order: the community hears it, not the shop alone."""
    held = _ordered(actor, order)
    insist(
        None if topic in TOPICS and TOPICS[topic].of == "shop" else Refusal("complaint_topic", {"field": "topic"}),
        None if text.strip() else Refusal("repair_words", {"field": "text"}),
    )  # fmt: skip
    made = Complaint.objects.create(
        number=f"T{at:%y%m%d}{short_code(5)}", order=held, area=held.area, topic=topic, text=text.strip()[:500], account_id=actor.id, made_at=at,
        holders=[actor.holder],
    )  # fmt: skip
    publish(ComplaintMade(complaint=made.pk, matter=TOPICS[topic].matter, at=at), area=made.area, holders=made.holders)  # fmt: skip
    return made


def _kept(actor: Actor, order: Order) -> Order:
    """By the shop's keeper."""
    held = Order.objects.hold(order.pk)
    keeper = Shop.objects.filter(pk=held.shop_id, account=actor.id).exists() if actor.id else False
    insist(None if keeper else Refusal("not_found"))
    return held


def _ordered(actor: Actor, order: Order, at: datetime | None = None, act: Act | None = None) -> Order:  # fmt: skip
    """By whom it was ordered for; where an act is named, also by the helper who placed it, while that is entrusted."""
    held = Order.objects.hold(order.pk)
    if actor.id and held.account_id == actor.id:
        return held
    whose = _begun(actor, held, at) if at and act else None
    if whose is None or act is None or at is None:
        raise Refused("not_found")
    note_deed(actor, whose, act, held.pk, held.name, at)
    return held


def _begun(actor: Actor, order: Order, at: datetime) -> "Whose | None":
    return begun_for(actor, ORDERS_FOR, order.pk, at)


def _nothing(held: Order, key: str, actor: Actor, at: datetime, note: str = "") -> Order:
    """It comes to nothing: the month's pieces are free again."""
    held.ended_at = at
    made = _moved(held, key, actor, at, note)
    with behind(SYSTEM):  # why it was subsidised is out of a shop's sight
        Grant.objects.filter(order=held).update(ended_at=at)
    return made


def _closed(held: Order, key: str, actor: Actor, at: datetime, note: str = "") -> Order:
    held.ended_at = at
    if held.subsidy:
        with behind(SYSTEM):  # likewise
            scheme = Grant.objects.values_list("scheme", flat=True).get(order=held)
            shop = Shop.objects.get(pk=held.shop_id)
        book, owed = _street_book(shop, at)
        spent = pay.ledger(book, f"subsidy:{scheme if scheme in SUBSIDIES else 'other'}", LedgerKind.EXPENSE, at)  # fmt: skip
        pay.book(book, pay.Booking(f"order:{held.number}:subsidy", "living.subsidised", held.pk, [Leg(spent.pk, held.subsidy), Leg(owed.pk, -held.subsidy)]), at)  # fmt: skip
    return _moved(held, key, actor, at, note)


def _moved(held: Order, key: str, actor: Actor, at: datetime, note: str = "") -> Order:
    engine.move(ORDER(), held, key, actor=actor, at=at, said=Said(note=note.strip()[:300], public=True))  # fmt: skip
    told: Any = OrderMoved(
        order=held.pk, move=key, to_state=held.state, step=held.steps_taken, at=at
    )
    publish(told, area=held.area, holders=held.holders)
    return held


def _book(order: Order, key: str, way: int, at: datetime) -> None:
    """What is owed to the shop: by the household, and by the street. `way` -1 takes it back."""
    if not order.amount:
        return
    book, owed = _shop_book(order, at)
    legs = [Leg(pay.ledger(book, "income:orders", LedgerKind.INCOME, at).pk, -way * order.amount)]
    if order.amount > order.subsidy:
        legs.append(Leg(owed.pk, way * (order.amount - order.subsidy)))
    if order.subsidy:
        legs.append(Leg(pay.ledger(book, "subsidy", LedgerKind.ASSET, at).pk, way * order.subsidy))
    pay.book(book, pay.Booking(key, "living.ordered", order.pk, legs), at)


def _shop_book(order: Order, at: datetime) -> tuple[Book, Ledger]:
    with behind(SYSTEM):  # where the shop's book lies
        shop = Shop.objects.get(pk=order.shop_id)
    book = _book_of(shop, at)
    return book, pay.ledger(book, "receivable", LedgerKind.ASSET, at)


def _book_of(shop: Shop, at: datetime) -> Book:
    holders = [f"account:{shop.account_id}"] if shop.account_id else []
    return pay.open_book(f"shop:{shop.pk}", shop.area[:COMMUNITY], at, holders)


def _subsidy_ledgers(shop: Shop, at: datetime) -> tuple[Book, Ledger, Ledger]:
    book = _book_of(shop, at)
    return book, pay.ledger(book, "clearing:subsidy", LedgerKind.ASSET, at), pay.ledger(book, "subsidy", LedgerKind.ASSET, at)  # fmt: skip


def _street_book(shop: Shop, at: datetime) -> tuple[Book, Ledger]:
    book = pay.open_book(f"subsidies:{shop.area[:STREET]}", shop.area[:STREET], at)
    return book, pay.ledger(book, f"payable:{shop.number}", LedgerKind.LIABILITY, at)
