"""Each move of the flow has an address at the case: a noun."""

from typing import Any

from lifang.cases.catalogue import CASE

NOUNS = {
    "accept": "acceptance", "refuse": "refusal", "ask_verification": "verification-request",
    "verify": "verification", "correct": "correction", "dispatch": "dispatch", "arbitrate": "arbitration",
    "sign": "signature", "return": "return", "feed_back": "feedback", "ask_delay": "delay",
    "grant_delay": "delay-decision", "suspend": "suspension", "resume": "resumption", "press": "pressing",
    "escalate": "escalation", "split_off": "split", "merge": "merge", "pass_check": "check",
    "call_back": "callback", "reopen": "reopening", "archive": "archive", "answer": "answer",
}  # fmt: skip

# Nothing has to be said: a press of the button is enough.
QUICK = frozenset({"accept", "sign", "resume", "archive"})
# … and several can be pressed at once.
BULK = ("accept", "sign", "archive")


def url_name(noun: str) -> str:
    return noun.replace("-", "_")


def verb(move: str) -> Any:
    """What one presses."""
    return CASE().move[move].name
