"""Numbered pages for what people leaf through, keyset pages for tables of millions."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime


@dataclass(frozen=True)
class Page:
    """Rows of one page and how to reach the others; `total` is None where counting would be dear."""

    rows: list[Any]
    total: int | None
    number: int = 1
    pages: int = 1
    window: list[int | None] = field(default_factory=list)  # None: a gap
    after: str = ""
    beyond: bool = False  # there are more rows than were counted

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


COUNTED = 10_000  # nobody leafs further; counting millions would take longer than showing them


def numbered(rows: Any, size: int, asked: str) -> Page:
    queried = isinstance(rows, QuerySet)
    counted = rows.order_by()[: COUNTED + 1].count() if queried else len(rows)
    most = COUNTED if queried else counted
    return sliced(lambda first, end: list(rows[first:end]), counted, size, asked, most)


def sliced(
    read: Callable[[int, int], list[Any]], counted: int, size: int, asked: str, most: int = COUNTED
) -> Page:
    """The page asked for of so many rows, of which the first `most` can be leafed through; `read` takes first and end."""
    total = min(counted, most)
    pages = max(1, -(-total // size))
    # Whatever is no page is the first; one behind the last is the last.
    number = min(int(asked[:9]), pages) if asked.isascii() and asked.isdigit() else 1
    number = max(1, number)
    # The same statement whatever the total: a page that is not full ends by itself.
    rows = read((number - 1) * size, min(number * size, most))
    return Page(rows, total, number, pages, _window(number, pages), beyond=counted > most)


@lru_cache(maxsize=500)
def _window(number: int, pages: int) -> list[int | None]:
    """The page numbers shown; None: a gap."""
    elided = Paginator(range(pages), 1).get_elided_page_range(number, on_each_side=1)
    return [n if isinstance(n, int) else None for n in elided]


def keyset(rows: QuerySet[Any], size: int, order: str, after: str) -> Page:
    """The page after a row, found by index instead of by counting; `order` is one field, the key breaks ties."""
    descending, name = order.startswith("-"), order.lstrip("-")
    sign, compare = ("-", "lt") if descending else ("", "gt")
    rows = rows.order_by(f"{sign}{name}", f"{sign}pk")
    mark = _unpack(after)
    if mark is not None:
        value, pk = mark
        try:
            rows = rows.filter(
                Q(**{f"{name}__{compare}": value}) | Q(**{name: value, f"pk__{compare}": pk})
            )
        except (FieldError, ValidationError, ValueError):
            return keyset(rows, size, order, "")
    found = list(rows[: size + 1])
    shown = found[:size]
    more = _pack(_at(shown[-1], name), shown[-1].pk) if len(found) > size else ""
    return Page(shown, None, after=more)


def _at(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _pack(value: Any, pk: Any) -> str:
    kind = "t" if isinstance(value, datetime | date) else "v"
    text = json.dumps([kind, value.isoformat() if kind == "t" else value, str(pk)], default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpack(after: str) -> tuple[Any, str] | None:
    """None for no mark, or one that somebody has mangled: then the first page is shown."""
    try:
        kind, value, pk = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, TypeError, binascii.Error):
        return None
    return (parse_datetime(value) or value if kind == "t" else value, pk)
