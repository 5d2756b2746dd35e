"""GA/T 1400 at `/VIID/…`: a lower platform or a camera registers by digest, keeps alive, and notifies of device states.

What carries people, vehicles or pictures is refused at its address: counted, its body not even read.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, NamedTuple

import msgspec
from django.db import close_old_connections
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import gat1400
from lifang.sensing.api.batches import Busy, Gate, NotStored, Receive, Send, whole
from lifang.sensing.rules import Incoming, Refusing, digest
from lifang.sensing.rules.lines import line_of
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Poison, Way

ROOT: Final = "/VIID/"
REALM: Final = "lifang"
ALIVE: Final = timedelta(minutes=5)
_MOST_HERE: Final = 10_000
OK, FAILED, NOT_ALLOWED, WRONG = 0, 1, 4, 5  # StatusCode; from open implementations
_TYPE: Final = b"application/VIID+JSON; charset=utf-8"


class Here(NamedTuple):
    """Who has registered from where, and was heard last when."""

    owner: Owner
    address: str
    until: Any


class Lobby:
    """All who are registered with this process; whoever it does not know registers again."""

    def __init__(self, gate: Gate) -> None:
        self.gate, self.nonces = gate, digest.Nonces()
        self.here: dict[str, Here] = {}

    async def who(self, scope: dict[str, Any]) -> tuple[str, Owner] | None:
        """By digest; else, once registered, by the code it names and the address it comes from."""
        headers, at = dict(scope["headers"]), self.gate.clock()
        given = digest.parts(headers.get(b"authorization", b"").decode("latin-1"))
        address = (scope.get("client") or ("",))[0]
        if given:
            return await self._proved(scope, given, address)
        code = headers.get(b"user-identify", b"").decode("latin-1")
        known = self.here.get(code)
        if known is None or known.address != address or known.until < at:
            return None
        return code, known.owner

    async def _proved(self, scope: dict[str, Any], given: dict[str, str], address: str) -> tuple[str, Owner] | None:  # fmt: skip
        at, code, nonce = self.gate.clock(), given.get("username", ""), given.get("nonce", "")
        if given.get("uri", "").partition("?")[0] != scope["path"] or not self.nonces.fresh(nonce, at):  # fmt: skip
            return None
        found = await self.gate.apart(self._ask, code)
        if found is None or not digest.fits(given, found[1], scope["method"]):
            return None
        return (code, found[0]) if self.nonces.first(nonce, given.get("nc", ""), at) else None

    def _ask(self, code: str) -> tuple[Owner, str] | None:
        close_old_connections()
        with behind(SYSTEM):
            return ways.by_video_code(SYSTEM, code, self.gate.clock())

    def remember(self, code: str, owner: Owner, scope: dict[str, Any]) -> None:
        if len(self.here) >= _MOST_HERE and code not in self.here:
            self.here.pop(next(iter(self.here)))
        self.here[code] = Here(owner, (scope.get("client") or ("",))[0], self.gate.clock() + ALIVE)

    def forget(self, code: str) -> None:
        self.here.pop(code, None)


async def viid(lobby: Lobby, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """One request of GA/T 1400."""
    path, method = scope["path"].removeprefix(ROOT), scope["method"]
    if (method, path) == ("GET", "System/Time"):
        said = {"SystemTimeObject": {"VIIDServerID": "", "TimeMode": "1", "LocalTime": _now(lobby), "TimeZone": "Asia/Shanghai"}}  # fmt: skip
        await _send(send, 200, said)
        return
    who = await lobby.who(scope)
    if who is None:
        ask = digest.challenge(REALM, lobby.nonces.make(lobby.gate.clock()))
        await _send(send, 401, _status(lobby, scope, NOT_ALLOWED, ""), [(b"www-authenticate", ask.encode())])  # fmt: skip
        return
    code, owner = who
    told = _ROUTES.get((method, path))
    if told is None:
        await _elsewhere(lobby, owner, scope, send, path)
        return
    body = await whole(receive)
    if body is None:
        await _stored(lobby, [_refused(owner, path, Refusing(Poison.TOO_LARGE))])
        await _send(send, 413, _status(lobby, scope, FAILED, code))
        return
    try:
        parcels, answered = told(lobby, owner, code, scope, body)
    except Refusing as wrong:
        parcels, answered = [Parcel(owner, Way.VIID, None, body, _topic(path), wrong)], None
    stored = await _stored(lobby, parcels) if parcels else True
    if answered is None or not stored:
        await _send(send, 200 if stored else 503, _status(lobby, scope, WRONG if stored else FAILED, code))  # fmt: skip
        return
    await _send(send, 200, answered)


Told = tuple[list[Parcel], dict[str, Any]]


def _register(lobby: Lobby, owner: Owner, code: str, scope: dict[str, Any], body: bytes) -> Told:
    _same(gat1400.device_of(body, "RegisterObject"), code)
    lobby.remember(code, owner, scope)
    return [_parcel(owner, Incoming("", {"online": True}))], _status(lobby, scope, OK, code)


def _keepalive(lobby: Lobby, owner: Owner, code: str, scope: dict[str, Any], body: bytes) -> Told:
    _same(gat1400.device_of(body, "KeepaliveObject"), code)
    lobby.remember(code, owner, scope)
    return [_parcel(owner, Incoming("", {"online": True}))], _status(lobby, scope, OK, code)


def _leave(lobby: Lobby, owner: Owner, code: str, scope: dict[str, Any], body: bytes) -> Told:
    _same(gat1400.device_of(body, "UnRegisterObject"), code)
    lobby.forget(code)
    return [_parcel(owner, Incoming("", {"online": False}))], _status(lobby, scope, OK, code)


def _notify(lobby: Lobby, owner: Owner, code: str, scope: dict[str, Any], body: bytes) -> Told:
    """States are taken; of what is refused not a byte is kept."""
    heard, wrong, ids = gat1400.told(body)
    if code in lobby.here:
        lobby.remember(code, owner, scope)
    parcels = [_parcel(owner, one) for one in heard]
    parcels += [_refused(owner, "notifications", why) for why in wrong]
    said = [_object(lobby, scope, NOT_ALLOWED if wrong and not heard else OK, number) for number in ids]  # fmt: skip
    return parcels, {"ResponseStatusListObject": {"ResponseStatusObject": said}}


_ROUTES: Final[
    dict[tuple[str, str], Callable[[Lobby, Owner, str, dict[str, Any], bytes], Told]]
] = {
    ("POST", "System/Register"): _register,
    ("POST", "System/Keepalive"): _keepalive,
    ("POST", "System/UnRegister"): _leave,
    ("POST", "SubscribeNotifications"): _notify,
}


async def _elsewhere(lobby: Lobby, owner: Owner, scope: dict[str, Any], send: Send, path: str) -> None:  # fmt: skip
    """Objects at their own address: refused, counted, not read."""
    name = path.partition("/")[0]
    if gat1400.is_refused(name):
        await _stored(lobby, [_refused(owner, name, Refusing(Poison.PICTURE, name[:60]))])
        await _send(send, 403, _status(lobby, scope, NOT_ALLOWED, ""), [(b"connection", b"close")])
    else:
        await _send(send, 404, _status(lobby, scope, FAILED, ""))


async def _stored(lobby: Lobby, parcels: list[Parcel]) -> bool:
    try:
        await lobby.gate.take(parcels[0].owner, parcels, _as_it_is)
    except (Busy, NotStored):
        return False
    return True


def _as_it_is(owner: Owner, made: Any) -> Parcel:
    assert isinstance(made, Parcel)  # noqa: S101 -- narrows the type
    return made


def _same(named: str, code: str) -> None:
    if named != code:
        raise Refusing(Poison.NOT_YOURS, named)


def _parcel(owner: Owner, said: Incoming) -> Parcel:
    return Parcel(owner, Way.VIID, said, line_of(said))


def _refused(owner: Owner, path: str, wrong: Refusing) -> Parcel:
    return Parcel(owner, Way.VIID, None, b"", _topic(path), wrong)


def _topic(path: str) -> str:
    return f"gat1400/{path[:60]}"


def _now(lobby: Lobby) -> str:
    return f"{localtime(lobby.gate.clock(), gat1400.BEIJING):%Y%m%d%H%M%S}"


def _object(lobby: Lobby, scope: dict[str, Any], code: int, number: str) -> dict[str, Any]:
    return {"RequestURL": scope["path"], "StatusCode": code, "StatusString": "OK" if code == OK else "refused", "Id": number, "LocalTime": _now(lobby)}  # fmt: skip


def _status(lobby: Lobby, scope: dict[str, Any], code: int, number: str) -> dict[str, Any]:
    return {"ResponseStatusObject": _object(lobby, scope, code, number)}


async def _send(send: Send, status: int, said: dict[str, Any], more: list[tuple[bytes, bytes]] | None = None) -> None:  # fmt: skip
    body = msgspec.json.encode(said)
    headers = [(b"content-type", _TYPE), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers + (more or [])})
    await send({"type": "http.response.body", "body": body})


__all__ = ["ROOT", "Lobby", "viid"]
