"""From an account to an actor, in one query."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

from lifang.core.access.actor import ANONYMOUS, Actor, Grant, Kind, scope_of
from lifang.core.access.capabilities import basic, of_post

_ACTOR = """
SELECT a.id, a.name, a.kind, g.post, g.area, g.sees, g.holder, g.lent_for_id
FROM accounts_account a
LEFT JOIN access_grant g ON g.account_id = a.id
     AND g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
WHERE a.id = ANY(%(ids)s) AND a.closed_at IS NULL AND a.locked_at IS NULL
"""


def actor_of(account: UUID | None, at: datetime) -> Actor:
    """The actor an account is at this moment; a closed, locked or unknown account is nobody."""
    if account is None:
        return anonymous()
    found = actors_of([account], at)
    return found[0] if found else anonymous()


def actors_of(accounts: Iterable[UUID], at: datetime) -> list[Actor]:
    """The actors some accounts are at this moment, in one query; closed, locked and unknown accounts are nobody."""
    rows: dict[UUID, list[tuple[str, ...]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_ACTOR, {"ids": list(accounts), "at": at})
        for account, *row in cursor.fetchall():
            rows[account].append(tuple(row))
    return [actor_from(account, found) for account, found in rows.items()]


def actor_from(account: UUID, rows: list[tuple[str, ...]]) -> Actor:
    """An actor from rows (name, kind, post, area, sees, holder, for whom it is lent)."""
    grants = tuple(
        Grant(post, area, of_post(post), sees, holder, f"account:{lent}" if lent else "")
        for _, _, post, area, sees, holder, lent in rows
        if post
    )
    name, kind = rows[0][0], rows[0][1]
    return Actor(account, name, Kind(kind), grants, basic(kind), scope_of(grants, account))


def anonymous() -> Actor:
    """A reader without an account, with what anyone may do."""
    return Actor(None, "", Kind.ANONYMOUS, basic=basic("anonymous"), scope=ANONYMOUS.scope)
