"""Every `Scoped` table has its row-level security, forced."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from lifang.core.access.models import Scoped

_POLICIES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       coalesce(array_agg(p.polcmd::text ORDER BY p.polcmd) FILTER (WHERE p.polcmd IS NOT NULL), '{}')
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relname = ANY(%s) GROUP BY 1, 2
"""
_ALL = {"r", "a", "w", "d"}  # select, insert, update, delete


def without_wall(models: Iterable[type[Any]]) -> list[str]:
    tables = sorted(
        model._meta.db_table
        for model in models
        if issubclass(model, Scoped) and not model._meta.abstract
    )
    with connection.cursor() as cursor:
        cursor.execute(_POLICIES, [tables])
        found = {table: (forced, set(commands)) for table, forced, commands in cursor.fetchall()}
    faults = []
    for table in tables:
        forced, commands = found.get(table, (False, set()))
        if not forced:
            faults.append(f"{table}: row-level security is not forced")
        if not commands >= _ALL:
            faults.append(f"{table}: no policy for {sorted(_ALL - commands)}")
    return faults
