"""Session, account and grants of a request in one statement, which also raises the wall."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID
from weakref import WeakSet

from django.db import connection

from lifang.core.access import prepared, wall
from lifang.core.access.actor import Actor
from lifang.core.access.grants import actor_from, anonymous

# Planning this takes longer than running it, so each connection prepares it once.
# `set_config` is in the select list of the one row that is found: no row, no wall moved.
_PREPARE = """
PREPARE lifang_seat (bytea, timestamptz) AS
SELECT s.id::text, encode(s.content, 'hex'), (s.seen_at AT TIME ZONE 'UTC')::text, a.id::text, a.name, a.kind,
  g.grants::text,
  set_config('lifang.areas', coalesce(CASE WHEN g.everywhere THEN '*' ELSE g.areas END, ''), false),
  set_config('lifang.holders', coalesce((
    SELECT string_agg(h, ',' ORDER BY h COLLATE "C")
    FROM unnest(array_append(g.holders, 'account:' || a.id)) h WHERE a.id IS NOT NULL), ''), false),
  pg_current_snapshot()::text
FROM accounts_session s
LEFT JOIN accounts_account a ON a.id = s.account_id AND a.closed_at IS NULL AND a.locked_at IS NULL
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(post, area, sees, holder, lent_for_id) ORDER BY id) AS grants,
    bool_or(area = '' AND sees = 'area') AS everywhere,
    string_agg(DISTINCT area, ',' ORDER BY area) FILTER (WHERE sees = 'area') AS areas,
    array_agg(DISTINCT holder::text) FILTER (WHERE holder <> '') AS holders
  FROM access_grant
  WHERE account_id = a.id AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
) g ON a.id IS NOT NULL
WHERE s.key = $1 AND s.ends_at > $2
  AND s.seen_at + s.idle_seconds * interval '1 second' > $2
"""


_NO_GRANT = ("", "", "", "", "")

_PREPARED: WeakSet[Any] = WeakSet()  # connections to the database that know the statement


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits behind a cookie now, the session's row, and the state of the database they look at."""

    actor: Actor
    session: UUID
    content: bytes
    seen_at: datetime
    snapshot: str  # equal only while nobody anywhere has written


def seat(key: bytes, at: datetime) -> Seat | None:
    """The seat behind a session key, and the wall raised for its actor; nothing if the session is over."""
    connection.ensure_connection()
    if connection.connection not in _PREPARED:
        with connection.cursor() as cursor:
            cursor.execute(_PREPARE)
        _PREPARED.add(connection.connection)
    rows = prepared.run("lifang_seat", f"\\x{key.hex()}", at.isoformat())
    return _sat(*cast("Any", rows[0])) if rows else None


def _sat(
    session: str, content: str, seen_at: str, account: str | None, name: str, kind: str,
    grants: str | None, areas: str, holders: str, snapshot: str,
) -> Seat:  # fmt: skip
    actor = anonymous() if account is None else _actor(account, name, kind, grants)
    wall.told(actor, areas, holders)
    seen = datetime.fromisoformat(seen_at).replace(tzinfo=UTC)
    return Seat(actor, UUID(session), bytes.fromhex(content), seen, snapshot)


@lru_cache(maxsize=2000)
def _actor(account: str, name: str, kind: str, grants: str | None) -> Actor:
    """Made once from the same rows: an actor never changes."""
    held = json.loads(grants) if grants else None
    return actor_from(UUID(account), [(name, kind, *grant) for grant in held or [_NO_GRANT]])
