"""Does a value fit its data element?"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lifang.core.access import Refusal
from lifang.registry.catalogue import ELEMENTS, Element, codes
from lifang.registry.rules.identity import credit_code_fault, plate_fault
from lifang.registry.rules.places import telephone_shape

MOST: Final = 300  # characters of one value
NAME: Final = 50


def element_known(key: str, of: str) -> Refusal | None:
    """Is this an element of such a thing?"""
    found = ELEMENTS.get(key)
    good = found is not None and found.of == of
    return None if good else Refusal("unknown_element", {"element": key[:60], "field": "element"})


def value_fits(element: Element, value: str, on: date) -> Refusal | None:
    """The value as text; empty takes it back. Numbers of documents are asked of `number_fault`."""
    if len(value) > MOST:
        return Refusal("value_long", {"most": MOST, "field": element.key})
    if not value:
        return Refusal("name_missing", {"field": element.key}) if element.check == "name" else None
    return _TYPES[element.type](element, value, on) or _CHECKS[element.check](value)


def code_fits(list_key: str, code: str, field: str) -> Refusal | None:
    """Is the code in the list? None given is none wrong."""
    if not code or codes(list_key).get(code):
        return None
    return Refusal("unknown_code", {"code": code[:30], "field": field})


def day_fits(day: date | None, on: date, field: str) -> Refusal | None:
    """A birthday or a survey's day: not in the future, not before 1850."""
    if day is None or date(1850, 1, 1) <= day <= on:
        return None
    return Refusal("day_wrong", {"field": field})


def name_fits(name: str) -> Refusal | None:
    """Somebody has a name of at most fifty characters, without control characters."""
    plain = name.strip()
    if not plain:
        return Refusal("name_missing", {"field": "name"})
    good = len(plain) <= NAME and plain.isprintable() and any(c.isalpha() for c in plain)
    return None if good else Refusal("name_shape", {"field": "name"})


def stored(element: Element, value: str) -> Any:
    """The value as its column holds it."""
    if not value:
        return None if element.type in ("date", "number") else ""
    if element.type == "date":
        return date.fromisoformat(value)
    return Decimal(value) if element.type == "number" else value


def _date(element: Element, value: str, on: date) -> Refusal | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return Refusal("day_wrong", {"field": element.key})
    return day_fits(day, on, element.key)


def _number(element: Element, value: str, on: date) -> Refusal | None:
    try:
        good = Decimal(value).is_finite() and abs(Decimal(value)) < 1_000_000
    except InvalidOperation:
        good = False
    return None if good else Refusal("number_wrong", {"field": element.key})


def _code(element: Element, value: str, on: date) -> Refusal | None:
    return code_fits(element.codes, value, element.key)


def _text(element: Element, value: str, on: date) -> Refusal | None:
    return None if value.isprintable() else Refusal("value_shape", {"field": element.key})


_TYPES: Final[dict[str, Callable[[Element, str, date], Refusal | None]]] = {
    "text": _text, "date": _date, "code": _code, "number": _number, "flag": _text, "point": _text, "reference": _text,
}  # fmt: skip
_CHECKS: Final[dict[str, Callable[[str], Refusal | None]]] = {
    "": lambda value: None,
    "identity": lambda value: None,
    "telephone": telephone_shape,
    "credit": credit_code_fault,
    "plate": plate_fault,
    "name": name_fits,
}


def expiry(element: Element, seen: date) -> date | None:
    """Until when a value seen on a day can be relied on."""
    return seen + timedelta(days=element.expires_days) if element.expires_days else None
