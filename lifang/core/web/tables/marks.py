"""Rows by their marks: a row that nobody has written to since it was drawn is not drawn again.

A mark is the key of a row and its version, as PostgreSQL numbers it (`xmin`, `ctid`): another one after every write.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.safestring import SafeString, mark_safe

from lifang.core.access import prepared
from lifang.core.web.kept import PIECES, world
from lifang.core.web.tables import draw
from lifang.core.web.tables.paging import COUNTED, Page, sliced

MINUTE = 60  # cells say "in 3 h": a row is drawn anew with each minute


class Mark(NamedTuple):
    pk: str
    version: str


def page(table: Any, asked: str) -> Page:
    """As `numbered`, with marks for rows."""
    counted = _counted(table)

    def read(first: int, end: int) -> list[Mark]:
        rows = _ask(table, (first, end), lambda: _marks(table.rows, first, end))
        return [Mark(str(pk), str(version)) for pk, version in rows]

    return sliced(read, counted, table.per_page, asked, COUNTED)


def _counted(table: Any) -> int:
    """How many rows there are, as far as anybody leafs. That there are more is known, or asked for once a minute: it takes longest."""
    beyond = ("beyond", type(table), table.actor, table.narrowing, world(), _minute(table))
    if table.steady and PIECES.get(beyond):
        return COUNTED + 1
    if table.at_least() > COUNTED:
        return COUNTED + 1
    found = _ask(table, "count", lambda: _count(table.rows))
    counted = int(found[0][0] or 0) if found else 0
    if table.steady and counted > COUNTED:
        PIECES.put(beyond, "yes", 1)
    return counted


def _minute(table: Any) -> int:
    return int(table.now.timestamp()) // MINUTE


def body(table: Any) -> SafeString:
    """The rows of the page as HTML, those from memory that are still what they were."""
    names = tuple(column.name for column in table.columns)
    way = (type(table), table.id, names, bool(table.acts), world(), _minute(table))  # fmt: skip
    marks: list[Mark] = table.page.rows
    pieces = {mark: PIECES.get((way, mark)) for mark in marks}
    missing = [mark for mark, piece in pieces.items() if piece is None]
    if missing:
        found = list(table.given.filter(pk__in=[mark.pk for mark in missing]))
        drawn = dict(zip((str(row.pk) for row in found), draw.rows(table, found), strict=True))
        for mark in missing:
            piece = pieces[mark] = drawn.get(mark.pk, "")
            PIECES.put((way, mark), piece, len(piece))
    return mark_safe("".join(piece or "" for piece in pieces.values()))  # noqa: S308 -- every part escaped


def _marks(rows: QuerySet[Any], first: int, end: int) -> prepared.Statement:
    name = connection.ops.quote_name(rows.model._meta.db_table)
    version = RawSQL(f"{name}.xmin::text || ' ' || {name}.ctid::text", (), TextField())  # noqa: S611 -- our own name
    return rows.values_list("pk", version)[first:end].query.sql_with_params()


def _count(rows: QuerySet[Any]) -> prepared.Statement:
    sql, values = rows.order_by().values("pk")[: COUNTED + 1].query.sql_with_params()
    return f"SELECT count(*) FROM ({sql}) counted", values  # noqa: S608 -- compiled by Django


def _ask(
    table: Any, what: Any, statement: Callable[[], prepared.Statement]
) -> list[tuple[Any, ...]]:
    """Prepared where everything it hangs on can be named: not for words somebody typed, nor where the hour matters."""
    try:
        if not table.steady:
            with connection.cursor() as cursor:
                cursor.execute(*statement())
                rows: list[tuple[Any, ...]] = cursor.fetchall()
                return rows
        key = (type(table), what, table.actor, table.narrowing, world())
        return [*prepared.run(prepared.named(key, statement))]
    except EmptyResultSet:
        return []
