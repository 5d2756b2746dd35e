"""Many new rows in one statement: they go as JSON and the server takes them apart, cheaper than a parameter for each value."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from psycopg import Binary
from psycopg.types.json import Json, Jsonb

from lifang.core.crypto.fields import BlindIndex, SealedText
from lifang.core.crypto.keys import steady

AT_ONCE = 5000
_JSON = msgspec.json.Encoder(enc_hook=lambda value: value.real)  # psycopg's own integers


def add_many(rows: Sequence[models.Model]) -> None:
    """New rows of one model, as `bulk_create` writes them; each brings its own key, or none where the database counts."""
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        fields, statement = _insert(type(some[0]))
        own = connections[DEFAULT_DB_ALIAS]  # asked by every field of every row: without the proxy
        with steady():
            told = [_told(fields, row, own) for row in some]
        with own.cursor() as cursor:
            cursor.execute(statement, [_JSON.encode(told).decode()])
        for row in some:
            row._state.adding = False  # noqa: SLF001 -- it is in the database as if saved


# What Django hands to the database as it is, by the kind of field: most values of most rows.
_AS_IT_IS: dict[type[Any], type[Any]] = {
    models.CharField: str,
    models.TextField: str,
    models.UUIDField: UUID,
    models.DateField: date,
    models.BooleanField: bool,
    models.IntegerField: int,
    models.BigIntegerField: int,
    models.PositiveIntegerField: int,
}
_ENVELOPES = (models.BinaryField, SealedText, BlindIndex)


class _Told(NamedTuple):
    """How one column is told: read from the row (`name`) or asked of the field, handed on as it is (`plain`) or asked."""

    column: str
    field: Any
    name: str
    plain: type[Any] | None


@cache
def _insert(model: type[models.Model]) -> tuple[list[_Told], str]:
    quoted = connection.ops.quote_name
    fields = [
        _how(field)
        for field in model._meta.local_concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    ]
    names, table = (
        ", ".join(quoted(one.column) for one in fields),
        quoted(model._meta.db_table),
    )
    return fields, (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json)"  # noqa: S608 -- our own names
    )


def _how(field: Any) -> _Told:
    stock = type(field).pre_save is models.Field.pre_save
    return _Told(str(field.column), field, field.attname if stock else "", _plain(field))


def _plain(field: Any) -> type[Any] | None:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, ArrayField):
        return list if type(field.base_field) in _AS_IT_IS else None
    return bytes if type(field) in _ENVELOPES else _AS_IT_IS.get(type(field))


def _told(fields: list[_Told], row: models.Model, own: Any) -> dict[str, Any]:
    kept, told = row.__dict__, dict[str, Any]()
    for column, field, name, plain in fields:
        value = kept[name] if name else field.pre_save(row, True)
        if value is None and plain is not None:
            told[column] = None
        elif plain is bytes and isinstance(value, bytes):
            told[column] = f"\\x{value.hex()}"
        elif value.__class__ is not plain or (plain is list and not _simple(value)):
            told[column] = _asked(field, value, own)
        else:
            told[column] = value
    return told


def _simple(values: list[Any]) -> bool:
    return all(one.__class__ is int or one.__class__ is str for one in values)


def _asked(field: Any, value: Any, own: Any) -> Any:
    value = field.get_db_prep_save(value, own)
    if isinstance(value, Json | Jsonb):
        return value.obj
    if isinstance(value, Binary):
        value = value.obj
    return f"\\x{bytes(value).hex()}" if isinstance(value, bytes | memoryview) else value
