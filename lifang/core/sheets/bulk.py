"""Many rows at once: COPY into a table of the transaction, then one INSERT. A walled table takes no COPY itself."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models, transaction


def add_many(rows: Sequence[models.Model]) -> int:
    """Insert new rows of one model; their fields prepare themselves as in `save()` (sealed, indexed, computed)."""
    if not rows:
        return 0
    model = type(rows[0])
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.GeneratedField)
        and not (field.primary_key and isinstance(field, models.AutoField))
    ]
    table = connection.ops.quote_name(str(model._meta.db_table))
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    like = f"SELECT {names} FROM {table} WHERE false"  # noqa: S608 -- names of our models
    fill = f"INSERT INTO {table} ({names}) SELECT {names} FROM sheets_batch"  # noqa: S608 -- the same
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE sheets_batch ON COMMIT DROP AS {like}")
        with cursor.copy(f"COPY sheets_batch ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_value(field, row) for field in fields])
        cursor.execute(fill)
        added = cursor.rowcount
        cursor.execute("DROP TABLE sheets_batch")
    return int(added)


def _value(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
