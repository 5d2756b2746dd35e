"""Which column is which: titles in both languages, by synonyms, wherever the header row stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lifang.core.access import Refused
from lifang.core.sheets.catalogue import folded, says
from lifang.core.sheets.declare import Column, Sheet
from lifang.core.sheets.reading import Opened, Page

LOOKED_AT: Final = 25  # rows from the top in which a header may stand
_ASIDE: Final = re.compile(r"[(\[【<].*$", re.DOTALL)  # after folding brackets are half width


@dataclass(frozen=True)
class Head:
    """A title of the file and the column it was taken for ("" was left out)."""

    at: int
    written: str
    column: str


@dataclass(frozen=True)
class Mapping:
    """The sheet that is read, where its rows begin, and which column is which."""

    page: Page
    row: int  # of the header, from 0
    heads: tuple[Head, ...]

    @property
    def columns(self) -> dict[str, int]:
        return {head.column: head.at for head in self.heads if head.column}

    @property
    def left_out(self) -> list[str]:
        return [head.written for head in self.heads if not head.column]


def mapped(book: Opened, sheet: Sheet) -> Mapping:
    """The best header row of all visible sheets; `Refused` names the columns that are missing."""
    titles = _titles(sheet)
    best: tuple[int, Page, int, dict[int, str]] | None = None
    for page in book.sheets:
        for at, row in enumerate(page.rows[:LOOKED_AT]):
            found = _read(row, titles, page.rows[at - 1] if at else ())
            known = len(set(found.values()))
            if known and (best is None or known > best[0]):
                best = (known, page, at, found)
    if best is None:
        raise _missing(sheet, [column for column in sheet.read if column.required])
    _, page, at, found = best
    absent = [sheet.by_key[key] for key in sheet.natural if key not in found.values()]
    if absent:
        raise _missing(sheet, absent)
    return Mapping(page, at, tuple(_heads(page.rows[at], found)))


def _heads(row: Sequence[str], found: dict[int, str]) -> list[Head]:
    taken: set[str] = set()
    heads = []
    for at, written in enumerate(row):
        column = found.get(at, "")
        if column in taken:
            column = ""  # the first of two columns with one title counts
        taken.add(column)
        if written.strip() and not says("error", written):
            heads.append(Head(at, written.strip()[:60], column))
    return heads


def _missing(sheet: Sheet, columns: Sequence[Column]) -> Refused:
    names = "、".join(str(column.name) for column in columns)
    return Refused("sheet_columns", names=names, field="file")


def _titles(sheet: Sheet) -> dict[str, str]:
    """Folded title → column, in both languages, with and without the group above."""
    known: dict[str, str] = {}
    for column in sheet.read:
        written = {column.key, column.name.zh, column.name.en, *column.others}
        groups = (column.group.zh, column.group.en) if column.group else ()
        written |= {group + name for group in groups for name in (column.name.zh, column.name.en)}
        for title in written:
            known.setdefault(folded(title), column.key)
    return known


def _read(row: Sequence[str], titles: dict[str, str], above: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    group = ""
    for at, written in enumerate(row):
        group = folded(above[at]) if at < len(above) and above[at].strip() else group
        plain = folded(written)
        for title in (group + plain, plain, _ASIDE.sub("", plain)):
            if title in titles and plain:
                found[at] = titles[title]
                break
    return found
