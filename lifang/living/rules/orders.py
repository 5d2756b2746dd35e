"""Decides about orders: what may be ordered, what a scheme pays of it."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.living.catalogue import SUBSIDIES, Subsidy

MOST = 99
AHEAD = timedelta(days=30)
STARS = range(1, 6)
OPEN = ("placed", "taken", "done")
PAYABLE = ("taken", "done", "closed")


class Due(NamedTuple):
    scheme: Subsidy
    group: str
    amount: int


def order_fits(count: int, wanted: datetime, at: datetime) -> Refusal | None:
    if not 1 <= count <= MOST:
        return Refusal("order_count", {"field": "count"})
    soon = at - timedelta(minutes=30) <= wanted <= at + AHEAD
    return None if soon else Refusal("order_when", {"field": "wanted"})


def subsidy(trade: str, at_home: bool, price: int, count: int, groups: Collection[str], used: Mapping[str, int]) -> Due | None:  # fmt: skip
    """The scheme that pays the most; each piece counts, up to what is left of the month."""
    found = []
    for scheme in SUBSIDIES.all():
        group = next((one for one in scheme.groups if one in groups), None)
        pieces = min(count, scheme.times - used.get(scheme.key, 0))
        if group is None or trade not in scheme.trades or pieces <= 0 or (scheme.at_home and not at_home):  # fmt: skip
            continue
        each = min(price * scheme.share // 100, scheme.most)
        if each:
            found.append(Due(scheme, group, each * pieces))
    return max(found, key=lambda one: one.amount, default=None)


def pieces(amount: int, price: int, scheme: Subsidy) -> int:
    """How many pieces a grant paid for."""
    each = min(price * scheme.share // 100, scheme.most)
    return amount // each if each else 0


def own(holder: str, holders: Collection[str]) -> Refusal | None:
    return None if holder and holder in holders else Refusal("not_found")


def may_pay(state: str, left: int) -> Refusal | None:
    """Not before the shop has taken it, never beyond what is left."""
    if state not in PAYABLE:
        return Refusal("order_not_taken")
    return None if left else Refusal("bill_paid")


def credit_fits(amount: int, own: int) -> Refusal | None:
    return None if 0 < amount <= own else Refusal("order_back", {"field": "amount"})
