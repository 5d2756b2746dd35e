"""What SensorThings asks of the register that needs no look at it: numbers of entries, ids of observations, which measure is meant."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import unquote

from lifang.sensing.catalogue import MEASURES, TYPES, UNITS, words_of
from lifang.sensing.terms import micros, moment

_ID = re.compile(r"(\d{1,18})-(-?\d{1,17})-(-?\d{1,19})")
_LAST = 253_402_300_799_000_000
RESERVED = frozenset(
    {"type", "code", "model", "state", "area"}
)  # of a Thing's properties: the register's


class ObservationId(NamedTuple):
    """Which observation: series, event time, the maker's message id as a number."""

    series: int
    at: datetime
    message: int

    def __str__(self) -> str:
        return f"{self.series}-{micros(self.at)}-{self.message}"


def observation_id(text: str) -> ObservationId | None:
    """Read an id; None for what is none."""
    found = _ID.fullmatch(text)
    if found is None or not text.isascii():
        return None
    series, at, message = map(int, found.groups())
    if not -62_135_596_800_000_000 <= at <= _LAST or abs(message) >= 2**63:
        return None
    return ObservationId(series, moment(at), message)


def number_of(key: str) -> int:
    """The number of a catalogue entry: always the same, made from its key."""
    return int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big") & 0x7FFFFFFF


def measure_meant(said: Mapping[str, Any]) -> str:
    """Which of our measures an ObservedProperty names: by its definition, its name in either language, or a word of any dialect; `""`: none."""
    definition, name = str(said.get("definition", "")), str(said.get("name", ""))
    for text in (re.split(r"[/#:]", definition.rstrip("/"))[-1], name):
        found = _measures().get(text.strip().lower())
        if found:
            return found
    return ""


def type_meant(said: Mapping[str, Any]) -> str:
    """Which of our device types a Sensor names: by the key in its properties, or its name in either language; `""`: none."""
    given = said.get("properties")
    key = str(given.get("type") or given.get("key") or "") if isinstance(given, Mapping) else ""
    name = str(said.get("name", "")).strip().lower()
    if key in TYPES:
        return key
    named = {word.lower(): one.key for one in TYPES for word in (one.key, one.name.zh, one.name.en)}
    return named.get(name, "")


def unit_meant(text: str) -> str:
    """Which of our units a text is: its code of UCUM to the letter, or a name or another spelling in any case; `""`: none."""
    return text if text in UNITS else _spellings().get(text.lower(), "")


def unit_fits(measure: str, told: Mapping[str, Any]) -> bool:
    """May a number in this unit be taken as one of the measure's? Every part that says something is believed: none may be another unit."""
    ours = MEASURES[measure]
    parts = [str(told.get(name) or "").strip() for name in ("symbol", "name")]
    parts.append(_code(str(told.get("definition") or "").strip()))
    said = [one for one in parts if one]
    meant = {ours.unit if one == ours.symbol else unit_meant(one) for one in said} - {""}
    return meant == {ours.unit} if said else True


def _code(definition: str) -> str:
    """The part of a definition that names the unit: a code of UCUM may have a slash in it, an address has many."""
    for mark in ("ucum:", "ucum/"):
        _, found, code = definition.rpartition(mark)
        if found:
            return unquote(code)
    return re.split(r"[/#]", definition.rstrip("/"))[-1] if "://" in definition else definition.rpartition(":")[2]  # fmt: skip


@cache
def _spellings() -> dict[str, str]:
    found: dict[str, str] = {}
    for one in UNITS:
        for word in (one.name.zh, one.name.en, *one.words):
            found.setdefault(word.lower(), one.key)
    return found


def measures_it(kind: str, measure: str) -> bool:
    """Does a device of this type have the measure?"""
    return kind in TYPES and measure in words_of(kind)


def _measures() -> dict[str, str]:
    found: dict[str, str] = {}
    for one in MEASURES:
        for word in (one.key, one.name.zh, one.name.en, *one.words):
            found.setdefault(word.lower(), one.key)
    return found
