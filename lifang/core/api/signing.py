"""Who calls: a key, or the session of a person."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja.security.base import AuthBase

from lifang.core.access import Actor, Kind, Refused, wall
from lifang.core.access.grants import actor_from
from lifang.core.accounts.source import source_of
from lifang.core.api import rules, terms, watch
from lifang.core.api.rules import narrowed
from lifang.core.api.secret import MARK, read_token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_KEY = """
SELECT k.id, k.digest, k.areas, k.capabilities, k.per_minute, k.used_at, k.networks, k.ways, k.watched, a.id,
       a.name, a.kind, g.post, g.area, g.sees, g.holder, g.lent_for_id
FROM api_apikey k
JOIN accounts_account a ON a.id = k.account_id AND a.closed_at IS NULL AND a.locked_at IS NULL
LEFT JOIN access_grant g ON g.account_id = a.id
     AND g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
WHERE k.prefix = %(prefix)s AND k.revoked_at IS NULL AND k.expires_at > %(at)s
"""
_USED = "UPDATE api_apikey SET used_at = %s WHERE id = %s"


class Signed(NamedTuple):
    """The actor, and the bucket its requests are counted in (none for a person at a desk)."""

    actor: Actor
    bucket: str = ""
    per_minute: int = 0


def sign(request: HttpRequest) -> Signed:
    """Give the request its actor. With a key the cookie does not count; without one, a session needs its CSRF token."""
    shown = request.headers.get("Authorization", "")
    if shown:
        signed = _by_key(shown, request)
        request.actor = signed.actor  # type: ignore[attr-defined]
        wall.stand(signed.actor)
        return signed
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind is Kind.ANONYMOUS:
        return Signed(
            actor, f"from:{request.META.get('REMOTE_ADDR', '')}", terms.ANONYMOUS_PER_MINUTE
        )
    if request.method not in SAFE and _forged(request):
        raise Refused("cross_site")
    return Signed(actor)


class _Csrf(CsrfViewMiddleware):
    """Django's check, which says why not instead of rendering a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _forged(request: HttpRequest) -> bool:
    check = _Csrf(HttpResponse)
    check.process_request(request)
    return check.process_view(request, cast("Any", _forged), (), {}) is not None


def _by_key(shown: str, request: HttpRequest) -> Signed:
    kind, _, text = shown.partition(" ")
    return by_key(text.strip() if kind.lower() == "bearer" else "", request)


def by_key(text: str, request: HttpRequest) -> Signed:
    """Who stands behind a key, for a standard that has its own place for it. Raises `Refused("key_not_valid")`,
    or says why a key that holds opens nothing from there or to this; that is counted.
    """
    at: datetime = request.at  # type: ignore[attr-defined]
    token = read_token(text) if text.startswith(MARK) else None
    rows = _rows(token.prefix, at) if token else []
    if token is None or not rows or not token.fits(rows[0][1]):
        raise Refused("key_not_valid")
    key, _, areas, capabilities, per_minute, used_at, networks, ways, watched, account = rows[0][
        :10
    ]
    source = source_of(request)
    shut = rules.comes_from(networks, source) or rules.goes_to(
        ways, request.method or "", request.path
    )
    if shut:
        watch.turn_away(key, shut.reason, source, at)
        if watched:
            watch.keep(request, key, 403, shut.reason)
        raise Refused(shut)
    if watched:
        request.watched = key  # type: ignore[attr-defined]
    _note_use(key, used_at, at)
    actor = actor_from(account, [row[10:] for row in rows])
    return Signed(narrowed(actor, areas, capabilities), f"key:{key}", per_minute)


def unbound(text: str, at: datetime) -> Signed | None:
    """Who stands behind a key that opens the same from everywhere, to everything, and is not watched: whoever asks may remember it
    for some moments. None for every other: that is for `by_key` to say, each time.
    """
    token = read_token(text) if text.startswith(MARK) else None
    rows = _rows(token.prefix, at) if token else []
    if token is None or not rows or not token.fits(rows[0][1]) or any(rows[0][6:9]):
        return None
    key, _, areas, capabilities, per_minute, used_at = rows[0][:6]
    _note_use(key, used_at, at)
    actor = actor_from(rows[0][9], [row[10:] for row in rows])
    return Signed(narrowed(actor, areas, capabilities), f"key:{key}", per_minute)


def _rows(prefix: str, at: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_KEY, {"prefix": prefix, "at": at})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _note_use(key: UUID, used_at: datetime | None, at: datetime) -> None:
    """To the minute: a write for every read would cost more than the read."""
    if used_at is None or at - used_at > timedelta(minutes=1):
        with connection.cursor() as cursor:
            cursor.execute(_USED, [at, key])


class SignedIn(AuthBase):
    """Asked of every operation unless it says `auth=None`."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = (
        "`Authorization: Bearer lf_…`, or the session of a signed-in person with its CSRF token."
    )

    def __call__(self, request: HttpRequest) -> Actor | None:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return None if actor.kind is Kind.ANONYMOUS else actor
