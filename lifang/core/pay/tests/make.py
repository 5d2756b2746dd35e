"""Something to pay for, and what must hold whatever happens."""

from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.i18n import text
from lifang.core.ids import new_id
from lifang.core.pay import PURPOSES, LedgerKind, Leg, Purpose, actions
from lifang.core.pay.adapters.local import Local
from lifang.core.pay.adapters.local.actions import charge
from lifang.core.pay.models import Book, Charge, Entry, Ledger, PayOrder, Refund
from lifang.core.testing import places
from lifang.core.testing.cast import MONDAY

DUE = 10_001  # fen
LOCAL = Local()
THING = text("测试", "Test")
LATER = MONDAY + timedelta(minutes=5)


def taken(subject: UUID) -> int:
    """What is paid for it by now."""
    came = PayOrder.objects.filter(subject=subject).aggregate(n=Sum("taken"))["n"] or 0
    back = Refund.objects.filter(order__subject=subject, state="done").aggregate(a=Sum("amount"), e=Sum("excess"))  # fmt: skip
    return came - (back["a"] or 0) + (back["e"] or 0)


def _paid(_system, subject, _order, amount, _at):
    with connection.cursor() as cursor:  # as a context holds its own row
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(subject)])
    return min(amount, max(0, DUE - taken(subject)))


@contextmanager
def a_purpose(key: str = "test.thing"):
    PURPOSES[key] = Purpose(key, THING, _paid, lambda *_: None, lambda _pk: "/my")
    try:
        yield
    finally:
        del PURPOSES[key]


class Shop:
    """A payee with a book, to whom `DUE` is owed for one thing."""

    def __init__(self, area: str = places.GRID, owner: str = "unit:00000000-0000-7000-8000-00000000f12a") -> None:  # fmt: skip
        self.subject = new_id()
        with behind(SYSTEM):
            self.book = actions.open_book(owner, area, MONDAY)
            self.owed = actions.ledger(self.book, "receivable", LedgerKind.ASSET, MONDAY)
            self.income = actions.ledger(self.book, "income", LedgerKind.INCOME, MONDAY)
            actions.book(self.book, self.billing(), MONDAY)

    def billing(self):
        legs = [Leg(self.owed.pk, DUE), Leg(self.income.pk, -DUE)]
        return actions.Booking(f"bill:{self.subject}", "test.billed", self.subject, legs)

    def order(self, amount: int = DUE, payer: str = "", actor=SYSTEM, at: datetime = MONDAY) -> PayOrder:  # fmt: skip
        return actions.open_order(
            actor=actor, purpose="test.thing", subject=self.subject, book_=self.book, into=self.owed, amount=amount,
            way="local", title=THING, payee=THING, payer=payer, at=at,
        )  # fmt: skip


def pays(order: PayOrder, at: datetime = MONDAY) -> None:
    """The payer pays at the stand-in, which tells."""
    charge(order.number, order.amount, at)
    tells(order, at)


def tells(order: PayOrder, at: datetime = MONDAY) -> None:
    body, mark = LOCAL.notification(LOCAL.ask(order.number))
    actions.take_notice(actor=SYSTEM, way="local", told=LOCAL.read(body, mark), at=at)


def settles(at: datetime = LATER) -> None:
    """What workers do each minute, until nothing is left to do."""
    actions.sweep(system=SYSTEM, at=at)
    actions.give_waiting(system=SYSTEM, at=at)


def balance(book: Book, code: str) -> int:
    found = Ledger.objects.filter(book=book, code=code).first()
    return 0 if found is None else found.entries.aggregate(n=Sum("amount"))["n"] or 0


def sound(shop: Shop) -> None:
    """No lost cent: the books balance, agree with the channel, and nothing is held back."""
    with behind(SYSTEM):
        assert (Entry.objects.aggregate(n=Sum("amount"))["n"] or 0) == 0
        unbalanced = Entry.objects.values("voucher").annotate(n=Sum("amount")).exclude(n=0)
        assert not list(unbalanced)
        orders = PayOrder.objects.filter(subject=shop.subject)
        numbers = [*orders.values_list("number", flat=True), *Refund.objects.filter(order__in=orders).values_list("number", flat=True)]  # fmt: skip
        moved = sum(-one.amount if one.of else one.amount for one in Charge.objects.filter(number__in=numbers))  # fmt: skip
        assert balance(shop.book, "clearing:local") == moved
        assert balance(shop.book, "held") == 0
        assert balance(shop.book, "receivable") == DUE - taken(shop.subject)
        assert 0 <= taken(shop.subject) <= DUE
        for one in orders:
            given = one.refunds.aggregate(n=Sum("amount"))["n"] or 0
            assert one.refunded == given <= one.amount


class Killed(BaseException):
    """The process is gone."""


_NOT_AN_ACT = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config")


@contextmanager
def killed_at(step: int):
    """The process dies before its `step`-th statement; `died` says whether it came that far."""
    seen = {"n": 0, "died": False}

    def count(execute, sql, params, many, context):
        if not seen["died"] and not sql.lstrip().startswith(_NOT_AN_ACT):
            seen["n"] += 1
            if seen["n"] == step:
                seen["died"] = True
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count), suppress(Killed):
        yield seen
