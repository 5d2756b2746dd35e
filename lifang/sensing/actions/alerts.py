"""Alerts of a foreign monitoring system: which fire now is kept, and each device is told how many."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from lifang.core.ids import new_id
from lifang.sensing.adapters.alertmanager import Alert
from lifang.sensing.rules import Incoming
from lifang.sensing.terms import Owner, moment

MOST_NAMED = 20
# One notification after the other of one sender: the counts are those of a moment.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_FIRES = """
INSERT INTO sensing_firing (id, area, holders, source, code, fingerprint, name, critical, since, last_at)
SELECT t.id, %s, '{}', %s, t.code, t.mark, t.name, t.critical, t.since, %s
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::timestamptz[]) AS t(id, code, mark, name, critical, since)
ON CONFLICT (source, code, fingerprint) DO UPDATE SET name = excluded.name, critical = excluded.critical, last_at = excluded.last_at,
  since = greatest(sensing_firing.since, excluded.since)
"""
# A resolution of an earlier firing, told late, ends no later one.
_OVER = """
DELETE FROM sensing_firing f USING unnest(%s::text[], %s::text[], %s::timestamptz[]) AS t(code, mark, since)
WHERE f.source = %s AND f.code = t.code AND f.fingerprint = t.mark AND (t.since IS NULL OR f.since IS NULL OR f.since <= t.since)
"""
_NOW = """
SELECT code, count(*), count(*) FILTER (WHERE critical), (array_agg(name ORDER BY critical DESC, name))[:%s]
FROM sensing_firing WHERE source = %s AND code = ANY(%s) GROUP BY code
"""


def fold(owner: Owner, alerts: Sequence[Alert], at: datetime) -> list[Incoming]:
    """The state of each device named, after this notification; within the transaction that stores it."""
    latest = {(one.code, one.fingerprint): one for one in alerts}
    firing = [one for _, one in sorted(latest.items()) if one.firing]
    over = [one for _, one in sorted(latest.items()) if not one.firing]
    codes = list(dict.fromkeys(one.code for one in alerts))
    with connection.cursor() as cursor:
        cursor.execute(_ALONE, [f"firing:{owner.source}"])
        arguments: Any = [
            owner.area, owner.source, at, [new_id() for _ in firing], _of(firing, "code"), _of(firing, "fingerprint"),
            _of(firing, "name"), [one.critical for one in firing], _since(firing),
        ]  # fmt: skip
        cursor.execute(_FIRES, arguments)
        arguments = [_of(over, "code"), _of(over, "fingerprint"), _since(over), owner.source]
        cursor.execute(_OVER, arguments)
        arguments = [MOST_NAMED, owner.source, codes]
        cursor.execute(_NOW, arguments)
        now = {code: (number, critical, names) for code, number, critical, names in cursor}
    return [_state(code, *now.get(code, (0, 0, []))) for code in codes]


def _state(code: str, number: int, critical: int, names: list[str]) -> Incoming:
    values = {"alerts": number, "alerts_critical": critical}
    return Incoming(code, values, facts={"firing": names} if names else None)


def _of(alerts: Iterable[Alert], name: str) -> list[str]:
    """A column; PostgreSQL keeps no null characters."""
    return [getattr(one, name).replace("\x00", "\ufffd").encode(errors="replace").decode() for one in alerts]  # fmt: skip


def _since(alerts: Iterable[Alert]) -> list[datetime | None]:
    return [None if one.since is None else moment(one.since) for one in alerts]
