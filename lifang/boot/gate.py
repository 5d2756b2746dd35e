"""The way in for devices over HTTP: a process of its own, so that a flood of telemetry never slows a page."""

import asyncio
import os
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")
django.setup()

from lifang.boot import scribe  # noqa: E402 -- Django must be set up first
from lifang.core.cycles import swept_by_the_clock  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.admission import conformance, key, standing  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.batches import Gate, answer, batches  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.commands import ROOT as COMMANDS  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.commands import Board, commands  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.hooks import ROOT as HOOKS  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.hooks import hooks  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.matches import matches  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.recordings import ROOT as RECORDINGS  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.recordings import Tray, recordings  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.scribes import Beside  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.things.letterbox import LetterBox, posted  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.things.letters import PATH as OBSERVATIONS  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.viid import ROOT as VIID  # noqa: E402 -- Django must be set up first
from lifang.sensing.api.viid import Lobby, viid  # noqa: E402 -- Django must be set up first

BESIDE = Beside(scribe.begin, scribe.commit)
GATE = Gate(lambda: datetime.now(UTC), later=True, beside=BESIDE)
LOBBY = Lobby(GATE)
BOARD = Board(GATE)
BOX = LetterBox(GATE)
TRAY = Tray(GATE)
ROUTES: dict[str, dict[str, Any]] = {
    "/api/sensing/batches": {"POST": batches},
    "/api/sensing/conformance": {"POST": conformance},
    "/api/sensing/admission": {"GET": standing},
    "/api/sensing/admission/key": {"POST": key},
    "/api/sensing/matches": {"POST": matches},
}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI."""
    if scope["type"] == "lifespan":
        await _lives(receive, send)
    if scope["type"] != "http":
        return
    path: str = scope["path"]
    methods = {"POST": hooks} if path.startswith(HOOKS) else ROUTES.get(path)
    if path == "/api/sensing/healthz":
        await answer(send, 200, {"gate": "open"})
    elif path == COMMANDS or path.startswith(f"{COMMANDS}/"):
        await commands(BOARD, scope, receive, send)
    elif path.startswith(RECORDINGS):
        await recordings(TRAY, scope, receive, send)
    elif OBSERVATIONS.fullmatch(path):
        await posted(BOX, scope, receive, send)
    elif path.startswith(VIID):
        await viid(LOBBY, scope, receive, send)
    else:
        await _routed(methods, scope, receive, send)


async def _lives(receive: Any, send: Any) -> None:
    sweeping = asyncio.create_task(swept_by_the_clock())
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            sweeping.cancel()
            BESIDE.close()
            return


async def _routed(
    methods: dict[str, Any] | None, scope: dict[str, Any], receive: Any, send: Any
) -> None:
    if methods is None:
        await answer(send, 404, {"reason": "not_found"})
    elif scope["method"] not in methods:
        allowed = ", ".join(methods).encode()
        await answer(send, 405, {"reason": "method_not_allowed"}, [(b"allow", allowed)])
    else:
        await methods[scope["method"]](GATE, scope, receive, send)
