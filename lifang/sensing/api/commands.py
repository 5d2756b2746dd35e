"""Devices fetch what they were asked to do, and say what became of it: `GET /api/sensing/commands?wait=20`, `POST /api/sensing/commands/<id>`.

Few commands stand at any time: one look at all of them a second serves every device that waits, however many there are.
"""

import asyncio
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from django.db import close_old_connections

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.sensing import actions
from lifang.sensing.api.batches import Gate, Receive, Send, answer, whole
from lifang.sensing.models import Command
from lifang.sensing.rules.commands import speaks_for
from lifang.sensing.selectors import commands as selectors
from lifang.sensing.terms import Owner

ROOT: Final = "/api/sensing/commands"
LOOK_SECONDS: Final = 1.0
MOST_WAIT: Final = 25.0
MOST_BYTES: Final = 4_096


class Said(msgspec.Struct, frozen=True):
    """`{"done": true, "answer": "played"}`; of a patrol also `found`: what was found, nothing where all was well."""

    done: bool
    answer: str = ""
    found: str = ""


class Board:
    """All commands that stand, as one process saw them a moment ago."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.seen: list[Command] = []
        self.looked = float("-inf")
        self.lock = asyncio.Lock()

    async def of(self, owner: Owner) -> list[Command]:
        """Those for the devices of a key."""
        async with self.lock:
            now = asyncio.get_running_loop().time()
            if now - self.looked >= LOOK_SECONDS:
                self.seen = await asyncio.to_thread(self._look)
                self.looked = now
        at = self.gate.clock()
        return [one for one in self.seen if one.until > at and speaks_for(owner, one.device_id, one.device.gateway_id, one.device.maker_id)]  # fmt: skip

    def _look(self) -> list[Command]:
        close_old_connections()
        with behind(SYSTEM):
            return selectors.open_commands(SYSTEM, self.gate.clock())


async def commands(board: Board, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One request."""
    owner = await board.gate.owner(dict(scope["headers"]).get(b"authorization", b""))
    rest = scope["path"].removeprefix(ROOT)
    if owner is None:
        await answer(send, 401, {"reason": "key_not_valid"})
    elif owner.sandbox:
        await answer(send, 403, {"reason": "sandbox_key"})
    elif not rest and scope["method"] == "GET":
        found = await _waited(board, owner, _seconds(scope))
        if fresh := [one.pk for one in found if one.fetched_at is None]:
            await asyncio.to_thread(_handed, board, fresh)
        await answer(send, 200, {"commands": [told(one) for one in found]})
    elif rest.startswith("/") and scope["method"] == "POST":
        status, said = await _answered(board, owner, rest[1:], await whole(receive, MOST_BYTES))
        await answer(send, status, said)
    else:
        await answer(send, 405, {"reason": "method_not_allowed"}, [(b"allow", b"POST" if rest else b"GET")])  # fmt: skip


def told(one: Command) -> dict[str, Any]:
    """As a device reads it."""
    return {"id": str(one.pk), "device": one.device.code, "command": one.kind, "text": one.text, "until": one.until.isoformat()}  # fmt: skip


async def _waited(board: Board, owner: Owner, seconds: float) -> list[Command]:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        found = await board.of(owner)
        left = end - loop.time()
        if found or left <= 0:
            return found
        await asyncio.sleep(min(LOOK_SECONDS, left + 0.01))


def _seconds(scope: dict[str, Any]) -> float:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("wait", [""])[0]
    return min(float(asked), MOST_WAIT) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0.0  # fmt: skip


def _handed(board: Board, pks: list[UUID]) -> None:
    close_old_connections()
    with behind(SYSTEM):
        actions.hand_out_commands(actor=SYSTEM, pks=pks, at=board.gate.clock())
    board.looked = float("-inf")


async def _answered(board: Board, owner: Owner, named: str, body: bytes | None) -> tuple[int, dict[str, Any]]:  # fmt: skip
    try:
        pk, said = UUID(named), msgspec.json.decode(body or b"", type=Said)
    except (ValueError, msgspec.DecodeError, RecursionError):
        return 422, {"reason": "shape"}
    return await asyncio.to_thread(_answer, board, owner, pk, said)


def _answer(board: Board, owner: Owner, pk: UUID, said: Said) -> tuple[int, dict[str, Any]]:
    close_old_connections()
    with behind(SYSTEM):
        command = selectors.command_of(SYSTEM, owner, pk)
        if command is None:
            return 404, {"reason": "not_found"}
        try:
            actions.answer_command(actor=SYSTEM, command=command, done=said.done, answer=said.answer, found=said.found, at=board.gate.clock())  # fmt: skip
        except Refused as refused:
            return 409, {"reason": refused.refusal.reason, "message": str(refused.refusal)}
    board.looked = float("-inf")
    return 200, {"done": said.done}
