"""Ask about orders: a household's own, those of one's shop, what a street owes its shops."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Avg, Count, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.pay import selectors as money
from lifang.living.catalogue import SUBSIDIES, policy
from lifang.living.models import Complaint, Grant, Offer, Order, Payout, Shop
from lifang.living.rules import orders as rules
from lifang.registry import selectors as registry

LOOKED_BACK = timedelta(days=180)
ENOUGH = 3  # ratings below that are nobody's average


class Standing(NamedTuple):
    """How a shop did, by those who ordered from it."""

    orders: int
    rated: int
    stars: float | None
    complaints: int


def groups_of(actor: Actor) -> set[str]:
    """The groups of the register that whoever asks belongs to; they see their own."""
    return set(registry.own_tags(actor).values_list("tag", flat=True))


def used_of(actor: Actor, month: str) -> dict[str, int]:
    """Pieces of each scheme in a month."""
    return pieces_of(
        actor, Grant.objects.filter(account=actor.id, month=month, ended_at__isnull=True)
    )


def pieces_of(actor: Actor, rows: QuerySet[Grant]) -> dict[str, int]:
    """How many pieces each scheme paid for."""
    used: dict[str, int] = {}
    for row in rows.select_related("order"):
        if row.scheme in SUBSIDIES:
            used[row.scheme] = used.get(row.scheme, 0) + rules.pieces(row.amount, row.order.price, SUBSIDIES[row.scheme])  # fmt: skip
    return used


def offer(actor: Actor, pk: UUID) -> tuple[Offer, Shop]:
    """What stands on the page of a listed shop. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # published
        found = Offer.objects.filter(pk=pk, ended_at__isnull=True, shop__state="listed").select_related("shop").first()  # fmt: skip
    if found is None:
        raise Refused("not_found")
    return found, found.shop


def own_orders(actor: Actor) -> QuerySet[Order]:
    """What one ordered, newest first."""
    if actor.id is None:
        return Order.objects.none()
    return Order.objects.filter(account=actor.id).select_related("shop").order_by("-ordered_at", "id")  # fmt: skip


def own_order(actor: Actor, pk: UUID) -> Order:
    """One of them. Raises `Refused("not_found")`."""
    with behind(
        SYSTEM
    ):  # its shop is read by everybody while listed, and by whoever ordered there afterwards
        found = own_orders(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def own_orders_shown(actor: Actor, most: int) -> list[Order]:
    with behind(SYSTEM):  # likewise
        return list(own_orders(actor)[:most])


def own_grant(actor: Actor, order: Order) -> Grant | None:
    """Why it is subsidised: for whoever ordered, never for the shop."""
    return Grant.objects.filter(order=order, account=actor.id).first() if actor.id else None


def shop_orders(actor: Actor) -> QuerySet[Order]:
    """Of the shop that one keeps, what waits first."""
    if actor.id is None:
        return Order.objects.none()
    return Order.objects.filter(shop__account=actor.id).select_related("shop").order_by("-ordered_at", "id")  # fmt: skip


def shop_order(actor: Actor, pk: UUID) -> Order:
    """One of them. Raises `Refused("not_found")`."""
    found = shop_orders(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def payouts(actor: Actor, shop: Shop) -> list[Payout]:
    return list(Payout.objects.visible_to(actor).filter(shop=shop).order_by("-at")[:24])


def owed_to(actor: Actor, shop: Shop) -> int:
    """What the street owes a shop for confirmed orders, by its book."""
    with behind(SYSTEM):  # the keeper's own, or asked by a desk of the street
        book = money.books(SYSTEM).filter(owner=f"subsidies:{shop.area[:9]}", area=shop.area[:9]).first()  # fmt: skip
        told = money.balances(SYSTEM, book) if book else []
    return next((one.fen for one in told if one.ledger.code == f"payable:{shop.number}"), 0)


def standing(actor: Actor, shops: list[UUID], at: datetime) -> dict[UUID, Standing]:
    """Of several shops at once, the last half year: counts, no person. Below three ratings there is no average."""
    with behind(SYSTEM):  # sums of shops, published
        since = at - LOOKED_BACK
        rows = Order.objects.filter(
            shop__in=shops, state="closed", ordered_at__gte=since
        ).order_by()
        told = rows.values("shop").annotate(n=Count("pk"), rated=Count("stars"), mean=Avg("stars"))
        blamed = Complaint.objects.filter(order__shop__in=shops, made_at__gte=since).order_by()
        against = dict(blamed.values_list("order__shop").annotate(n=Count("pk")))
        found = {one["shop"]: Standing(one["n"], one["rated"], one["mean"] if one["rated"] >= ENOUGH else None, against.get(one["shop"], 0)) for one in told}  # fmt: skip
    return {pk: found.get(pk, Standing(0, 0, None, against.get(pk, 0))) for pk in shops}


def unconfirmed(system: Actor, at: datetime) -> list[UUID]:
    """Done, and nobody said anything since."""
    long = at - timedelta(days=policy("order_lapse_days"))
    with behind(SYSTEM):
        return list(Order.objects.filter(state="done", state_since__lt=long).values_list("pk", flat=True)[:200])  # fmt: skip
