"""Ask the books."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.pay.models import (
    Book,
    Difference,
    Entry,
    Ledger,
    PayOrder,
    Reconciliation,
    Refund,
    Voucher,
)
from lifang.core.pay.terms import OrderState, RefundState


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


class Day(NamedTuple):
    """A day of one way as it concerns the reader: what the books say, what the channel says, what differs."""

    way: str
    day: date
    ours: int
    theirs: int
    open: int
    settled: int
    compared_at: datetime


def days(actor: Actor, since: date) -> list[Day]:
    """Days compared since then, newest first; a company's own payments, or all in sight. Four queries."""
    with behind(SYSTEM):  # which day was compared when is nobody's own
        compared = list(Reconciliation.objects.filter(day__gte=since).order_by("-day", "way"))
    orders = PayOrder.objects.visible_to(actor).filter(state=OrderState.PAID)
    backs = Refund.objects.visible_to(actor).filter(state=RefundState.DONE)
    if actor.units:
        orders, backs = orders.filter(book__owner__in=actor.units), backs.filter(order__book__owner__in=actor.units)  # fmt: skip
    start = datetime.combine(since, time(), timezone.get_current_timezone())
    came = orders.filter(paid_at__gte=start).order_by().values_list("way", TruncDate("paid_at")).annotate(Sum("amount"))  # fmt: skip
    went = backs.filter(done_at__gte=start).order_by().values_list("order__way", TruncDate("done_at")).annotate(Sum("amount"))  # fmt: skip
    ours: Counter[tuple[str, date]] = Counter()
    for sign, rows in ((1, came), (-1, went)):
        for way, day, amount in rows:
            ours[way, day] += sign * amount
    found: dict[tuple[str, date], list[Difference]] = defaultdict(list)
    for one in differences(actor).filter(day__gte=since):
        found[one.way, one.day].append(one)
    made = []
    for row in compared:
        key = (row.way, row.day)
        off = sum((one.theirs or 0) - (one.ours or 0) for one in found[key] if one.agreed_at is None)  # fmt: skip
        made.append(Day(row.way, row.day, ours[key], ours[key] + off, sum(one.open for one in found[key]), sum(one.settled_at is not None for one in found[key]), row.at))  # fmt: skip
    return made


def differences(actor: Actor) -> "QuerySet[Difference]":
    """Of one's company, or all in sight; the newest day first."""
    rows = Difference.objects.visible_to(actor)
    if actor.units:
        rows = rows.filter(holders__overlap=sorted(actor.units))
    return rows.order_by("-day", "number")


def difference(actor: Actor, pk: UUID) -> Difference:
    """One of them. Raises `Refused("not_found")`."""
    found = differences(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found
