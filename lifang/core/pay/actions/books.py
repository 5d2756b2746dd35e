"""Books, accounts and vouchers: parts of the actions that move money, never an act by themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM, insist
from lifang.core.access.rows import add_many
from lifang.core.access.wall import behind
from lifang.core.pay import rules
from lifang.core.pay.models import Book, Entry, Ledger, Voucher
from lifang.core.pay.terms import LedgerKind, Leg


class Booking(NamedTuple):
    """One voucher to be written."""

    key: str
    kind: str
    subject: UUID
    legs: Sequence[Leg]
    note: str = ""
    holders: Sequence[str] = ()  # whom else it concerns


def open_book(owner: str, area: str, at: datetime, holders: Sequence[str] = ()) -> Book:
    """The book of an owner in an area; opened when it is asked for first."""
    # Whoever pays need not see the books of the payee: looked up and opened past the wall.
    with behind(SYSTEM):
        found = Book.objects.filter(owner=owner, area=area).first()
        if found is not None:
            return found
        made = Book(owner=owner, area=area, holders=sorted({owner, *holders}), opened_at=at)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            return Book.objects.get(owner=owner, area=area)
        return made


def ledger(book: Book, code: str, kind: LedgerKind, at: datetime) -> Ledger:
    """An account of a book; opened when it is asked for first."""
    with behind(SYSTEM):  # as above
        found = Ledger.objects.filter(book=book, code=code).first()
        if found is not None:
            return found
        made = Ledger(book=book, code=code, kind=kind, area=book.area, holders=book.holders, opened_at=at)  # fmt: skip
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            return Ledger.objects.get(book=book, code=code)
        return made


def book(of: Book, booking: Booking, at: datetime) -> bool:
    """Write one voucher. False when this key is booked already."""
    return bool(book_many(of, [booking], at))


def book_many(of: Book, bookings: Sequence[Booking], at: datetime) -> list[Booking]:
    """Write many vouchers of one book; those that were new. Each balances, or nothing is written."""
    for one in bookings:
        insist(rules.balanced(one.legs))
    with behind(SYSTEM):  # the key must be found, whoever asks
        keys = [one.key for one in bookings]
        known = set(Voucher.objects.filter(key__in=keys).values_list("key", flat=True))
    fresh = [one for one in bookings if one.key not in known]
    vouchers = [
        Voucher(
            book=of, area=of.area, holders=sorted({*of.holders, *one.holders}), key=one.key, kind=one.kind,
            subject=one.subject, note=one.note[:300], at=at,
        )
        for one in fresh
    ]  # fmt: skip
    entries = [
        Entry(
            voucher=voucher, ledger_id=leg.ledger, book=of, position=n, amount=leg.amount, at=at)
        for voucher, one in zip(vouchers, fresh, strict=True)
        for n, leg in enumerate(one.legs, 1)
    ]  # fmt: skip
    if not fresh:
        return []
    Voucher.objects.bulk_create(vouchers)
    _entries(entries)
    return fresh


def _entries(entries: list[Entry]) -> None:
    """A voucher's entries in one statement: the database weighs each statement."""
    start = 0
    while start < len(entries):
        end = min(start + AT_ONCE, len(entries))
        while end < len(entries) and entries[end].voucher_id == entries[end - 1].voucher_id:
            end += 1
        add_many(entries[start:end])
        start = end


AT_ONCE = 2000  # below what `add_many` cuts at, with room for one voucher's sides
