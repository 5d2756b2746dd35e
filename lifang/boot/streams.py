"""Live events for open pages: server-sent events, fed by NATS, each reader behind the scope of its actor.

A page asks `GET /streams/events?areas=370306001&names=cases.` with its session cookie. It gets `hello` when the line
stands and then the events, named by what a page listens for (`case`, `todo`, `alarm`, `notice`). Nothing is replayed: a
page that lost the line asks anew, and so is told to when NATS was away or when it was too slow for its queue.
"""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import django
import nats
from asgiref.sync import sync_to_async
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- Django must be set up first
from django.db import close_old_connections  # noqa: E402

from lifang.core.access.actor import NOBODY, Actor, Kind  # noqa: E402
from lifang.core.access.grants import anonymous  # noqa: E402
from lifang.core.access.seat import seat  # noqa: E402
from lifang.core.accounts.sessions import key_digest  # noqa: E402
from lifang.core.config import config  # noqa: E402

__all__ = ["NOBODY", "app"]
log = logging.getLogger("lifang.streams")
PING_SECONDS = 15.0
QUEUE_LENGTH = 256
ASK_AGAIN_SECONDS = 60.0  # a closed account or an ended session loses its stream within a minute
HELLO = "event: hello\ndata: {}\n\n"
# What a page listens for (frontend/src/islands/stream.ts); other events are called by their context.
KINDS = {"cases": ("case", "todo"), "sensing": ("alarm",), "notify": ("notice",)}
# Something may have been missed: everything on the page asks again.
ASK_AGAIN = "".join(f"event: {kind}\ndata: {{}}\n\n" for kinds in KINDS.values() for kind in kinds)


@dataclass(eq=False)
class Reader:
    """One open page."""

    actor: Actor
    areas: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    queue: "asyncio.Queue[str]" = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))
    overflowed: bool = False

    def wants(self, area: str, name: str, holders: Iterable[str] = ()) -> bool:
        """Scope first; then what the page asked for."""
        scope = self.actor.scope
        if not scope.covers(area) and scope.holders.isdisjoint(holders):
            return False
        here = not self.areas or any(area.startswith(prefix) for prefix in self.areas)
        return here and (not self.names or name.startswith(self.names))

    def give(self, text: str) -> None:
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.overflowed = True


READERS: set[Reader] = set()


def fan_out(body: bytes) -> int:
    """Give one event to every reader who may see it; how many that were."""
    told: dict[str, Any] = json.loads(body)
    area, name = str(told.get("area", "")), str(told.get("name", ""))
    holders = told.pop("holders", [])  # who may hear it is nobody else's business
    line = json.dumps(told, ensure_ascii=False)
    context = name.partition(".")[0]
    head = f"id: {told.get('id', '')}\n"
    text = "".join(
        f"{head}event: {kind}\ndata: {line}\n\n" for kind in KINDS.get(context, (context,))
    )
    wanted = [reader for reader in READERS if reader.wants(area, name, holders)]
    for reader in wanted:
        reader.give(text)
    return len(wanted)


def actor_of_session(key: str) -> Actor:
    """Who a session cookie stands for now."""
    close_old_connections()
    found = seat(key_digest(key), datetime.now(UTC)) if key else None
    return found.actor if found else anonymous()


def allowed_origin(request: Request) -> str | None:
    """The origin of our own pages: cookies ignore ports, so the page may lie on another port of the same host."""
    origin = request.headers.get("origin", "")
    page, here = urlsplit(origin), urlsplit(config().origin)
    same_host = page.hostname == request.url.hostname and page.port == here.port
    return origin if origin and (origin == config().origin or same_host) else None


async def events(request: Request) -> Response:
    """The stream of one reader."""
    cors = {"Vary": "Origin"}
    if origin := allowed_origin(request):
        cors |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    elif request.headers.get("origin"):
        return PlainTextResponse("", status_code=403)
    key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
    actor = await sync_to_async(actor_of_session)(key)
    if actor.kind is Kind.ANONYMOUS:
        return PlainTextResponse(
            "", status_code=204, headers=cors
        )  # 204 tells EventSource not to come again
    reader = Reader(actor, _list(request, "areas"), _list(request, "names"))
    headers = {**cors, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_lines(reader, key), media_type="text/event-stream", headers=headers)


def _list(request: Request, name: str) -> tuple[str, ...]:
    return tuple(part for part in request.query_params.get(name, "").split(",") if part)


async def _lines(reader: Reader, key: str) -> AsyncIterator[str]:
    READERS.add(reader)
    clock = asyncio.get_running_loop().time
    asked_at = clock()
    try:
        yield HELLO
        while True:
            try:
                text = await asyncio.wait_for(reader.queue.get(), PING_SECONDS)
            except TimeoutError:
                text = ": ping\n\n"
            if clock() - asked_at > ASK_AGAIN_SECONDS:
                asked_at = clock()
                reader.actor = await sync_to_async(actor_of_session)(key)
                if reader.actor.kind is Kind.ANONYMOUS:
                    return
            if reader.overflowed:
                reader.overflowed, reader.queue = False, asyncio.Queue(QUEUE_LENGTH)
                text = ASK_AGAIN
            yield text
    finally:
        READERS.discard(reader)


async def listen() -> None:
    """Stay subscribed for ever; a server that is away is waited for."""

    async def heard(message: Any) -> None:
        with suppress(ValueError):
            fan_out(message.data)

    async def back() -> None:
        for reader in READERS:
            reader.give(ASK_AGAIN)

    while True:
        try:
            line = await nats.connect(
                config().nats_url,
                name="streams",
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.5,
                reconnected_cb=back,
            )
            await line.subscribe("ev.>", cb=heard)
            await asyncio.Event().wait()
        except (OSError, nats.errors.Error) as fault:
            log.warning("NATS is away: %r", fault)
            await asyncio.sleep(1)


async def healthz(request: Request) -> Response:
    return PlainTextResponse(f"{len(READERS)} readers\n")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    listening = asyncio.create_task(listen())
    yield
    listening.cancel()


app = Starlette(
    routes=[Route("/streams/events", events), Route("/streams/healthz", healthz)],
    lifespan=lifespan,
)
