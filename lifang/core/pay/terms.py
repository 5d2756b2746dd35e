"""Words of money: all of it is whole fen."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

MOST: Final = 10**12  # fen in one entry: ten milliards of yuan


class LedgerKind(StrEnum):
    """Which side grows: debit is positive, so assets and expenses grow upwards, the others downwards."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


UP: Final = (LedgerKind.ASSET, LedgerKind.EXPENSE)


class OrderState(StrEnum):
    WAITING = "waiting"
    PAID = "paid"
    CLOSED = "closed"


class RefundState(StrEnum):
    ASKED = "asked"
    DONE = "done"


class Notice(StrEnum):
    """What a channel tells."""

    PAID = "paid"
    REFUNDED = "refunded"


class Leg(NamedTuple):
    """One side of a voucher: a ledger, and fen (positive is debit)."""

    ledger: UUID
    amount: int


class Told(NamedTuple):
    """What a channel says of one order or refund, by our number."""

    notice: Notice
    number: str
    amount: int
    reference: str  # its own number, the same however often it tells
    at: datetime


class Unsigned(Exception):
    """A notification that the channel did not send."""
