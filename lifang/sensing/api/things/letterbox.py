"""Where Observations are posted at the gate: requests that come together are committed together, like batches.

What is not plain goes back to the web process if it passed it on, else to the views in a thread beside: every answer is theirs.
"""

import asyncio
import io
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpResponse

from lifang.core.access import SYSTEM, Actor, Refusal, wall
from lifang.core.access.actor import NOBODY
from lifang.core.access.wall import behind
from lifang.core.api.rates import BUCKETS
from lifang.core.api.signing import unbound
from lifang.sensing.api.batches import TRUST_SECONDS, Busy, Gate, NotStored, Receive, Send, whole
from lifang.sensing.api.things import views
from lifang.sensing.api.things.door import JSON, PER_MINUTE, fault, key_of, refusal_as
from lifang.sensing.api.things.letters import ARRAYS, ROOT, Answer, Caller, letter
from lifang.sensing.selectors import ways
from lifang.sensing.selectors.things import Who
from lifang.sensing.terms import Owner, micros, moment

PASSED: Final = (
    b"x-lifang-passed"  # a header of the web process, and our answer to what is for it to say
)
NOT_PLAIN: Final = 421
_MOST_KEYS: Final = 100_000
_ALWAYS: Final = [
    (b"content-type", JSON.encode()),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Location"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
Headers = Mapping[bytes, bytes]


class LetterBox:
    """What one gate knows of those who post."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.callers: dict[str, tuple[Caller | None, float]] = {}
        self.eyes: dict[Actor, int] = {}  # each account that sends, as long as it may do the same
        self.last = 0

    def at(self) -> datetime:
        """Now, and never twice: what tells no time of its own is kept by that of its arrival."""
        now = self.gate.clock()
        self.last = max(micros(now), self.last + 1)
        return now if micros(now) == self.last else moment(self.last)

    async def caller(self, text: str) -> Caller | None:
        """Whoever stands behind a key, asked of the database at most every few seconds; None when that is for the views to say."""
        now = time.monotonic()
        found, until = self.callers.get(text, (None, 0.0))
        if until < now:
            if len(self.callers) > _MOST_KEYS:
                self.callers.clear()
            found = await asyncio.to_thread(self._ask, text)
            self.callers[text] = found, now + TRUST_SECONDS
        owner = found and found.who.owner
        return None if owner and owner.until <= micros(self.gate.clock()) else found

    def _ask(self, text: str) -> Caller | None:
        close_old_connections()
        at = self.gate.clock()
        with behind(SYSTEM):
            owner = ways.owner_of_key(SYSTEM, text, at)
            if owner is not None:
                return None if owner.sandbox else Caller(Who.by_key(owner), owner, owner.source, PER_MINUTE)  # fmt: skip
            signed = unbound(text, at)
        if signed is None:
            return None
        actor = signed.actor
        eyes = self.eyes.setdefault(actor, len(self.eyes) + 1)
        return Caller(Who(actor), Owner(f"account:{actor.id}", ""), signed.bucket, signed.per_minute, eyes)  # fmt: skip

    async def quickly(self, scope: dict[str, Any], headers: Headers, body: bytes) -> Answer | None:
        """The answer of the fast path, after its commit; None when the views have to answer."""
        text = key_of(headers.get(b"authorization", b"").decode("latin-1"))
        if not text or scope["query_string"]:
            return None
        caller = await self.caller(text)
        said = caller and letter(caller, scope["path"], body, self.at())
        if not caller or not said or not BUCKETS.take(caller.bucket, caller.per_minute, time.monotonic()).allowed:  # fmt: skip
            return None
        answer: Answer | None = await self.gate.takes(caller.owner, said, said.size)
        return answer

    def slowly(self, scope: dict[str, Any], headers: Headers, body: bytes) -> HttpResponse:
        """What the views say."""
        close_old_connections()
        wall.stand(NOBODY)
        request = _request(scope, headers, body)
        request.at, request.actor = self.gate.clock(), NOBODY  # type: ignore[attr-defined]
        if scope["path"] == ARRAYS:
            return views.arrays(request)
        return views.anything(request, path=scope["path"].removeprefix(ROOT))


async def posted(box: LetterBox, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One request."""
    headers, body = dict(scope["headers"]), await whole(receive)
    if body is None:
        await _send(send, refusal_as(Refusal("too_large", {"most": 4 * 1024 * 1024})))
        return
    try:
        quick = await box.quickly(scope, headers, body) if scope["method"] == "POST" else None
    except (Busy, NotStored) as wrong:
        said = "More wait than can be stored; a little later." if isinstance(wrong, Busy) else "Nothing of it was stored; a little later."  # fmt: skip
        await _send(send, fault(503, said), [(b"retry-after", b"2")])
        return
    if quick is None and PASSED in headers:  # the web process knows better who asks, and from where
        await _write(send, NOT_PLAIN, b"", [])
        return
    if quick is None:
        await _send(send, await asyncio.to_thread(box.slowly, scope, headers, body))
        return
    more = [(b"location", quick.location.encode())] if quick.location else []
    await _write(send, quick.status, quick.body, _ALWAYS + more)


async def _send(send: Send, response: HttpResponse, more: list[tuple[bytes, bytes]] | None = None) -> None:  # fmt: skip
    given = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]  # fmt: skip
    names = {name for name, _ in given}
    await _write(send, response.status_code, response.content, [*given, *(one for one in _ALWAYS if one[0] not in names), *(more or [])])  # fmt: skip


async def _write(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _request(scope: dict[str, Any], headers: Headers, body: bytes) -> WSGIRequest:
    """As the web process would have made it."""
    sent = {f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1") for name, value in headers.items()}  # fmt: skip
    client = scope.get("client") or ("", 0)
    return WSGIRequest({
        **sent, "REQUEST_METHOD": scope["method"], "SCRIPT_NAME": "", "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"), "CONTENT_TYPE": sent.get("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": str(client[0]), "SERVER_NAME": "gate", "SERVER_PORT": "0", "wsgi.input": io.BytesIO(body),
    })  # fmt: skip


__all__ = ["NOT_PLAIN", "PASSED", "LetterBox", "posted"]
