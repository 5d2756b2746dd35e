"""`Idempotency-Key`: the same request sent twice acts once and is answered twice alike."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from lifang.core.access import Actor, Refusal, wall
from lifang.core.api.faults import fault
from lifang.core.api.signing import SAFE

LEAST, MOST = 8, 200
_KEY = re.compile(rf"[\x21-\x7e]{{{LEAST},{MOST}}}")
_TAKE = """
INSERT INTO api_answer (holder, key, digest, kind, at) VALUES (%s, %s, %s, '', %s)
ON CONFLICT (holder, key) DO NOTHING
"""
_KNOWN = "SELECT digest, status, kind, body FROM api_answer WHERE holder = %s AND key = %s"
_KEEP = "UPDATE api_answer SET status = %s, kind = %s, body = %s WHERE holder = %s AND key = %s"


Told = Callable[[HttpRequest, Refusal], HttpResponseBase]


def once(
    request: HttpRequest,
    answer: Callable[[], HttpResponseBase],
    told: Told = fault,
    content: Callable[[], bytes] | None = None,
) -> HttpResponseBase:
    """Answer, or repeat the answer. The answer is kept in the transaction of what was done.

    `content` is what makes two requests the same, where the body was read as a form already.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    key = request.headers.get("Idempotency-Key", "")
    # Nobody in particular could be given somebody else's answer.
    if not key or request.method in SAFE or not actor.holder:
        return answer()
    if not _KEY.fullmatch(key):
        facts = {"least": LEAST, "most": MOST, "length": len(key)}
        return told(request, Refusal("idempotency_key_wrong", facts))
    with transaction.atomic():
        digest = _digest(request, content() if content else request.body)
        # A second request with the key waits here until the first has ended.
        if not _run(_TAKE, actor.holder, key, digest, request.at):  # type: ignore[attr-defined]
            return _again(request, actor.holder, key, digest, told)
        made = answer()
        if not isinstance(made, HttpResponse) or made.status_code >= 500:
            transaction.set_rollback(True)
        else:
            # A secret is told once and lies nowhere in the clear: whoever asks again hears that it was done.
            secret = made.status_code < 300 and getattr(request, "tells_secret", False)
            _keep(told(request, Refusal("told_once")) if secret else made, actor.holder, key)
    if isinstance(made, HttpResponse) and made.status_code >= 500:
        wall.forget()
    return made


def _keep(made: HttpResponseBase, holder: str, key: str) -> None:
    body = made.content if isinstance(made, HttpResponse) else b""
    _run(_KEEP, made.status_code, made.headers.get("Content-Type", ""), body, holder, key)


def _again(
    request: HttpRequest, holder: str, key: str, digest: bytes, told: Told
) -> HttpResponseBase:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [holder, key])
        known, status, kind, body = cursor.fetchone()
    if bytes(known) != digest:
        return told(request, Refusal("key_used_otherwise"))
    return HttpResponse(
        bytes(body), status=status, content_type=kind, headers={"Idempotency-Replayed": "true"}
    )


def _digest(request: HttpRequest, content: bytes) -> bytes:
    whole = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    whole.update(content)
    return whole.digest()


def _run(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
