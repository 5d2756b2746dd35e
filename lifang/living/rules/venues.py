"""Decides about booking: which times there are, and what is fair."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from lifang.core.access import Refusal
from lifang.living.catalogue import VENUE_KINDS

MOST_FEE = 10**7  # fen
MINUTES = (15, 30, 45, 60, 90, 120, 180, 240)


def venue_fits(kind: str, name: str, opens: time, closes: time, minutes: int, fee: int) -> Refusal | None:  # fmt: skip
    """It is open for one slot at least."""
    if kind not in VENUE_KINDS:
        return Refusal("venue_kind", {"field": "kind"})
    if not name.strip():
        return Refusal("venue_name", {"field": "name"})
    if minutes not in MINUTES or not slots(opens, closes, minutes):
        return Refusal("venue_times", {"field": "closes"})
    return None if 0 <= fee <= MOST_FEE else Refusal("venue_fee", {"field": "fee"})


def slots(opens: time, closes: time, minutes: int) -> list[time]:
    """When slots of a day begin: as many as end before it closes."""
    first, last = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    return [time(n // 60, n % 60) for n in range(first, last - minutes + 1, minutes)]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def slot_fits(slot: datetime, known: Collection[time], today: date, days_ahead: int, at: datetime) -> Refusal | None:  # fmt: skip
    """`slot` in local time: one of the times there are, not begun, not too far ahead."""
    good = slot.time() in known and slot.date() <= today + timedelta(days=days_ahead)
    if not good or slot.second or slot.microsecond:
        return Refusal("slot_none")
    return None if slot > at else Refusal("slot_begun")


def free_place(places: int, taken: Collection[int]) -> int | None:
    return next((n for n in range(places) if n not in taken), None)


def fair(booked: int, per_week: int) -> Refusal | None:
    """Of one home in one week, so that others have their turn."""
    return None if booked < per_week else Refusal("booking_fair", {"most": per_week})


def may_give_back(slot: datetime, cancel_hours: int, at: datetime) -> Refusal | None:
    return None if at <= slot - timedelta(hours=cancel_hours) else Refusal("booking_late", {"hours": cancel_hours})  # fmt: skip
