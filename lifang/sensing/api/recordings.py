"""`POST /api/sensing/recordings/<device>/<message id>`: the clip or the still of a message that was received, by the key it came with.

The only door for pictures from devices, and only for types that may. Few at a time, decoded in processes of their own, so that no
batch waits for one; answered when it is on disk.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from django.db import DatabaseError, IntegrityError, close_old_connections

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.files.clip import MAX_MEGABYTES as CLIP
from lifang.core.files.darkroom import MAX_MEGABYTES as STILL
from lifang.sensing import actions, selectors
from lifang.sensing.api.batches import Gate, Receive, Send, answer, whole
from lifang.sensing.rules import fitting, number_of
from lifang.sensing.rules.recordings import MEDIA, named, recorded_of, records
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Recorded

ROOT: Final = "/api/sensing/recordings/"
AT_ONCE, OF_A_KEY = 6, 2  # handed in at the same time; in memory, so few
SECONDS: Final = 90.0  # to send one
_MOST: Final = {Recorded.CLIP: CLIP * 1_000_000, Recorded.STILL: STILL * 1_000_000}
Told = tuple[int, dict[str, Any]]
_LATER: Final = {429: b"3", 503: b"5"}


class Tray:
    """What is being handed in just now to one process, and the threads that look at it."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.busy: Counter[str] = Counter()
        self.hands = ThreadPoolExecutor(2, "recordings")

    def full(self, owner: Owner) -> int:
        """The status that says to come again; 0: there is room."""
        if self.busy.total() >= AT_ONCE:
            return 503
        return 429 if self.busy[owner.source] >= OF_A_KEY else 0

    async def apart(self, work: Callable[..., Any], *given: Any) -> Any:
        """Beside the loop, and beside the threads that store."""
        return await asyncio.get_running_loop().run_in_executor(self.hands, work, *given)


async def recordings(tray: Tray, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One request."""
    owner = await tray.gate.owner(dict(scope["headers"]).get(b"authorization", b""))
    if scope["method"] != "POST":
        await answer(send, 405, {"reason": "method_not_allowed"}, [(b"allow", b"POST")])
    elif owner is None:
        await answer(send, 401, {"reason": "key_not_valid"})
    elif owner.sandbox:
        await answer(send, 403, {"reason": "sandbox_key"})
    elif full := tray.full(owner):
        await _say(send, full, {"reason": "busy"})
    else:
        tray.busy[owner.source] += 1
        try:
            status, said = await _handed_in(tray, owner, scope, receive)
        finally:
            tray.busy[owner.source] -= 1
            tray.busy += Counter()  # those that are done are forgotten
        await _say(send, status, said)


async def _say(send: Send, status: int, said: dict[str, Any]) -> None:
    later = [(b"retry-after", _LATER[status])] if status in _LATER else None
    await answer(send, status, said, later)


async def _handed_in(tray: Tray, owner: Owner, scope: dict[str, Any], receive: Receive) -> Told:
    headers = dict(scope["headers"])
    media = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    kind = MEDIA.get(media)
    if kind is None:
        return 415, {"reason": "media", "takes": list(MEDIA)}
    told = headers.get(b"content-length", b"0")
    if not told.isdigit() or int(told[:12]) > _MOST[kind]:
        return _too_large(kind)
    sheet = await tray.apart(_asked, tray, owner, _rest(scope), kind)
    if not isinstance(sheet, actions.Sheet):
        refused: Told = sheet
        return refused
    try:  # only what may come at all is read
        body = await asyncio.wait_for(whole(receive, _MOST[kind]), SECONDS)
    except TimeoutError:
        return 408, {"reason": "slow"}
    if body is None:
        return _too_large(kind)
    found: Told = await tray.apart(_kept, tray, sheet, body)
    return found


def _rest(scope: dict[str, Any]) -> str:
    """What names device and message, still quoted, so that an id may hold a slash."""
    raw = scope.get("raw_path")
    path = raw.decode("latin-1").partition("?")[0] if raw else scope["path"]
    return str(path).removeprefix(ROOT)


def _too_large(kind: Recorded) -> Told:
    reason = "clip_too_large" if kind is Recorded.CLIP else "photo_too_large"
    return 413, _sentence(Refused(reason, limit=_MOST[kind] // 1_000_000))


def _sentence(refused: Refused) -> dict[str, Any]:
    return {"reason": refused.refusal.reason, "message": str(refused.refusal)}


def _asked(tray: Tray, owner: Owner, rest: str, kind: Recorded) -> "actions.Sheet | Told":
    """The message that it is of: of a device of this key, received within a day, telling something that may be recorded."""
    close_old_connections()
    names = named(rest)
    if names is None:
        return 404, {"reason": "not_found"}
    code, message = fitting(names[0]), number_of(names[1])
    with behind(SYSTEM):
        line = ways.lines(SYSTEM, owner, [code]).get(code)
        if line is None:
            return 404, {"reason": "unknown_device"}
        if not records(line.type):
            return 403, {"reason": "records_nothing"}
        heard = selectors.message_of(SYSTEM, line.device, message, tray.gate.clock())
    if heard is None:
        return 404, {"reason": "unknown_message"}
    measures = recorded_of(line.type, heard.measures)
    if not measures:
        return 403, {"reason": "records_nothing"}
    return actions.Sheet(line.device, message, heard.at, measures, kind)


def _kept(tray: Tray, sheet: "actions.Sheet", body: bytes) -> Told:
    close_old_connections()
    at = tray.gate.clock()
    try:
        try:
            done = actions.hand_in(sheet=sheet, body=body, at=at)
        except IntegrityError:  # another process was quicker
            done = actions.hand_in(sheet=sheet, body=body, at=at)
    except Refused as refused:
        return 422, _sentence(refused)
    except (DatabaseError, OSError):
        return 503, {"reason": "not_stored"}
    if not done.same:
        return 409, {"reason": "other_recording"}
    said = {"kind": sheet.kind.value, "at": sheet.at.isoformat(), "seconds": done.recording.seconds}
    return 201 if done.new else 200, said
