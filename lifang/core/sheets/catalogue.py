"""Limits of spreadsheets, and the words by which rows and cells are known for what they are."""

import unicodedata
from functools import lru_cache
from typing import Annotated

import msgspec

from lifang.core.catalogue import catalogue

Count = Annotated[int, msgspec.Meta(gt=0)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one spreadsheet may cost, and how long it is kept."""

    key: str = "site"
    most_bytes: Count
    most_rows: Count
    most_columns: Count
    most_unpacked_bytes: Count
    most_parts: Count
    read_seconds: Count
    read_memory_bytes: Count
    batch_rows: Count
    keep_days: Count
    marked_cells: (
        Count  # above that the answer is written anew instead of into the person's own file
    )
    most_comments: Count
    secret_hours: Count


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ways to write one thing."""

    key: str
    words: list[str]


LIMITS = catalogue("core.sheets", "limits", Limits)
WORDS = catalogue("core.sheets", "words", Words)


def limits() -> Limits:
    return LIMITS["site"]


def folded(written: str) -> str:
    """One form for what people write in many: half width, small letters, no blanks or stars."""
    plain = unicodedata.normalize("NFKC", written).casefold()
    return "".join(c for c in plain if not c.isspace() and c not in "*＊:：")


def says(key: str, written: str) -> bool:
    """Is this one of the words of that key?"""
    return folded(written) in _folded(tuple(WORDS[key].words))


@lru_cache(maxsize=64)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(folded(word) for word in words)
