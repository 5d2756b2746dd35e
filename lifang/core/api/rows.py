"""Rows that PostgreSQL itself writes as JSON: no value passes through Python, and only the condition is compiled."""

from functools import lru_cache
from typing import Any, cast

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, models
from django.db.models import QuerySet

from lifang.core.access import prepared

Found = tuple[bytes, bytes | None]  # items as JSON; the mark of the last where more follow

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
    sorting: tuple[str, ...],
    limit: int,
) -> Found:
    """The first `limit` of the rows in this order."""
    model: type[models.Model] = rows.model
    scope = getattr(rows, "only_scope", None)
    try:
        if scope is None:
            where, params = _condition(rows)
            head, tail = _around(model, names, paths, sorting, limit)
            with connection.cursor() as cursor:
                cursor.execute(f"{head} WHERE {where} {tail}", params)
                found = cursor.fetchall()
        else:
            key = (model, scope, names, paths, sorting, limit)
            found = prepared.run(prepared.named(key, lambda: _narrowed(*key)))
    except EmptyResultSet:
        return b"[]", None
    shown = found[:limit]
    mark = shown[-1][1].encode() if len(found) > limit else None
    return f"[{','.join([row[0] for row in shown])}]".encode(), mark


def _narrowed(
    model: Any, scope: Any, names: Any, paths: Any, sorting: Any, limit: int
) -> prepared.Statement:
    """The list nothing but a scope narrows: planning it takes longer than reading 20 rows."""
    where, params = _condition(QuerySet(model).filter(scope.q()))
    head, tail = _around(model, names, paths, sorting, limit)
    return f"{head} WHERE {where} {tail}", params


def _condition(rows: QuerySet[Any]) -> tuple[str, Any]:
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
def _around(
    model: type[models.Model],
    names: tuple[str, ...],
    paths: tuple[str, ...],
    sorting: tuple[str, ...],
    limit: int,
) -> tuple[str, str]:
    """What stands before and after the condition. The mark of a row is written by PostgreSQL too."""
    columns = _columns(model)
    told = ", ".join(
        f"{columns[path]} AS {_quoted(as_)}" for as_, path in zip(names, paths, strict=True)
    )
    item = f"SELECT row_to_json(item)::text FROM (SELECT {told}) item"  # noqa: S608 -- our own names
    mark = f"json_build_array({columns[sorting[0].lstrip('-')]}, {columns['id']})::text"
    head = f"SELECT ({item}), {mark} FROM {_quoted(model._meta.db_table)}"  # noqa: S608 -- our own names
    order = ", ".join(_ordered(model, key) for key in sorting)
    return head, f"ORDER BY {order} LIMIT {limit + 1}"


def _ordered(model: type[models.Model], key: str) -> str:
    return f"{_columns(model)[key.lstrip('-')]} {'DESC' if key.startswith('-') else 'ASC'}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name).replace("%", "%%")
