"""Prepared statements that every request runs, spoken to libpq itself: a quarter of what a cursor costs."""

from django.db import connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

Row = tuple[str | None, ...]


def run(name: str, *values: str) -> list[Row]:
    """Rows of a statement this connection has prepared; values and columns are text, as PostgreSQL writes them.

    Inside a transaction, or while somebody listens to the statements, an ordinary cursor says the same.
    """
    raw = connection.connection
    if (
        raw is None
        or not raw.autocommit
        or connection.execute_wrappers
        or connection.queries_logged
    ):
        return _by_cursor(name, values)
    with connection.wrap_database_errors:  # so that a dead connection is known to be one
        found = raw.pgconn.exec_prepared(name.encode(), [value.encode() for value in values])
        if found.status != ExecStatus.TUPLES_OK:
            raise error_from_result(found)
    columns = range(found.nfields)
    return [
        tuple(_text(found.get_value(row, column)) for column in columns)
        for row in range(found.ntuples)
    ]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _by_cursor(name: str, values: tuple[str, ...]) -> list[Row]:
    marks = f" ({', '.join(['%s'] * len(values))})" if values else ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXECUTE {name}{marks}", list(values) or None)
        found: list[Row] = cursor.fetchall()
    return found
