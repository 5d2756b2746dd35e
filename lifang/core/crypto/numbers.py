"""Check digits of identity numbers (GB 11643) and unified social credit codes (GB 32100).

The functions named `…_fault` give None for a right number, else a word for what is wrong with it:
`length`, `characters`, `date` or `check`.
"""

from datetime import date
from operator import mul
from typing import Final, NamedTuple

_IDENTITY_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS: Final = "10X98765432"
_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS: Final = frozenset("0123456789")


class Identity(NamedTuple):
    """What a right identity number says. The region is where it was first given out, nothing more."""

    region: str
    born: date
    male: bool


def identity_check(first: str) -> str:
    """The eighteenth character for the first seventeen digits."""
    total = sum(map(mul, map(int, first), _IDENTITY_WEIGHTS))
    return _IDENTITY_CHECKS[total % 11]


def identity_fault(number: str, on: date | None = None) -> str | None:
    """None for a right number, born not after `on`; the region may be long abolished."""
    number = number.strip().upper()
    if len(number) != 18:
        return "length"
    if not set(number[:17]) <= _DIGITS or number[17] not in _IDENTITY_CHECKS:
        return "characters"
    born = _birth(number)
    if born is None or born.year < 1800 or (on is not None and born > on):
        return "date"
    return None if identity_check(number[:17]) == number[17] else "check"


def identity_facts(number: str) -> Identity:
    """Region, birthday and sex of a right number."""
    fault = identity_fault(number)
    if fault:
        raise ValueError(f"not an identity number: {fault}")
    return _facts(number.strip().upper())


def identity_said(number: str) -> Identity | None:
    """What a number says, None where it is not right."""
    return None if identity_fault(number) else _facts(number.strip().upper())


def _facts(number: str) -> Identity:
    born = _birth(number)
    assert born is not None  # noqa: S101 -- checked by the callers
    return Identity(number[:6], born, int(number[16]) % 2 == 1)


def _birth(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def credit_check(first: str) -> str:
    """The eighteenth character for the first seventeen."""
    total = sum(_CREDIT_ALPHABET.index(c) * w for c, w in zip(first, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def credit_fault(code: str) -> str | None:
    """None for a right unified social credit code; what its parts mean is not judged."""
    code = code.strip().upper()
    if len(code) != 18:
        return "length"
    if not set(code) <= set(_CREDIT_ALPHABET) or not set(code[2:8]) <= _DIGITS:
        return "characters"
    return None if credit_check(code[:17]) == code[17] else "check"


def organisation_fault(code: str) -> str | None:
    """None for a right organisation code (GB 11714), the nine characters inside a credit code."""
    code = code.strip().upper().replace("-", "")
    if len(code) != 9:
        return "length"
    if not set(code[:8]) <= set(_ORGANISATION_ALPHABET):
        return "characters"
    total = sum(
        _ORGANISATION_ALPHABET.index(c) * w
        for c, w in zip(code[:8], _ORGANISATION_WEIGHTS, strict=True)
    )
    check = "0123456789X"[(11 - total % 11) % 11]
    return None if check == code[8] else "check"
