"""ONVIF cameras are asked for what happened: a subscription each, pulled, stored, renewed; one that is away is said to be away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx
from django.db import close_old_connections

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing import actions, selectors
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import markup, onvif
from lifang.sensing.adapters.onvif.soap import ACTIONS, envelope
from lifang.sensing.api.batches import Gate
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.rules.lines import line_of
from lifang.sensing.terms import Owner, Poison, Way

log = logging.getLogger("lifang.onvif")
RENEW: Final = timedelta(minutes=4)
LOOK_SECONDS: Final = 10.0  # how soon a camera that was entered or changed is asked
AGAIN_SECONDS: Final = (2.0, 5.0, 15.0, 60.0)
_MOST_AT_ONCE: Final = 2_000


class Camera(NamedTuple):
    """What is needed to ask one."""

    device: UUID
    area: str
    url: str
    user: str
    password: str

    @property
    def owner(self) -> Owner:
        return Owner(f"onvif:{self.device}", self.area, self.device)


class NoAnswer(Exception):
    """The camera answered, and not with what was asked for."""


Tell = Callable[[list[Parcel]], Awaitable[Any]]


class Asking:
    """One camera, from the first question until it fails or is let go."""

    def __init__(self, camera: Camera, client: httpx.AsyncClient, clock: Callable[[], datetime]) -> None:  # fmt: skip
        self.camera, self.client, self.clock = camera, client, clock
        self.ahead = timedelta(0)  # of the camera's clock

    async def run(self, tell: Tell, opened: Callable[[], Awaitable[None]]) -> None:
        """For ever. Raises `NoAnswer`, `Refusing` or what httpx raises."""
        await self._set_clock()
        events = self._here((await self._ask("capabilities", self.camera.url)).said_of("Events", "XAddr"))  # fmt: skip
        made = await self._ask("create", events)
        where = self._here(made.said_of("SubscriptionReference", "Address"))
        try:
            await self._ask("again", where)
            await opened()
            renewed = self.clock()
            while True:
                await self._pull(where, tell)
                if self.clock() - renewed > RENEW:
                    await self._ask("renew", where)
                    await tell([self._parcel(Incoming("", {"online": True}))])
                    renewed = self.clock()
        finally:
            await asyncio.shield(self._leave(where))

    async def _pull(self, where: str, tell: Tell) -> None:
        body = await self._send("pull", where)
        try:
            heard, wrong = onvif.read(_body(markup.read(body)).node)
        except Refusing as why:
            await tell([Parcel(self.camera.owner, Way.ONVIF, None, body, "onvif/messages", why)])
            raise
        parcels = [self._parcel(one) for one in heard]
        parcels += [Parcel(self.camera.owner, Way.ONVIF, None, b"" if why.reason is Poison.PICTURE else body, "onvif/messages", why) for why in wrong]  # fmt: skip
        if parcels:
            await tell(parcels)

    async def _set_clock(self) -> None:
        """The proof carries a time, and many cameras have a wrong one: theirs is asked for first, unsigned."""
        said = (await self._ask("time", self.camera.url, signed=False)).node
        found = next(said.every("UTCDateTime"), None)
        if found is None:
            return
        parts = [found.said("Date", name) for name in ("Year", "Month", "Day")] + [found.said("Time", name) for name in ("Hour", "Minute", "Second")]  # fmt: skip
        at = self.clock()
        try:
            theirs = datetime(*(int(one) for one in parts), tzinfo=at.tzinfo)  # type: ignore[misc, arg-type]
        except ValueError:
            raise NoAnswer("its clock cannot be read") from None
        self.ahead = theirs - at

    async def _leave(self, where: str) -> None:
        try:
            await asyncio.wait_for(self._ask("end", where), 3)
        except (TimeoutError, NoAnswer, Refusing, httpx.HTTPError):
            return  # it ends by itself

    async def _ask(self, what: str, url: str, *, signed: bool = True) -> "Answer":
        return _body(markup.read(await self._send(what, url, signed=signed)))

    async def _send(self, what: str, url: str, *, signed: bool = True) -> bytes:
        user = self.camera.user if signed else ""
        body = envelope(what, url, user, self.camera.password, self.clock() + self.ahead)
        kind = f'application/soap+xml; charset=utf-8; action="{ACTIONS[what]}"'
        async with self.client.stream("POST", url, content=body, headers={"content-type": kind}) as response:  # fmt: skip
            said = b""
            async for part in response.aiter_bytes():
                said += part
                if len(said) > markup.MOST_BYTES:
                    raise NoAnswer("too large an answer")
        if response.status_code != 200:
            raise NoAnswer(f"{what}: HTTP {response.status_code}")
        return said

    def _here(self, said: str) -> str:
        """An address the camera names, at the host that was entered: it may know itself by another, or lead elsewhere."""
        if not said:
            raise NoAnswer("it names no address for events")
        named, ours = urlsplit(said), urlsplit(self.camera.url)
        return urlunsplit((ours.scheme, ours.netloc, named.path or "/", named.query, ""))

    def _parcel(self, said: Incoming) -> Parcel:
        return Parcel(self.camera.owner, Way.ONVIF, said, line_of(said))


class Answer(NamedTuple):
    node: markup.Node

    def said_of(self, above: str, name: str) -> str:
        """The text of an element below another, wherever that stands."""
        found = next(self.node.every(above), None)
        return next((one.text.strip() for one in found.every(name)), "") if found else ""


def _body(root: markup.Node) -> Answer:
    body = root.first("Body")
    if root.name != "Envelope" or body is None:
        raise NoAnswer("no envelope of SOAP")
    fault = body.first("Fault")
    if fault is not None:
        raise NoAnswer(
            "fault: " + next((one.text.strip()[:120] for one in fault.every("Text")), "")
        )
    return Answer(body)


class Round:
    """All cameras of this site: each has a task; what was changed is begun anew."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.tasks: dict[Camera, asyncio.Task[None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Until asked to stop."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
        async with httpx.AsyncClient(timeout=30, follow_redirects=False, trust_env=False, limits=limits) as client:  # fmt: skip
            while not stop.is_set():
                wanted = set((await self.gate.apart(self._cameras))[:_MOST_AT_ONCE])
                for camera in [one for one in self.tasks if one not in wanted or self.tasks[one].done()]:  # fmt: skip
                    self.tasks.pop(camera).cancel()
                for camera in wanted - set(self.tasks):
                    self.tasks[camera] = asyncio.create_task(self._keep(camera, client))
                try:
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue
            for task in self.tasks.values():
                task.cancel()
            await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    def _cameras(self) -> list[Camera]:
        close_old_connections()
        with behind(SYSTEM):
            return [Camera(one.device_id, one.device.area, one.url, one.username, one.password or "") for one in selectors.pulls(SYSTEM)]  # fmt: skip

    async def _keep(self, camera: Camera, client: httpx.AsyncClient) -> None:
        """Asked again, with longer pauses, as long as it is away."""
        failed = 0
        while True:

            async def opened() -> None:
                nonlocal failed
                failed = 0
                await self._told(camera, "")

            try:
                await Asking(camera, client, self.gate.clock).run(self._take, opened)
            except asyncio.CancelledError:
                raise
            except Exception as fault:  # noqa: BLE001 -- whatever one camera does, the others go on
                why = f"{type(fault).__name__}: {getattr(fault, 'detail', '') or fault}"[:200]
                log.warning("%s: %s", camera.url, why)
                await self._told(camera, why)
                await asyncio.sleep(AGAIN_SECONDS[min(failed, len(AGAIN_SECONDS) - 1)])
                failed += 1

    async def _take(self, parcels: list[Parcel]) -> None:
        await self.gate.take(parcels[0].owner, parcels, _as_it_is)

    async def _told(self, camera: Camera, why: str) -> None:
        """It is there, or away and why: for people and for the rules."""
        try:
            await self.gate.apart(self._note, camera, why)
            said = Incoming("", {"online": not why})
            await self._take([Parcel(camera.owner, Way.ONVIF, said, line_of(said))])
        except Exception:
            log.exception("what a camera's line is like was not stored")

    def _note(self, camera: Camera, why: str) -> None:
        close_old_connections()
        with behind(SYSTEM):
            actions.note_pull(actor=SYSTEM, device=camera.device, why=why, at=self.gate.clock())


def _as_it_is(owner: Owner, made: Any) -> Parcel:
    assert isinstance(made, Parcel)  # noqa: S101 -- narrows the type
    return made


__all__ = ["Asking", "Camera", "NoAnswer", "Round"]
