"""Rows and statements that nobody waits for, sent to the database in one message: what an ORM call each would cost five times."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, models

from lifang.core.access import wall

Writing = tuple[str, tuple[Any, ...], bool]


class Pen:
    """Collects writes in their order; `write` sends them."""

    def __init__(self) -> None:
        self.said: list[Writing] = []

    def say(self, statement: str, *values: Any, finds: bool = False) -> None:
        """One statement with its values; `finds`: it is wrong when it meets no row."""
        self.said.append((statement, values, finds))

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """What is said in the block is held back by nobody's wall."""
        lower, raise_ = wall.around(wall.EVERYWHERE)
        if lower:
            self.say(*lower)
        yield
        if raise_:
            self.say(*raise_)

    def add(self, row: models.Model) -> None:
        """A new row, as `row.save(force_insert=True)` of a model without a `save` of its own would write it."""
        fields, statement = _insert(type(row))
        values = (field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields)
        self.say(statement, *values)
        row._state.adding = False  # noqa: SLF001 -- it is in the database as if saved

    def change(self, row: models.Model, names: Iterable[str]) -> None:
        """These fields of a row that is held, as `row.save(update_fields=names)` would write them."""
        told: list[str] = []
        values: list[Any] = []
        for name in names:
            field: Any = row._meta.get_field(name)
            told.append(_set(field))
            values.append(field.get_db_prep_save(field.pre_save(row, False), connection))
        table, key = _key(type(row))
        statement = f"UPDATE {table} SET {', '.join(told)} WHERE {key} = %s"  # noqa: S608 -- our own names
        self.say(statement, *values, row.pk, finds=True)

    def write(self) -> None:
        """Send everything; a broken constraint raises here, and `DatabaseError` where a row is not found."""
        if not self.said:
            return
        statement = "; ".join(said for said, _, _ in self.said)
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for _, values, _ in self.said for value in values])
            for _, _, finds in self.said:
                if finds and cursor.rowcount == 0:
                    raise DatabaseError("a row that should be changed is not there")
                cursor.nextset()
        self.said = []


@cache
def _insert(model: type[models.Model]) -> tuple[list[Any], str]:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join(_mark(field) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    return fields, f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- our own names


@cache
def _set(field: Any) -> str:
    return f"{connection.ops.quote_name(str(field.column))} = {_mark(field)}"


@cache
def _key(model: type[models.Model]) -> tuple[str, str]:
    pk: Any = model._meta.pk
    return connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(pk.column)


def _mark(field: Any) -> str:
    return f"%s::{field.db_type(connection)}" if hasattr(field, "base_field") else "%s"
