"""Ask the books."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Sum

from lifang.core.access import Actor, Refused
from lifang.core.pay.models import Book, Entry, Ledger, PayOrder, Reconciliation, Refund, Voucher
from lifang.core.pay.terms import OrderState


class Balance(NamedTuple):
    ledger: Ledger
    fen: int  # as it reads: a growing balance is a plus, whatever its side


def books(actor: Actor) -> QuerySet[Book]:
    return Book.objects.visible_to(actor)


def balances(actor: Actor, book: Book, until: datetime | None = None) -> list[Balance]:
    """Every account of a book with what stands in it."""
    found = Ledger.objects.visible_to(actor).filter(book=book).order_by("kind", "code")
    rows = Entry.objects.filter(ledger__in=found.order_by())
    rows = rows.filter(at__lt=until) if until else rows
    sums = dict(rows.order_by().values("ledger").annotate(n=Sum("amount")).values_list("ledger", "n"))  # fmt: skip
    return [Balance(one, one.sign * sums.get(one.pk, 0)) for one in found]


def sums(actor: Actor, book: Book, kinds: Iterable[str], start: datetime, end: datetime) -> dict[str, int]:  # fmt: skip
    """What came to each account of these kinds in a period, by its code."""
    of = Ledger.objects.visible_to(actor).filter(book=book, kind__in=list(kinds))
    rows = Entry.objects.filter(ledger__in=of, at__gte=start, at__lt=end)
    found = rows.order_by().values_list("ledger__code", "ledger__kind").annotate(n=Sum("amount"))
    return {code: n if kind in ("asset", "expense") else -n for code, kind, n in found}


def vouchers(actor: Actor, book: Book) -> QuerySet[Voucher]:
    """What was booked, newest first."""
    return Voucher.objects.visible_to(actor).filter(book=book).order_by("-at", "-id")


def order(actor: Actor, number: str) -> PayOrder:
    """One order within sight. Raises `Refused("not_found")`."""
    found = PayOrder.objects.visible_to(actor).filter(number=number).first()
    if found is None:
        raise Refused("not_found")
    return found


def orders_of(actor: Actor, subjects: Iterable[UUID]) -> QuerySet[PayOrder]:
    """What was paid for these things, newest first."""
    return (
        PayOrder.objects.visible_to(actor)
        .filter(subject__in=list(subjects), state=OrderState.PAID)
        .order_by("-paid_at", "-id")
    )


def refunds_of(actor: Actor, subject: UUID) -> QuerySet[Refund]:
    """What goes or went back for a thing, newest first."""
    rows = Refund.objects.visible_to(actor).filter(order__subject=subject)
    return rows.select_related("order").order_by("-asked_at", "-id")


def reconciliations(actor: Actor) -> QuerySet[Reconciliation]:
    """Days compared with what the channels say, newest first."""
    return Reconciliation.objects.visible_to(actor).order_by("-day", "way")
