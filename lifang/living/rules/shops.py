"""Decides about shops: what may be listed, what may be offered, when they are open."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.core.crypto.numbers import credit_fault, organisation_fault
from lifang.living.catalogue import TRADES

MOST_PRICE = 10_000_000  # fen
MOST_OFFERS = 60
DAYS = "1234567"


class Told(NamedTuple):
    """What a keeper says of a shop."""

    name: str
    trade: str
    code: str
    about: str
    address: str
    lon: float
    lat: float
    opens: time
    closes: time
    days: str
    telephone: str
    step_free: bool


def plain_code(code: str) -> str:
    return code.strip().upper()


def code_fits(code: str) -> Refusal | None:
    """GB 32100 and the GB 11714 number inside, as the register of organisations asks it."""
    plain = plain_code(code)
    fault = credit_fault(plain) or ("inner" if organisation_fault(plain[8:17]) else None)
    return Refusal(f"credit_{fault}", {"field": "code"}) if fault else None


def shop_fits(told: Told, located: str | None) -> Refusal | None:
    """A name, a trade of the catalogue, a right code, a place inside the communities, hours."""
    if not told.name.strip() or not told.address.strip():
        return Refusal("shop_name", {"field": "name"})
    if told.trade not in TRADES:
        return Refusal("shop_trade", {"field": "trade"})
    if located is None:
        return Refusal("shop_place", {"field": "lat"})
    if told.opens >= told.closes or not told.days or set(told.days) - set(DAYS):
        return Refusal("shop_hours", {"field": "closes"})
    return code_fits(told.code)


def agreed(terms: str, current: str) -> Refusal | None:
    """To the terms as they stand now."""
    return None if terms == current else Refusal("shop_terms", {"field": "terms"})


def offer_fits(name: str, unit: str, price: int, standing: int) -> Refusal | None:
    if not name.strip() or not unit.strip():
        return Refusal("offer_name", {"field": "name"})
    if not 0 <= price <= MOST_PRICE:
        return Refusal("offer_price", {"field": "price"})
    return None if standing < MOST_OFFERS else Refusal("offer_many")


def next_open(opens: time, closes: time, days: str, local: datetime) -> datetime:
    """The next full hour at which it is open."""
    when = (local + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    for _day in range(8):
        begins = when.replace(hour=opens.hour, minute=opens.minute)
        if str(when.isoweekday()) in days and when.time() < closes:
            return max(when, begins)
        when = (begins + timedelta(days=1)).replace(hour=0, minute=0)
    return when


def open_at(opens: time, closes: time, days: str, local: datetime) -> bool:
    """By the wall clock of the place."""
    return str(local.isoweekday()) in days and opens <= local.time() < closes
