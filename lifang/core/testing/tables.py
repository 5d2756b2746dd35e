"""Real tables for models that exist only in a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models


@contextmanager
def temporary_table(model: type[models.Model]) -> Iterator[None]:
    """The model's table and indexes as a temporary table of this connection."""
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        editor.create_model(model)
    made = [line for line in editor.collected_sql if not line.startswith("--")]
    with connection.cursor() as cursor:
        for line in made:
            cursor.execute(line.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
        yield
        cursor.execute(f'DROP TABLE "{model._meta.db_table}"')
