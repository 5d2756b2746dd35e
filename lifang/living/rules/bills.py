"""Decides about bills: no database, no clock."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from lifang.core.access import Refusal
from lifang.living.catalogue import ITEMS, Reminder
from lifang.living.terms import MONTH, Basis, Standing

MOST_PRICE = 10**8  # ten thousand yuan, in ten-thousandths
MOST_READING = 10**9  # a million units, in thousandths


def month_fits(month: str) -> Refusal | None:
    return None if MONTH.fullmatch(month) else Refusal("bill_month", {"field": "month"})


def tariff_fits(item: str, basis: str, price: int) -> Refusal | None:
    """`price` in ten-thousandths of a yuan."""
    if item not in ITEMS:
        return Refusal("bill_item", {"field": "item"})
    if basis not in ITEMS[item].bases:
        return Refusal("bill_basis", {"field": "basis"})
    return None if 0 < price <= MOST_PRICE else Refusal("bill_price", {"field": "price"})


def charge(price: int, quantity: int) -> int:
    """Fen for a price (ten-thousandths of a yuan) and a quantity (thousandths), half a fen up."""
    return (price * quantity + 50_000) // 100_000


def quantity(basis: str, area_m2: Decimal | None, used: int | None) -> int | None:
    """In thousandths; None: nothing is known to charge by."""
    if basis == Basis.DOOR:
        return 1000
    if basis == Basis.AREA:
        return None if area_m2 is None else int(area_m2 * 1000)
    return used


def reading_fits(value: int, before: int | None, after: int | None) -> Refusal | None:
    """A meter does not run backwards."""
    if not 0 <= value <= MOST_READING:
        return Refusal("reading_value", {"field": "value"})
    fits = (before is None or value >= before) and (after is None or value <= after)
    return None if fits else Refusal("reading_backwards", {"field": "value"})


def standing(amount: int, paid: int, due_on: date, today: date) -> Standing:
    if paid >= amount:
        return Standing.PAID
    if today > due_on:
        return Standing.LATE
    return Standing.PART if paid else Standing.OPEN


def may_pay(amount: int, left: int) -> Refusal | None:
    """A part is welcome, more than is owed is not."""
    if left <= 0:
        return Refusal("bill_paid")
    return None if 0 < amount <= left else Refusal("bill_amount", {"field": "amount"})


def serves(unit_holder: str, units: Sequence[str]) -> Refusal | None:
    """Somebody of this company."""
    return None if unit_holder in units else Refusal("not_allowed")


def month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year}-{number - 1:02d}" if number > 1 else f"{year - 1}-12"


def inside(area: str, served: str) -> Refusal | None:
    """A company charges where it serves."""
    return None if area.startswith(served) else Refusal("not_found")


def stage_of(due: date, today: date, stages: Iterable[Reminder]) -> Reminder | None:
    """The furthest stage that is reached."""
    reached = [one for one in stages if (today - due).days >= one.days]
    return max(reached, key=lambda one: one.days, default=None)
