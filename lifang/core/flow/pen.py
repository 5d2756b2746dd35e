"""Rows and statements that nobody waits for, sent to the database in one message: what an ORM call each would cost five times."""

from functools import cache
from typing import Any

from django.db import connection, models

Writing = tuple[str, tuple[Any, ...]]


class Pen:
    """Collects writes in their order; `write` sends them."""

    def __init__(self) -> None:
        self.said: list[Writing] = []

    def say(self, statement: str, *values: Any) -> None:
        """One statement with its values."""
        self.said.append((statement, values))

    def add(self, row: models.Model) -> None:
        """A new row, as `row.save(force_insert=True)` of a model without a `save` of its own would write it."""
        fields, statement = _insert(type(row))
        values = (field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields)
        self.say(statement, *values)
        row._state.adding = False  # noqa: SLF001 -- it is in the database as if saved

    def write(self) -> None:
        """Send everything; a broken constraint raises here."""
        if not self.said:
            return
        statement = "; ".join(said for said, _ in self.said)
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for _, values in self.said for value in values])
        self.said = []


@cache
def _insert(model: type[models.Model]) -> tuple[list[Any], str]:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join(_mark(field) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    return fields, f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- our own names


def _mark(field: Any) -> str:
    return f"%s::{field.db_type(connection)}" if hasattr(field, "base_field") else "%s"
