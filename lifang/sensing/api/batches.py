"""`POST /api/sensing/batches`: lines of JSON in, a true receipt out. Plain ASGI: Django's handler would cost more than the storing.

Requests that wait while one transaction commits are committed together by the next: the more come, the cheaper each is.
What is stored is looked at in a transaction of its own, a moment later: the receipt does not wait for the rules, and many batches
are looked at together. Danger to life does not wait.
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from django.db import close_old_connections, transaction

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.sensing.actions.brief import brief
from lifang.sensing.actions.intake import Receipt, Register, take_each
from lifang.sensing.actions.looking import Looker, Part
from lifang.sensing.actions.mail import BUNDLED, Bundle, Mail, Parcel
from lifang.sensing.actions.things import note_sent
from lifang.sensing.adapters import lifang
from lifang.sensing.api.scribes import Beside, Scribe
from lifang.sensing.rules import Refusing
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Poison, Way, micros, place_of

log = logging.getLogger("lifang.gate")
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
MOST_BYTES: Final = 4 * 1024 * 1024
MOST_LINES: Final = 10_000
MOST_TOGETHER: Final = 16_000  # lines in one transaction
MANY: Final = 8_000  # lines that wait; then a second transaction begins beside the first
MOST_WAITING: Final = 2_000  # requests; then the gate says "later"
TRUST_SECONDS: Final = 10.0  # how long a key is believed without asking again
_new: Final[Any] = tuple.__new__  # a third of the price of the constructor


class Letter(Protocol):
    """A request of another standard, with an answer of its own."""

    actor: Actor | None  # behind the key of an account

    def parcels(self, register: Register) -> list[Parcel]:
        """What it says; nothing when it is not for this way in."""
        ...

    def answered(self, register: Register, receipt: Receipt, first: int) -> Any:
        """Once it is stored; its parcels begin at `first` in the receipt."""
        ...


class Asked(NamedTuple):
    """One request that waits for its receipt."""

    owner: Owner
    lines: Sequence[Any]
    read: "Callable[[Owner, Any], Parcel] | None" = None  # None: lines of our own
    letter: Letter | None = None
    answer: "asyncio.Future[Any] | None" = None  # None: it waits in another process

    def parcels(self, register: Register, first: int) -> Sequence[Parcel]:
        if self.letter is not None:
            return self.letter.parcels(register)
        if self.read is None:
            return parcels(self.owner, self.lines, first)
        return [_placed(self.read(self.owner, line), number) for number, line in enumerate(self.lines, first)]  # fmt: skip

    def answered(self, register: Register, receipt: Receipt, first: int, last: int) -> Any:
        if self.letter is not None:
            return self.letter.answered(register, receipt, first) if last > first else None
        refused = [
            {"line": n - first + 1, "reason": receipt.refused[n].reason.value, "detail": receipt.refused[n].detail}
            for n in range(first, last)
            if n in receipt.refused
        ] if receipt.refused else []  # fmt: skip
        return {"taken": last - first - len(refused), "refused": refused}

    def hears(self, answer: Any) -> None:
        if self.answer is None or self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class Busy(Exception):
    """More wait than can be promised."""


class NotStored(Exception):
    """The transaction failed: nothing of it was kept, and the sender hears so."""


class Gate:
    """One process's way in over HTTP."""

    def __init__(
        self, clock: Callable[[], datetime], *, later: bool = False, beside: Beside | None = None
    ) -> None:
        """With `later`, what is stored is looked at after its receipt; `beside` helps in a flood."""
        self.clock = clock
        self.looker = Looker(clock) if later else None
        self.keys: dict[str, tuple[Owner | None, float]] = {}
        self.waiting: list[Asked] = []
        self.lines_waiting = 0
        # While one waits for the database, the other reads; small requests are better off together with one.
        self.scribes: tuple[Scribe, Scribe | Beside] = (Scribe(0), beside or Scribe(MOST_TOGETHER))
        self.register = self.scribes[0].register

    async def owner(self, header: bytes) -> Owner | None:
        """Whose key; asked of the database at most every few seconds."""
        text, now = token_of(header), asyncio.get_running_loop().time()
        found, until = self.keys.get(text, (None, 0.0))
        if until < now:
            if len(self.keys) > 100_000:
                self.keys.clear()
            found = await asyncio.to_thread(self._ask, text)
            self.keys[text] = found, now + TRUST_SECONDS
        return found if found is None or found.until > micros(self.clock()) else None

    async def signer(self, prefix: str) -> tuple[Owner, str] | None:
        """Who signs with the secret of this key."""
        found = await asyncio.to_thread(self._ask_signer, prefix)
        return found if found and found[0].until > micros(self.clock()) else None

    def _ask_signer(self, prefix: str) -> tuple[Owner, str] | None:
        close_old_connections()
        with behind(SYSTEM):
            return ways.signer(SYSTEM, prefix, self.clock())

    def _ask(self, text: str) -> Owner | None:
        close_old_connections()
        with behind(SYSTEM):
            return ways.owner_of_key(SYSTEM, text, self.clock())

    async def apart(self, work: Callable[..., Any], *given: Any) -> Any:
        """Work that asks the database, in the thread that has the connection."""
        return await asyncio.get_running_loop().run_in_executor(self.scribes[0].thread, work, *given)  # fmt: skip

    async def take(
        self, owner: Owner, lines: Sequence[Any], read: Callable[[Owner, Any], Parcel] | None = None
    ) -> dict[str, Any]:
        """The receipt of one request, after its commit."""
        found: dict[str, Any] = await self._waits(Asked(owner, lines, read))
        return found

    async def takes(self, owner: Owner, letter: Letter, size: int) -> Any:
        """Its own answer, after its commit; None when it is not for this way in, and nothing of it was stored."""
        return await self._waits(Asked(owner, range(size), letter=letter))

    async def _waits(self, asked: Asked) -> Any:
        if len(self.waiting) >= MOST_WAITING:
            raise Busy
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.append(asked._replace(answer=answer))
        self.lines_waiting += len(asked.lines)
        first, second = self.scribes
        if not first.running:
            self._begin(first)
        elif not second.running and self.lines_waiting >= MANY and second.is_there():
            self._begin(second)
        return await answer

    def _begin(self, scribe: Scribe | Beside) -> None:
        scribe.running = True
        asyncio.get_running_loop().create_task(self._drain(scribe))

    async def _drain(self, scribe: Scribe | Beside) -> None:
        try:
            while together := self._next(scribe):
                try:
                    answers = await scribe.answers(self._commit, together)
                except Exception:  # every one of them hears that nothing was kept
                    log.exception("a batch was not stored")
                    scribe.forget()
                    answers = [NotStored()] * len(together)
                for asked, answer in zip(together, answers, strict=True):
                    asked.hears(answer)
        finally:
            scribe.running = False

    def _next(self, scribe: Scribe | Beside) -> list[Asked]:
        """The first of those that wait for whom this scribe can write."""
        together: list[Asked] = []
        others: list[Asked] = []
        lines, full = 0, False
        for asked in self.waiting:
            mine = not full and scribe.takes(asked)
            full = full or (mine and bool(together) and lines + len(asked.lines) > MOST_TOGETHER)
            if mine and not full:
                together.append(asked)
                lines += len(asked.lines)
            else:
                others.append(asked)
        self.waiting = others
        self.lines_waiting -= lines
        return together

    def commit(self, owned: Sequence[tuple[Owner, Sequence[bytes]]]) -> list[Any]:
        """In another process than theirs: the receipts of requests of lines of our own."""
        return self._commit([Asked(owner, lines) for owner, lines in owned], self.scribes[0])

    def _commit(self, together: list[Asked], scribe: Scribe | None = None) -> list[Any]:
        scribe, unseen = scribe or self.scribes[0], list[Part]()
        if self.looker:
            self.looker.await_room()
        scribe.ready()
        given = Mail()
        spans: list[tuple[int, int]] = []
        for asked in together:
            first = len(given)
            if part := asked.parcels(scribe.register, scribe.first + first):
                given.add(part)
            spans.append((first, len(given)))
        accounts = [asked.letter.actor for asked, (first, last) in zip(together, spans, strict=True) if asked.letter and asked.letter.actor and last > first]  # fmt: skip
        receipt = self._stored(scribe.register, given, unseen, accounts) if given else Receipt(0, 0, {})  # fmt: skip
        if self.looker:
            self.looker.lay(unseen)
        return [asked.answered(scribe.register, receipt, *span) for asked, span in zip(together, spans, strict=True)]  # fmt: skip

    def _stored(self, register: Register, given: Mail, unseen: list[Part], accounts: list[Actor]) -> Receipt:  # fmt: skip
        """In one transaction, with a line in the log for each account that sent."""
        at, later = self.clock(), unseen if self.looker else None
        also = (lambda: note_sent(accounts, at)) if accounts else None
        if later is not None and (receipt := brief(register, given, at, later, also)):
            return receipt
        with behind(SYSTEM), transaction.atomic() if accounts else nullcontext():
            receipt = take_each(register, given, at, later)
            note_sent(accounts, at)
        return receipt


