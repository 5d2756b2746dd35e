"""Books balance by the database, and nobody changes what is booked."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.pay import LedgerKind, Leg, actions, rules, selectors
from lifang.core.pay.models import Entry, Ledger, Voucher
from lifang.core.pay.tests.make import DUE, Shop, balance
from lifang.core.testing import places
from lifang.core.testing.cast import MONDAY, stranger, street_dispatcher

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-71")]


def entry(shop: Shop, voucher: Voucher, position: int, amount: int, ledger: Ledger) -> Entry:
    return Entry(voucher=voucher, ledger=ledger, book=voucher.book, position=position, amount=amount, at=MONDAY)  # fmt: skip


def voucher(shop: Shop) -> Voucher:
    made = Voucher(book=shop.book, key=str(new_id()), kind="test", subject=new_id(), at=MONDAY, area=shop.book.area)  # fmt: skip
    made.save()
    return made


def forbidden(write) -> bool:
    """By right for the application, by trigger for everybody else."""
    told = broken(write)
    return "append-only" in told or "permission denied" in told


def broken(write) -> str:
    with pytest.raises(DatabaseError) as wrong, transaction.atomic():
        write()
    return str(wrong.value)


def test_the_database_refuses_what_does_not_balance_and_every_change():
    shop = Shop()
    other = Shop(places.FAR_GRID, "unit:another")
    with behind(SYSTEM):
        new = voucher(shop)
        alone = [entry(shop, new, 1, 5, shop.owed)]
        uneven = [entry(shop, new, 1, 5, shop.owed), entry(shop, new, 2, -4, shop.income)]
        assert "does not balance" in broken(lambda: Entry.objects.bulk_create(alone))
        assert "does not balance" in broken(lambda: Entry.objects.bulk_create(uneven))
        foreign = [entry(shop, new, 1, 5, shop.owed), entry(shop, new, 2, -5, other.income)]
        assert "pay_entry_ledger_book" in broken(lambda: _at_once(foreign))
        Entry.objects.bulk_create([entry(shop, new, 1, 5, shop.owed), entry(shop, new, 2, -5, shop.income)])  # fmt: skip
        # A pair more under a voucher that stands: it balances, and is refused all the same.
        more = [entry(shop, new, 3, 9, shop.owed), entry(shop, new, 4, -9, shop.income)]
        assert "does not balance" in broken(lambda: Entry.objects.bulk_create(more))
        assert forbidden(lambda: Entry.objects.filter(voucher=new).update(amount=7))
        assert forbidden(lambda: Entry.objects.filter(voucher=new).delete())
        assert forbidden(lambda: Voucher.objects.filter(pk=new.pk).update(note="x"))
        assert forbidden(lambda: Ledger.objects.filter(book=shop.book).update(kind="expense"))  # fmt: skip
        assert forbidden(lambda: _sql("TRUNCATE pay_entry"))
        assert balance(shop.book, "receivable") == DUE + 5


def _at_once(entries: list[Entry]) -> None:
    Entry.objects.bulk_create(entries)
    _sql("SET CONSTRAINTS ALL IMMEDIATE")


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_key_is_booked_once_and_a_book_is_read_by_whom_it_concerns():
    shop = Shop()
    with behind(SYSTEM):
        assert actions.book(shop.book, shop.billing(), MONDAY) is False
        assert balance(shop.book, "receivable") == DUE
        assert Voucher.objects.filter(book=shop.book).count() == 1
    own, other = street_dispatcher().actor, stranger().actor
    with behind(own):
        shown = {one.ledger.code: one.fen for one in selectors.balances(own, shop.book)}
    assert shown == {"receivable": DUE, "income": DUE}
    with behind(other):
        assert selectors.balances(other, shop.book) == []
        assert list(selectors.vouchers(other, shop.book)) == []


def test_a_voucher_that_does_not_balance_is_refused_by_name_too(refused):
    shop = Shop()
    for legs, reason in (([Leg(shop.owed.pk, 5), Leg(shop.income.pk, -4)], "voucher_unbalanced"), ([Leg(shop.owed.pk, 5)], "voucher_sides")):  # fmt: skip
        assert rules.balanced(legs).reason == reason
    assert rules.balanced([Leg(shop.owed.pk, 5), Leg(shop.income.pk, -5)]) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**11), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_what_is_shared_out_is_all_of_it_and_nobody_is_off_by_a_fen(total, parts):
    shares = rules.split(total, parts)
    assert sum(shares) == total
    weight = sum(parts)
    assert all(0 <= share * weight - total * part + weight < 2 * weight for share, part in zip(shares, parts, strict=True))  # fmt: skip
    assert all(share == 0 for share, part in zip(shares, parts, strict=True) if part == 0)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**11))
def test_yuan_are_read_as_they_are_written(amount):
    assert rules.fen(rules.yuan(amount)) == amount


@pytest.mark.parametrize("typed", ["", "-1", "1.234", "1e3", "NaN", "٣", "0x1", "1.2.3", "9" * 30, "１２"])  # fmt: skip
def test_what_is_no_amount_is_none(typed):
    assert rules.fen(typed) is None


def test_a_ledger_is_opened_once():
    shop = Shop()
    with behind(SYSTEM):
        again = actions.ledger(shop.book, "receivable", LedgerKind.ASSET, MONDAY)
        assert (again.pk, actions.open_book(shop.book.owner, shop.book.area, MONDAY).pk) == (shop.owed.pk, shop.book.pk)  # fmt: skip
