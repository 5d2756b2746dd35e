"""Decides about repairs: what may be ordered, quoted, rated, and by whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lifang.core.access import Refusal
from lifang.living.catalogue import REPAIR_KINDS
from lifang.living.terms import Spot

MOST_QUOTE = 10_000_000  # fen: a hundred thousand yuan
MOST_COUNT = 999
AHEAD = timedelta(days=60)
LONGEST_WINDOW = timedelta(hours=12)
STARS = range(1, 6)


def order_fits(kind: str, spot: str, floor: int | None, floors: int, text: str) -> Refusal | None:
    """A kind of the catalogue, at a place of the own building."""
    if kind not in REPAIR_KINDS:
        return Refusal("repair_kind", {"field": "kind"})
    if spot not in {one.value for one in Spot}:
        return Refusal("repair_spot", {"field": "spot"})
    known = REPAIR_KINDS[kind]
    if (spot == Spot.HOME) not in [one == "home" for one in known.at]:
        return Refusal("repair_where", {"field": "spot", "kind": known.name})
    if spot == Spot.FLOOR and not (floor is not None and -5 <= floor <= max(floors, 1)):
        return Refusal("repair_spot", {"field": "spot"})
    return None if text.strip() or not known.words else Refusal("repair_words", {"field": "text"})


def window_fits(start: datetime | None, end: datetime | None, at: datetime) -> Refusal | None:
    """A visit lies ahead, and whoever waits at home does not wait all day."""
    if start is None or end is None:
        return None if start is end is None else Refusal("visit_half", {"field": "visit_to"})
    fits = at - timedelta(minutes=30) <= start < end <= start + LONGEST_WINDOW and start <= at + AHEAD  # fmt: skip
    return None if fits else Refusal("visit_window", {"field": "visit_from"})


def quote_fits(amount: int, spot: str) -> Refusal | None:
    """Common parts are paid from the property fee: no household is asked for them."""
    if amount and spot != Spot.HOME:
        return Refusal("quote_common", {"field": "amount"})
    return None if 0 <= amount <= MOST_QUOTE else Refusal("quote_amount", {"field": "amount"})


def parts_fit(parts: Sequence[tuple[str, int, int]]) -> Refusal | None:
    """Name, how many, price of one in fen."""
    fit = all(name.strip() and 0 < count <= MOST_COUNT and 0 <= price <= MOST_QUOTE for name, count, price in parts)  # fmt: skip
    return None if fit and len(parts) <= 20 else Refusal("repair_parts", {"field": "parts"})


def charge_fits(charged: int, quoted: int) -> Refusal | None:
    """Never more than the household agreed to."""
    return None if 0 <= charged <= quoted else Refusal("charge_over", {"field": "charged"})


def rating_fits(stars: int) -> Refusal | None:
    return None if stars in STARS else Refusal("rating_stars", {"field": "stars"})


def own(holder: str, holders: Sequence[str]) -> Refusal | None:
    """Of the household that ordered it."""
    return None if holder and holder in holders else Refusal("not_found")