def token_of(header: bytes) -> str:
    """The key: a bearer's, or the password of HTTP Basic, which most programs know."""
    kind, _, text = header.decode("latin-1").partition(" ")
    if kind.lower() == "bearer":
        return text.strip()
    if kind.lower() != "basic":
        return ""
    with suppress(binascii.Error, UnicodeDecodeError):
        return base64.b64decode(text.strip(), validate=True).decode().partition(":")[2]
    return ""


def _placed(parcel: Parcel, number: int) -> Parcel:
    """What tells neither id nor time is told apart from its neighbours by its place among them."""
    said = parcel.said
    if said is None or said.at is not None or said.id:
        return parcel
    return parcel._replace(place=place_of(number))


def parcel(owner: Owner, line: bytes, number: int = 0) -> Parcel:
    """One line, read; or with what is wrong with it."""
    try:
        said = lifang.read(line)
    except Refusing as wrong:
        return Parcel(owner, Way.HTTP, None, line, wrong=wrong)
    return _placed(Parcel(owner, Way.HTTP, said, line), number)


def parcels(owner: Owner, lines: Sequence[bytes], first: int) -> Sequence[Parcel]:
    """Lines as they stand in a request."""
    if len(lines) >= BUNDLED:
        return Bundle(owner, Way.HTTP, lines, lambda n: place_of(first + n))
    told, way = lifang.read_all(lines), Way.HTTP
    if told is None:  # which of them is to blame shows one by one
        return [parcel(owner, line, number) for number, line in enumerate(lines, first)]
    return [
        _new(Parcel, (owner, way, said, line, "", None, 0, place_of(number) if said.at is None and not said.id else 0))
        for number, (line, said) in enumerate(zip(lines, told, strict=True), first)
    ]  # fmt: skip


