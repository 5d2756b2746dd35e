"""Rows that PostgreSQL itself writes as JSON: no value passes through Python, and only the condition is compiled."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, models
from django.db.models import QuerySet

from lifang.core.access import Scope

Found = tuple[
    bytes, tuple[Any, UUID] | None
]  # items as JSON; the mark of the last where more follow

# Kinds that PostgreSQL writes as msgspec would; a field that turns what it reads (a sealed one) is none of them.
_ALIKE = (
    models.CharField, models.TextField, models.IntegerField, models.FloatField, models.BooleanField,
    models.UUIDField, models.DateTimeField,
)  # fmt: skip


def fits(rows: QuerySet[Any], paths: tuple[str, ...]) -> bool:
    """Only columns of the one table, all of kinds that need no Python."""
    query = rows.query
    altered = query.annotations or query.distinct or query.extra or query.combinator
    one_table = not query.is_sliced and len(query.alias_map) <= 1
    return not altered and one_table and _columns(cast("Any", rows.model)).keys() >= {*paths}


def rows_as_json(
    rows: QuerySet[Any],
    names: tuple[str, ...],
    paths: tuple[str, ...],
    sorting: Sequence[str],
    limit: int,
) -> Found:
    """The first `limit` of the rows in this order."""
    model: type[models.Model] = rows.model
    try:
        where, params = _condition(rows)
    except EmptyResultSet:
        return b"[]", None
    order = ", ".join(_ordered(model, key) for key in sorting)
    head = _head(model, names, paths, sorting[0].lstrip("-"))
    with connection.cursor() as cursor:
        cursor.execute(f"{head} WHERE {where} ORDER BY {order} LIMIT {limit + 1}", params)
        found = cursor.fetchall()
    shown = found[:limit]
    mark = (shown[-1][1], shown[-1][2]) if len(found) > limit else None
    return f"[{','.join([row[0] for row in shown])}]".encode(), mark


def _condition(rows: QuerySet[Any]) -> tuple[str, Any]:
    scope = getattr(rows, "only_scope", None)
    model: type[models.Model] = rows.model
    return _compiled(rows) if scope is None else _of_scope(model, scope)


@lru_cache(maxsize=2000)
def _of_scope(model: type[models.Model], scope: Scope) -> tuple[str, Any]:
    """The condition of a list that nothing else narrows: the same for every request of an actor."""
    return _compiled(QuerySet(model).filter(scope.q()))


def _compiled(rows: QuerySet[Any]) -> tuple[str, Any]:
    if not rows.query.where:
        return "true", ()
    try:
        compiler: Any = rows.query.get_compiler(connection=connection)
        where, params = compiler.compile(rows.query.where)
    except FullResultSet:
        return "true", ()
    return where, params


@lru_cache(maxsize=200)
def _columns(model: type[models.Model]) -> dict[str, str]:
    """Columns that fit, by the field's name and its attribute."""
    table = _quoted(model._meta.db_table)
    found: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        kind = field.target_field if isinstance(field, models.ForeignKey) else field
        if isinstance(kind, _ALIKE) and not hasattr(kind, "from_db_value"):
            column = f"{table}.{_quoted(str(field.column))}"
            found |= {field.attname: column, field.name: column}
    return found


@lru_cache(maxsize=500)
def _head(
    model: type[models.Model], names: tuple[str, ...], paths: tuple[str, ...], name: str
) -> str:
    columns = _columns(model)
    told = ", ".join(
        f"{columns[path]} AS {_quoted(as_)}" for as_, path in zip(names, paths, strict=True)
    )
    item = f"SELECT row_to_json(item)::text FROM (SELECT {told}) item"  # noqa: S608 -- our own names
    table = _quoted(model._meta.db_table)
    return f"SELECT ({item}), {columns[name]}, {columns['id']} FROM {table}"  # noqa: S608 -- our own names


def _ordered(model: type[models.Model], key: str) -> str:
    return f"{_columns(model)[key.lstrip('-')]} {'DESC' if key.startswith('-') else 'ASC'}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name).replace("%", "%%")
