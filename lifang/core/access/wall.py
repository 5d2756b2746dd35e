"""The second wall: PostgreSQL row-level security, told per connection who looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, migrations

from lifang.core.access.actor import Actor

_SET = "SELECT set_config('lifang.areas', %s, false), set_config('lifang.holders', %s, false)"

EVERYWHERE = ("*", "")
Saying = tuple[str, str, str]

_ASK = """
SELECT coalesce(current_setting('lifang.areas', true), ''),
  coalesce(current_setting('lifang.holders', true), '')
"""


@contextmanager
def behind(actor: Actor) -> Iterator[None]:
    """Let the database show this connection only what `actor` may see, until the block ends."""
    before = _known() or _asked()
    _tell(_values(actor))
    try:
        yield
    finally:
        if connection.needs_rollback:
            forget()  # a rollback gives back what was set before the transaction
        else:
            _tell(before)


def around(values: tuple[str, str]) -> tuple[Saying | None, Saying | None]:
    """What to say before and after other statements of one message to let them stand behind this wall; None: nothing."""
    before = _known() or _asked()
    return (None, None) if before == values else ((_SET, *values), (_SET, *before))


def stand(actor: Actor) -> None:
    """Like `behind`, without an end: for the start of a request or a worker's turn."""
    _tell(_values(actor))


def told(actor: Actor, areas: str, holders: str) -> None:
    """A statement has just set these for the actor: note it; where they are not the actor's, say it again."""
    connection.__dict__["_lifang_wall"] = (connection.connection, (areas, holders))
    _tell(_values(actor))


def forget() -> None:
    """Make the next `behind` speak to the database again."""
    connection.__dict__.pop("_lifang_wall", None)


def _values(actor: Actor) -> tuple[str, str]:
    areas = "*" if actor.scope.everywhere else ",".join(sorted(actor.scope.areas))
    return areas, ",".join(sorted(actor.scope.holders))


def _known() -> tuple[str, str] | None:
    connection.close_if_health_check_failed()  # or it would be made anew behind our back, and stand behind nothing
    told = connection.__dict__.get("_lifang_wall")
    if told is None or told[0] is not connection.connection:
        return ("", "") if connection.connection is None else None
    return told[1]  # type: ignore[no-any-return]


def _asked() -> tuple[str, str]:
    """What the connection has been told, from itself: after a rollback nobody else knows."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK)
        areas, holders = cursor.fetchone()
    return areas, holders


def _tell(values: tuple[str, str]) -> None:
    if _known() == values and connection.connection is not None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SET, values)
    connection.__dict__["_lifang_wall"] = (connection.connection, values)


class Wall(migrations.RunSQL):
    """Migration operation: force row-level security on a `Scoped` table, or on its child by `through`.

    `Wall("cases_case")`; `Wall("cases_reporter", through=("case_id", "cases_case"))`.
    """

    def __init__(self, table: str, through: tuple[str, str] | None = None) -> None:
        sees = "lifang_sees(area, holders)"
        if through:
            column, parent = through
            sees = f"EXISTS (SELECT 1 FROM {parent} p WHERE p.id = {table}.{column})"  # noqa: S608 -- from a migration
        super().__init__(
            sql=[
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY lifang_see ON {table} FOR SELECT USING ({sees})",
                f"CREATE POLICY lifang_add ON {table} FOR INSERT WITH CHECK (true)",
                f"CREATE POLICY lifang_change ON {table} FOR UPDATE USING ({sees}) WITH CHECK (true)",
                f"CREATE POLICY lifang_remove ON {table} FOR DELETE USING ({sees})",
            ],
            reverse_sql=[
                *(
                    f"DROP POLICY IF EXISTS lifang_{name} ON {table}"
                    for name in ("see", "add", "change", "remove")
                ),
                f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            ],
        )
        self._arguments = (table, through)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        table, through = self._arguments
        return type(self).__qualname__, [table], {"through": through} if through else {}


SEES = """
CREATE FUNCTION lifang_sees(area text, holders text[]) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT current_setting('lifang.areas', true) = '*'
      OR area ^@ ANY (string_to_array(NULLIF(current_setting('lifang.areas', true), ''), ','))
      OR holders && string_to_array(NULLIF(current_setting('lifang.holders', true), ''), ',')
$$
"""
