"""GB/T 26875.3 over TCP: the transmission devices of fire panels open a line, and each packet is confirmed when it is committed.

The standard has no password. So a line is heard from named networks alone, and for addresses that somebody has admitted (`KeyKind.LINE`).
What claims a fire under an address of nobody is still taken on, unverified.
"""

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from django.db import close_old_connections

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import gb26875
from lifang.sensing.adapters.gb26875 import Frame
from lifang.sensing.api.batches import Busy, Gate, NotStored
from lifang.sensing.catalogue import life_words, policy
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Poison, Way, micros, moment

log = logging.getLogger("lifang.panels")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TOPIC: Final = "gb26875/frame"
MOST_LINES, MOST_OF_ONE, MOST_STRANGERS, MOST_WRONG = 4_000, 64, 50, 100
IDLE, LATE = 1_800.0, 5.0  # seconds; a packet that has begun ends within the second
_TRUST: Final = timedelta(seconds=60)  # how long an address is believed without asking again
_PIECE: Final = 4_096


class Center:
    """What all lines share: who is here, and how many."""

    def __init__(self, gate: Gate, networks: Sequence[Network]) -> None:
        self.gate, self.networks = gate, networks
        self.hosts: Counter[str] = Counter()
        self.here: Counter[str] = Counter()  # lines of each address
        self.strangers: set[str] = set()  # addresses of nobody that told of a fire
        self._root: str | None = None

    def lets_in(self, host: str) -> bool:
        """Is it of a named network, and are there not too many?"""
        address = ipaddress.ip_address(host.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        inside = any(address.version == one.version and address in one for one in self.networks)
        return inside and self.hosts.total() < MOST_LINES and self.hosts[host] < MOST_OF_ONE

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, until it ends."""
        host = str((writer.get_extra_info("peername") or ("0.0.0.0",))[0])  # noqa: S104 -- nobody
        if not self.lets_in(host):
            log.warning("a line from %s was not let in", host)
            writer.close()
            return
        self.hosts[host] += 1
        line = Line(self, host)
        try:
            while line.wrong < MOST_WRONG:
                patience = LATE if line.waiting else IDLE
                try:
                    piece = await asyncio.wait_for(reader.read(_PIECE), patience)
                except TimeoutError:
                    if not line.waiting:
                        break
                    answers = await line.hear(b"", late=True)
                else:
                    if not piece:
                        break
                    answers = await line.hear(piece)
                writer.writelines(answers)
                await writer.drain()
        except (ConnectionError, OSError):
            log.info("the line from %s broke", host)
        finally:
            self.hosts -= Counter([host])
            await line.over()
            writer.close()
            with suppress(ConnectionError, OSError):
                await writer.wait_closed()

    def ask(self, address: str) -> Owner | None:
        close_old_connections()
        with behind(SYSTEM):
            return ways.by_line(SYSTEM, address, self.gate.clock())

    def nobody(self, host: str) -> Owner:
        """Under whom it is counted what comes by a line that is nobody's."""
        if self._root is None:
            close_old_connections()
            with behind(SYSTEM):
                self._root = ways.root(SYSTEM)
        return Owner(f"line:{host}", self._root)


class Line:
    """One transmission device that speaks."""

    def __init__(self, center: Center, host: str) -> None:
        self.center, self.host = center, host
        self.waiting = bytearray()
        self.wrong = 0
        self.address = ""  # whose it is, once an admitted one has spoken
        self.owner: Owner | None = None
        self._until: Any = None

    async def hear(self, piece: bytes, *, late: bool = False) -> list[bytes]:
        """The packets to send back."""
        self.waiting += piece
        answers: list[bytes] = []
        for one in list(gb26875.cut(self.waiting, late=late)):
            if isinstance(one, Refusing):
                await self._refuse(one, b"")
            else:
                answers += await self._answer(one)
        return answers

    async def over(self) -> None:
        """The line ended: unless another of the same device is open, it is away."""
        if not self.address:
            return
        self.center.here -= Counter([self.address])
        if not self.center.here[self.address] and self.owner:
            await self._stored([self._parcel(self.owner, Incoming(self.address, {"online": False}))])  # fmt: skip

    async def _answer(self, frame: Frame) -> list[bytes]:
        if frame.command not in (gb26875.DATA, gb26875.ANSWER):
            return []
        owner = await self._owner(frame.source)
        body = frame.body
        try:
            said = gb26875.heard(frame)
        except Refusing as wrong:
            kept = await self._refuse(wrong, body)
            return [self._said(frame, gb26875.DENIED)] if kept else []
        if owner is None:
            return await self._stranger(frame, said)
        parcels = [self._parcel(owner, self._timed(one), body) for one in said]
        if not await self._stored(parcels):
            return []  # no confirmation: it comes again
        return [self._said(frame, gb26875.TAKEN)] if frame.command == gb26875.DATA else []

    async def _owner(self, address: str) -> Owner | None:
        """Whose the packet is: of the device whose line it is, if somebody has admitted that."""
        at = self.center.gate.clock()
        if self.address and address != self.address:
            return None
        if self._until is None or self._until < at:
            self.owner = await self.center.gate.apart(self.center.ask, address)
            self._until = at + _TRUST if self.owner else None
        if self.owner and not self.address:
            self.address = address
            self.center.here[address] += 1
            await self._stored([self._parcel(self.owner, Incoming(address, {"online": True}))])
        return self.owner

    async def _stranger(self, frame: Frame, said: list[Incoming]) -> list[bytes]:
        """An address that nobody admitted: danger to life is taken on, all else is denied."""
        nobody = await self.center.gate.apart(self.center.nobody, self.host)
        danger = [one for one in said if any(word in life_words() and value for word, value in one.values.items())]  # fmt: skip
        strangers = self.center.strangers
        if danger and (frame.source in strangers or len(strangers) < MOST_STRANGERS):
            strangers.add(frame.source)
            if await self._stored([self._parcel(nobody, self._timed(one), frame.body) for one in danger]):  # fmt: skip
                return [self._said(frame, gb26875.TAKEN)]
            return []
        reason = Poison.NOT_YOURS if self.address else Poison.UNKNOWN_DEVICE
        kept = await self._refuse(Refusing(reason, frame.source), frame.body)
        return [self._said(frame, gb26875.DENIED)] if kept else []

    async def _refuse(self, wrong: Refusing, body: bytes) -> bool:
        """Counted, and kept as far as a source may fill quarantine."""
        self.wrong += 1
        owner = self.owner or await self.center.gate.apart(self.center.nobody, self.host)
        return await self._stored([Parcel(owner, Way.PANEL, None, body, TOPIC, wrong)])

    async def _stored(self, parcels: list[Parcel]) -> bool:
        if not parcels:
            return True
        try:
            await self.center.gate.take(parcels[0].owner, parcels, _as_it_is)
        except (Busy, NotStored):
            return False
        return True

    def _parcel(self, owner: Owner, said: Incoming, body: bytes = b"") -> Parcel:
        return Parcel(owner, Way.PANEL, said, body, TOPIC if body else "")

    def _timed(self, said: Incoming) -> Incoming:
        """A clock that stands years ago makes no fire too old: then it is now, and what it said is a fact."""
        at = self.center.gate.clock()
        if said.at is None or said.at > micros(at - timedelta(days=policy("keep_days") - 1)):
            return said
        return said._replace(at=None, facts={**(said.facts or {}), "clock": f"{moment(said.at):%Y-%m-%dT%H:%MZ}"})  # fmt: skip

    def _said(self, frame: Frame, command: int) -> bytes:
        return frame.answer(command, self.center.gate.clock())


def networks(text: str) -> list[Network]:
    """`10.8.0.0/16, fd00::/8`. Raises `ValueError`."""
    return [ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip()]


def _as_it_is(owner: Owner, made: Any) -> Parcel:
    assert isinstance(made, Parcel)  # noqa: S101 -- narrows the type
    return made


__all__ = ["Center", "Line", "networks"]