async def batches(gate: Gate, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One request."""
    headers = dict(scope["headers"])
    owner = await gate.owner(headers.get(b"authorization", b""))
    if owner is None:
        await answer(send, 401, {"reason": "key_not_valid"})
        return
    if owner.sandbox:
        await answer(send, 403, {"reason": "sandbox_key"})
        return
    body = await whole(receive)
    if body is None:
        await answer(send, 413, {"reason": Poison.TOO_LARGE.value})
        return
    lines = [line for line in body.splitlines() if line.strip()]
    if not 0 < len(lines) <= MOST_LINES:
        await answer(send, 422, {"reason": "no_lines" if not lines else Poison.TOO_LARGE.value})
        return
    await acknowledge(send, gate.take(owner, lines))


async def acknowledge(send: Send, taking: Awaitable[dict[str, Any]]) -> None:
    """The receipt once it is stored, or that it is not and when to come again."""
    try:
        receipt = await taking
    except Busy:
        await answer(send, 503, {"reason": "busy"}, [(b"retry-after", b"1")])
    except NotStored:
        await answer(send, 503, {"reason": "not_stored"}, [(b"retry-after", b"2")])
    else:
        await answer(send, 200, receipt)


async def whole(receive: Receive, most: int = MOST_BYTES) -> bytes | None:
    """The body; None when it is too large."""
    parts, size = [], 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
        if not event.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def answer(
    send: Send, status: int, said: dict[str, Any], more: list[tuple[bytes, bytes]] | None = None
) -> None:
    """JSON."""
    body = msgspec.json.encode(said)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers + (more or [])})
    await send({"type": "http.response.body", "body": body})


__all__ = ["Gate", "acknowledge", "answer", "batches", "parcel", "token_of", "whole"]
