"""Money in whole fen: books that balance, orders to pay, refunds, and the ways money comes in."""

from lifang.core.pay.purposes import PURPOSES, Purpose, purpose
from lifang.core.pay.terms import LedgerKind, Leg

__all__ = ["PURPOSES", "LedgerKind", "Leg", "Purpose", "purpose"]
