"""When a photo may be read. No clock, no database."""

from lifang.core.access import Refusal
from lifang.core.scan.terms import DAY_MOST, WAITING_MOST


def may_ask(waiting: int, kept: int) -> Refusal | None:
    return Refusal("scans_many") if waiting >= WAITING_MOST or kept >= DAY_MOST else None
