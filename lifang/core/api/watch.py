"""What is written of calls: why a key that holds was refused, and each call of a key that is being tried.

In one statement of its own, so that it stays whatever becomes of the request.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lifang.core.accounts.source import source_of
from lifang.core.ids import new_id

_SHUT = """
INSERT INTO api_turnedaway (key_id, day, reason, count, last_at, last_from) VALUES (%s, %s, %s, 1, %s, %s)
ON CONFLICT (key_id, day, reason) DO UPDATE
SET count = api_turnedaway.count + 1, last_at = excluded.last_at, last_from = excluded.last_from
"""
_CALL = """
INSERT INTO api_call (id, key_id, at, method, path, agent, source, secure, once, body, status, reason, replayed)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def turn_away(key: UUID, reason: str, source: str, at: datetime) -> None:
    """Count a refusal."""
    with connection.cursor() as cursor:
        cursor.execute(_SHUT, [key, at.date(), reason, at, source])


def noted(request: HttpRequest, made: HttpResponseBase) -> None:
    """Keep the call with what came of it, if its key is watched."""
    key: UUID | None = getattr(request, "watched", None)
    if key is not None:
        replayed = made.headers.get("Idempotency-Replayed") == "true"
        keep(request, key, made.status_code, getattr(made, "reason_told", ""), replayed=replayed)


def keep(
    request: HttpRequest, key: UUID, status: int, reason: str, *, replayed: bool = False
) -> None:
    """Keep a call of a watched key: when, whence, to what, and what came of it; never its content."""
    once = request.headers.get("Idempotency-Key", "")
    row = [
        new_id(), key, request.at,  # type: ignore[attr-defined]
        (request.method or "")[:10], request.get_full_path()[:300], request.headers.get("User-Agent", "")[:200],
        source_of(request), request.is_secure(), _digest(once.encode()), _digest(_body(request)),
        status, reason[:60], replayed,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CALL, row)


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except Exception:  # noqa: BLE001 -- too large or torn: there is nothing to compare then
        return b""


def _digest(content: bytes) -> bytes | None:
    return hashlib.sha256(content).digest() if content else None
