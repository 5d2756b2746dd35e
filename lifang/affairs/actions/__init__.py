"""Everything that changes an application. Keywords only; `actor` and `at` always."""

from lifang.affairs.actions.apply import apply, begin, receive, record, withdraw
from lifang.affairs.actions.decide import decide, deliver, read
from lifang.affairs.actions.window import (
    accept,
    add_supplement,
    ask_supplement,
    decline,
    hand_over,
    opine,
    supplement,
)

__all__ = [
    "accept", "add_supplement", "apply", "ask_supplement", "begin", "decide", "decline", "deliver", "hand_over", "opine", "read", "receive", "record",
    "supplement", "withdraw",
]  # fmt: skip
