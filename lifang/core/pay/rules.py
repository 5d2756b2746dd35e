"""Decides about money without looking."""

from collections.abc import Sequence

from lifang.core.access import Refusal
from lifang.core.pay.terms import MOST, Leg


def balanced(legs: Sequence[Leg]) -> Refusal | None:
    """A voucher has two sides at least, none of nothing, and sums to nothing."""
    if len(legs) < 2 or any(leg.amount == 0 or abs(leg.amount) > MOST for leg in legs):
        return Refusal("voucher_sides")
    return None if sum(leg.amount for leg in legs) == 0 else Refusal("voucher_unbalanced")


def amount_fits(amount: int, most: int = MOST) -> Refusal | None:
    if 0 < amount <= most:
        return None
    return Refusal("pay_amount", {"field": "amount", "most": yuan(most)})


def split(total: int, parts: Sequence[int]) -> list[int]:
    """Share out fen by weights: nothing is lost and nobody is off by a whole fen (largest remainder)."""
    weight = sum(parts)
    if weight <= 0:
        raise ValueError("something must weigh")
    shares = [total * part // weight for part in parts]
    order = sorted(range(len(parts)), key=lambda n: (-(total * parts[n] % weight), n))
    for n in order[: total - sum(shares)]:
        shares[n] += 1
    return shares


def yuan(fen: int) -> str:
    """As people read it: 1234567 is 12,345.67."""
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def fen(typed: str) -> int | None:
    """Yuan as somebody typed them, in fen; None when it is no amount."""
    plain = typed.strip().replace(",", "").replace("，", "").removeprefix("¥").strip()
    whole, point, cents = plain.partition(".")
    digits = whole.isascii() and whole.isdigit() and len(whole) <= 10
    if not digits or (point and not (cents.isascii() and cents.isdigit() and len(cents) <= 2)):
        return None
    return int(whole) * 100 + int(cents.ljust(2, "0") or "0")
