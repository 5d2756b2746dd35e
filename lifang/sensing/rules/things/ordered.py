"""The order of a list, and from where the next page goes on: by key, never by counting."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lifang.sensing.rules.things.grammar import Asked, Unfit
from lifang.sensing.rules.things.kinds import KINDS, Kind
from lifang.sensing.rules.things.statement import Statement, link_of
from lifang.sensing.rules.things.where import Where, time_of

_KEY_SORT = {"at": "time"}
_CAST = {"time": "timestamptz", "text": "text", "num": "numeric"}


class By(NamedTuple):
    """One column of an order."""

    sql: str
    sort: str
    down: bool
    empty: bool

    def __str__(self) -> str:
        nulls = "" if not self.empty else " NULLS LAST" if self.down else " NULLS FIRST"
        return f"{self.sql}{' DESC' if self.down else ''}{nulls}"


def order(
    statement: Statement, kind: Kind, alias: str, asked: Asked, at: datetime, fixed: Sequence[str] = ()
) -> list[By]:  # fmt: skip
    """What was asked for, and then the key, so that no two rows are alike. `fixed`: columns that are one value anyway."""
    asks = [_by(statement, kind, alias, path, down, at) for path, down in asked.orderby]
    made = [one for one in asks if one is not None]
    down = made[-1].down if made else bool(asked.orderby) and asked.orderby[-1][1]
    there = {one.sql for one in made}
    for key in kind.key:
        sql = f"{alias}.{key}"
        if key not in fixed and sql not in there:
            made.append(By(sql, _KEY_SORT.get(key, "num"), down, False))
    return made


def _by(statement: Statement, kind: Kind, alias: str, path: Sequence[str], down: bool, at: datetime) -> By | None:  # fmt: skip
    where = Where(statement, kind, alias, at)
    inner = kind
    for name in path[:-1]:
        if name not in inner.links:
            break
        link = link_of(inner, name)
        if link.many:
            raise Unfit(f"{'/'.join(path)} is many, and no order.")
        inner = KINDS[link.to]
    part = where.column(list(path))
    if part.sort == "id":
        return None  # the key does it
    if where.joins:
        views = ", ".join(statement.view(one, name) for one, name in where.joins.values())
        sql = f"(SELECT {part.sql} FROM {views} WHERE {' AND '.join(where.conditions)})"  # noqa: S608 -- our own views
        return By(sql, part.sort, down, True)
    column = kind.columns["id" if path[0] == "@iot.id" else path[0]]
    if part.sort == "point":
        raise Unfit("Points have no order.")
    return By(part.sql, part.sort, down, column.empty or part.sort == "json")


def token(by: Sequence[By], row: dict[str, Any]) -> str:
    """Where a page ended; empty if its order has nulls."""
    if any(one.empty for one in by):
        return ""
    values = [row[f"o{n}"] for n in range(len(by))]
    told = [one.isoformat() if isinstance(one, datetime) else one for one in values]
    return base64.urlsafe_b64encode(json.dumps(told, default=float).encode()).decode().rstrip("=")


def after(statement: Statement, by: Sequence[By], text: str) -> str:
    """That a row comes after where a page ended."""
    values = _values(by, text)
    marks = [f"{statement.add(value)}::{_CAST.get(one.sort, 'text')}" for one, value in zip(by, values, strict=True)]  # fmt: skip
    if len({one.down for one in by}) == 1:
        sign = "<" if by[0].down else ">"
        first = f"{by[0].sql} {sign}= {marks[0]} AND " if by[0].sort == "time" else ""
        return f"{first}({', '.join(one.sql for one in by)}) {sign} ({', '.join(marks)})"
    parts = []
    for n, one in enumerate(by):
        same = [f"{before.sql} = {mark}" for before, mark in zip(by[:n], marks, strict=False)]
        parts.append(" AND ".join([*same, f"{one.sql} {'<' if one.down else '>'} {marks[n]}"]))
    return f"({' OR '.join(f'({part})' for part in parts)})"


def _values(by: Sequence[By], text: str) -> list[Any]:
    wrong = Unfit("$skiptoken is not one of ours; start at the first page.")
    try:
        told = json.loads(base64.urlsafe_b64decode(text[:4000] + "=" * (-len(text[:4000]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise wrong from None
    if not isinstance(told, list) or len(told) != len(by):
        raise wrong
    made = []
    for one, value in zip(by, told, strict=True):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = number if one.sort == "num" else isinstance(value, str) and "\x00" not in value
        if not fits or (number and abs(value) > 1e18):
            raise wrong
        made.append(time_of(value) if one.sort == "time" else value)
    return made
