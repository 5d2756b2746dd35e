"""What dialects share: JSON that is what it should be."""

from collections.abc import Mapping
from typing import Any

import msgspec

from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Poison

_ANY = msgspec.json.Decoder()


def anything(body: bytes) -> Any:
    """Any JSON. Raises `Refusing`."""
    try:
        return _ANY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Refusing(Poison.NOT_JSON, str(wrong)[:200]) from None


def an_object(body: bytes) -> dict[str, Any]:
    """A JSON object."""
    found = anything(body)
    if not isinstance(found, dict):
        raise Refusing(Poison.SHAPE, "an object is expected")
    return found


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, flags and words, also those one level down; nothing else is a value."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, (bool, int, float, str)):
            found[key] = value
        elif isinstance(value, dict):
            found |= {
                inner: deep
                for inner, deep in value.items()
                if inner not in found and isinstance(deep, (bool, int, float, str))
            }
    return found


def text(value: Any, most: int = 80) -> str:
    return value[:most] if isinstance(value, str) else ""
