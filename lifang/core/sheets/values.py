"""What people write in a cell, as the register holds it: half-width, ISO days, codes of choices."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from lifang.core.access import Refusal
from lifang.core.sheets.catalogue import WORDS, folded
from lifang.core.sheets.declare import Column
from lifang.core.sheets.opened import LOST
from lifang.core.sheets.terms import Kind

CLEARED: Final = "\ufdd1"  # somebody asks to empty the field
_WIDE: Final = {
    c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_DAY: Final = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_SHORT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIMED: Final = re.compile(r"[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?$")
_HAN_DAY: Final = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]?"
)
_FIGURES: Final = "〇一二三四五六七八九"
_EXCEL: Final = date(1899, 12, 30)
_FORMULA: Final = re.compile(r"[=@\t\r|%]|[+-](?![0-9])")
_SCIENCE: Final = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+?\d{1,3}")
FIRST, LAST = date(1850, 1, 1), date(2100, 1, 1)

Read = tuple[str, Refusal | None]


def lookup(choices: Mapping[str, str]) -> dict[str, str]:
    """Folded code or name → code; a name of two halves ("code and name") by either half that names one thing."""
    halves: dict[str, set[str]] = {}
    for code, name in choices.items():
        for half in name.split(" ", 1):
            halves.setdefault(folded(half), set()).add(code)
    found = {half: min(codes) for half, codes in halves.items() if len(codes) == 1}
    found |= {folded(name): code for code, name in choices.items()}
    return found | {folded(code): code for code in choices}


def read(column: Column, cell: str, choices: Mapping[str, str]) -> Read:
    """The value of a cell ("" for an empty one), and what is wrong with it."""
    plain = tidy(cell)
    if not plain:
        return "", None
    if folded(plain) in _clear():
        return CLEARED, None
    if plain.startswith(LOST) or (column.kind in _NUMBERS and _SCIENCE.fullmatch(plain)):
        return "", Refusal("cell_digits_lost")
    value, fault = _READERS[column.kind](column, plain, choices)
    if fault is None and len(value) > column.most:
        fault = Refusal("cell_long", {"most": column.most})
    if fault is None and column.check is not None:
        fault = column.check(value)
    return value, fault


@lru_cache(maxsize=1)
def _clear() -> frozenset[str]:
    return frozenset(folded(word) for word in WORDS["clear"].words)


@lru_cache(maxsize=65_536)
def tidy(cell: str) -> str:
    """Without line breaks, invisible signs and doubled blanks; figures and letters half width."""
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    kept = "".join(
        " " if c.isspace() else c
        for c in cell.translate(_WIDE)
        if c == LOST or c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return " ".join(kept.split())


def _text(column: Column, plain: str, choices: Mapping[str, str]) -> Read:
    if _FORMULA.match(plain) and len(plain) > 1:
        return "", Refusal("cell_formula")
    return plain, None


def _code(column: Column, plain: str, choices: Mapping[str, str]) -> Read:
    value = unicodedata.normalize("NFKC", plain).replace(" ", "").lstrip("'‘’`").upper()
    return ("", Refusal("cell_formula")) if _FORMULA.match(value) else (value, None)


def _telephone(column: Column, plain: str, choices: Mapping[str, str]) -> Read:
    value = "".join(c for c in unicodedata.normalize("NFKC", plain) if c not in " -‐–—()'")
    for prefix in ("+86", "0086"):
        value = value.removeprefix(prefix)
    if not 5 <= len(value) <= 20 or not value.removeprefix("+").isdecimal():
        return "", Refusal("cell_telephone")
    return value, None


def _date(column: Column, plain: str, choices: Mapping[str, str]) -> Read:
    found = day(plain)
    return (found.isoformat(), None) if found else ("", Refusal("cell_date"))


def day(written: str) -> date | None:
    """A day in the forms people use: 1980-1-2, 1980.1.2, 19800102, 1980年1月2日, 一九八〇年一月二日, a spreadsheet's count."""
    plain = _TIMED.sub("", unicodedata.normalize("NFKC", written)).strip()
    try:
        found = _parsed(plain)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and FIRST <= found < LAST else None


def _parsed(plain: str) -> date | None:
    if parts := (_DAY.fullmatch(plain) or _SHORT.fullmatch(plain)):
        return date(*(int(part) for part in parts.groups()))
    if parts := _HAN_DAY.fullmatch(plain):
        year = int("".join(str(_FIGURES.index(c.replace("零", "〇"))) for c in parts[1]))
        return date(year, _small(parts[2]), _small(parts[3]))
    if plain.isdecimal() and len(plain) == 5:
        return _EXCEL + timedelta(days=int(plain))
    return None


def _small(han: str) -> int:
    """一 to 三十一."""
    tens, ten, ones = han.rpartition("十")
    if not ten:
        return _FIGURES.index(han)
    return 10 * (_FIGURES.index(tens) if tens else 1) + (_FIGURES.index(ones) if ones else 0)


def _whole(column: Column, plain: str, choices: Mapping[str, str]) -> Read:
    value = unicodedata.normalize("NFKC", plain).replace(",", "").replace(" ", "")
    if not value.isdecimal() or not value.isascii() or len(value) > 15:
        return "", Refusal("cell_whole")
    return str(int(value)), None


def _choice(column: Column, plain: str, choices: Mapping[str, str]) -> Read:
    code = choices.get(folded(plain))
    if code is not None:
        return code, None
    if column.loose:
        return _text(column, plain, choices)
    return "", Refusal("cell_choice", {"name": str(column.name)})


_NUMBERS: Final = (Kind.CODE, Kind.TELEPHONE, Kind.WHOLE)
_READERS: Final = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.TELEPHONE: _telephone,
    Kind.DATE: _date,
    Kind.WHOLE: _whole,
    Kind.CHOICE: _choice,
}
