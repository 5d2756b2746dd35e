"""Prepared statements that every request runs, spoken to libpq itself: a quarter of what a cursor costs."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

Row = tuple[str | None, ...]
Statement = tuple[str, Any]  # its text and the values for it
MOST = 400  # statements a connection keeps, the longest unused given up
_KNOWN: WeakKeyDictionary[Any, OrderedDict[Hashable, str]] = WeakKeyDictionary()
_NUMBERS = count()


def named(key: Hashable, statement: Callable[[], Statement]) -> str:
    """The name under which this connection keeps the statement of this key: written and planned once.

    Its values stand in it, so the plan kept is the one that fits them; all of them must hang on the key.
    """
    connection.ensure_connection()
    known = _KNOWN.setdefault(connection.connection, OrderedDict())
    name = known.get(key)
    if name is not None:
        known.move_to_end(key)
        return name
    name = f"lifang_kept_{next(_NUMBERS)}"
    with connection.cursor() as cursor:
        sql, values = statement()
        text = cursor.mogrify(f"PREPARE {name} AS {sql}", values)
        cursor.execute(text)  # without values, so that a % in it is one
        known[key] = name
        while len(known) > MOST:
            cursor.execute(f"DEALLOCATE {known.popitem(last=False)[1]}")
    return name


def ask(key: Hashable, rows: Callable[[], QuerySet[Any, Any]]) -> list[Row]:
    """The rows of a query whose every value hangs on the key, as text."""
    try:
        return run(named(key, lambda: _written(rows())))
    except EmptyResultSet:
        return []


def _written(rows: QuerySet[Any, Any]) -> Statement:
    return rows.query.sql_with_params()


def run(name: str, *values: str) -> list[Row]:
    """Rows of a statement this connection has prepared; values and columns are text, as PostgreSQL writes them.

    Inside a transaction that has not begun to speak, or while somebody listens to the statements, an ordinary cursor says the same.
    """
    raw = connection.connection
    if (
        raw is None
        or not (raw.autocommit or raw.pgconn.transaction_status == TransactionStatus.INTRANS)
        or connection.execute_wrappers
        or connection.queries_logged
    ):
        return _by_cursor(name, values)
    with connection.wrap_database_errors:  # so that a dead connection is known to be one
        found = raw.pgconn.exec_prepared(name.encode(), [_whole(value) for value in values])
        if found.status != ExecStatus.TUPLES_OK:
            raise error_from_result(found)
    value, columns = found.get_value, range(found.nfields)
    return [
        tuple([None if (one := value(row, column)) is None else one.decode() for column in columns])
        for row in range(found.ntuples)
    ]


def _whole(value: str) -> bytes:
    """libpq would end a text at its first zero byte."""
    text = value.encode()
    if 0 in text:
        raise psycopg.DataError("a text holds a zero byte")
    return text


def _by_cursor(name: str, values: tuple[str, ...]) -> list[Row]:
    marks = f" ({', '.join(['%s'] * len(values))})" if values else ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXECUTE {name}{marks}", list(values) or None)
        found: list[Row] = cursor.fetchall()
    return found
