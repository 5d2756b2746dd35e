"""Numbers that say who somebody is. A region in a number is where it was first given out: nothing is concluded from it."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from lifang.core.access import Refusal
from lifang.core.crypto.masks import plain_plate
from lifang.core.crypto.numbers import (
    credit_fault,
    identity_check,
    identity_fault,
    identity_said,
    organisation_fault,
)
from lifang.registry.terms import Document

_OLD: Final = re.compile(r"\d{15}")
_OLD_FOREIGN: Final = re.compile(r"[A-Z]{3}\d{12}")  # before 2023: nation, place, birth, number
_HM: Final = re.compile(r"[HM]\d{8}(\d{2})?")  # with or without the count of renewals
_TAIWAN: Final = re.compile(r"\d{8}(\d{2})?")
_PASSPORT: Final = re.compile(r"(?=.*\d)[A-Z0-9]{5,15}")
# Digits two and three of a foreign permanent-resident number are those of a province.
_PROVINCES: Final = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)}
)
# 省 and number; new-energy plates have one more; plates of police, consulates, schools end in a character.
_PLATE: Final = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,5}[A-Z0-9\u4e00-\u9fff]")


class Said(NamedTuple):
    """What a number says of its holder."""

    born: date
    male: bool


def normal_number(document: str, number: str) -> str:
    """One way of writing: half width, capitals, no spaces or dashes; 15 digits of before 1999 become 18."""
    plain = number.upper() if number.isascii() and number.isalnum() else _squeezed(number)
    if document == Document.CITIZEN and _OLD.fullmatch(plain):
        first = f"{plain[:6]}19{plain[6:]}"
        return first + identity_check(first)
    return plain


def _squeezed(number: str) -> str:
    plain = unicodedata.normalize("NFKC", number).upper()
    plain = "".join(c for c in plain if not c.isspace() and c not in "-‐‑–—·.()")
    return unicodedata.normalize("NFKC", plain)  # what stood apart may have joined


def number_fault(document: str, number: str, on: date) -> Refusal | None:
    """Is this a number that such a document can carry? Takes it as `normal_number` writes it."""
    if document not in list(Document):
        return Refusal("document_kind", {"field": "document"})
    if document == Document.NONE:
        return Refusal("number_without_document", {"field": "identity"}) if number else None
    if not number:
        return None  # a document whose number nobody has seen yet
    fault = _FAULTS[Document(document)](number, on)
    return Refusal(f"identity_{fault}", {"field": "identity"}) if fault else None


def said_by(document: str, number: str) -> Said | None:
    """Birthday and sex, where the number of such a document says them."""
    carrying = (Document.CITIZEN, Document.FOREIGN_RESIDENT, Document.HMT_RESIDENT)
    facts = identity_said(number) if document in carrying and len(number) == 18 else None
    return Said(facts.born, facts.male) if facts else None


def credit_code_fault(code: str) -> Refusal | None:
    """GB 32100, and GB 11714 for the nine characters inside."""
    if not code:
        return None
    fault = credit_fault(code) or ("inner" if organisation_fault(code.strip()[8:17]) else None)
    return Refusal(f"credit_{fault}", {"field": "credit_code"}) if fault else None


def plate_fault(plate: str) -> Refusal | None:
    """A plate as it is written in China, or an e-bike's number of digits."""
    plain = plain_plate(unicodedata.normalize("NFKC", plate))
    good = _PLATE.fullmatch(plain) or re.fullmatch(r"[\u4e00-\u9fff]{0,4}[A-Z0-9]{4,10}", plain)
    return None if good else Refusal("plate_shape", {"field": "plate"})


def _citizen(number: str, on: date) -> str | None:
    fault = identity_fault(number, on)
    return fault or ("kind" if number[:2] in ("81", "82", "83") else None)


def _foreign(number: str, on: date) -> str | None:
    if _OLD_FOREIGN.fullmatch(number):
        return None
    fault = identity_fault(number, on)
    if fault:
        return fault
    return None if number[0] == "9" and int(number[1:3]) in _PROVINCES else "kind"


def _hmt(number: str, on: date) -> str | None:
    fault = identity_fault(number, on)
    return fault or (None if number[:6] in ("810000", "820000", "830000") else "kind")


def _shaped(shape: re.Pattern[str]) -> Callable[[str, date], str | None]:
    return lambda number, on: None if shape.fullmatch(number) else "shape"


_FAULTS: Final[dict[Document, Callable[[str, date], str | None]]] = {
    Document.CITIZEN: _citizen,
    Document.FOREIGN_RESIDENT: _foreign,
    Document.HMT_RESIDENT: _hmt,
    Document.HM_TRAVEL: _shaped(_HM),
    Document.TAIWAN_TRAVEL: _shaped(_TAIWAN),
    Document.PASSPORT: _shaped(_PASSPORT),
}
