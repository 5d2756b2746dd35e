"""Decides about a community's lines."""

from datetime import date, timedelta

from lifang.core.access import Refusal
from lifang.living.catalogue import COMMUNITY_ITEMS

COMMUNITY = 12
MOST = 10_000_000_000  # fen
BACK = timedelta(days=400)


def line_fits(item: str, amount: int, party: str, day: date, today: date, area: str) -> Refusal | None:  # fmt: skip
    if item not in COMMUNITY_ITEMS:
        return Refusal("line_item", {"field": "item"})
    if len(area) != COMMUNITY:
        return Refusal("line_area", {"field": "area"})
    if not 0 < amount <= MOST:
        return Refusal("line_amount", {"field": "amount"})
    if not today - BACK <= day <= today:
        return Refusal("line_day", {"field": "day"})
    return None if party.strip() else Refusal("line_party", {"field": "party"})


def may_counter(is_counter: bool, countered: bool, note: str) -> Refusal | None:
    if is_counter or countered:
        return Refusal("line_countered")
    return None if note.strip() else Refusal("refund_why", {"field": "note"})
