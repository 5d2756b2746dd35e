"""Channels, states and the letter an adapter carries."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Channel(StrEnum):
    INBOX = "inbox"
    SMS = "sms"
    EMAIL = "email"


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Pace(StrEnum):
    """How a person wants to hear of what can wait."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class Letter(NamedTuple):
    """One thing to carry; `id` is the same at every attempt, so a gateway can drop doubles."""

    id: UUID
    address: str
    title: str
    body: str


class Undeliverable(Exception):
    """It did not get there this time; it is tried again."""


class Refused(Undeliverable):
    """The other side will never take it; it is not tried again."""


# Seconds until the next attempt, after the first, second … failure: five seconds up to a day.
BACK_OFF = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
