"""GB/T 28181 over SIP and UDP: devices register by digest, keep alive and send alarms; each is answered when it is committed.

Only what that needs: REGISTER, MESSAGE, NOTIFY, OPTIONS. INVITE is refused: there is no video here.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.db import close_old_connections
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import short_code
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import gb28181
from lifang.sensing.api.batches import Busy, Gate, NotStored
from lifang.sensing.rules import Incoming, Refusing, digest
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Way

Address = tuple[str, int]
MOST_HEADERS, MOST_LINE = 60, 2_000
KEPT: Final = timedelta(
    seconds=32
)  # an answer, for a datagram that comes again (RFC 3261, timer J)
MOST_EXPIRES, LEAST_EXPIRES = 86_400, 60
_MOST_KEPT, _MOST_HERE = 20_000, 10_000
_SHORT: Final = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type"}  # fmt: skip
_USER: Final = re.compile(r"sips?:([^@;>\s]{1,64})@?")
_NEEDED: Final = ("via", "from", "to", "call-id", "cseq")
_WORDS: Final = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 405: "Method Not Allowed", 503: "Service Unavailable"}  # fmt: skip
_TOPIC: Final = "gb28181/message"


class Request(NamedTuple):
    """One datagram that is a request of SIP."""

    method: str
    uri: str
    headers: Mapping[str, list[str]]
    body: bytes

    def said(self, name: str) -> str:
        return self.headers.get(name, [""])[0]

    @property
    def user(self) -> str:
        """Who sends it: the user of From."""
        found = _USER.search(self.said("from"))
        return found[1] if found else ""

    @property
    def key(self) -> str:
        """The same for a datagram that comes again."""
        return "\n".join(self.said(name) for name in ("via", "call-id", "cseq", "from"))


class Here(NamedTuple):
    """Who has registered from which machine until when."""

    owner: Owner
    host: str
    until: Any


def parsed(data: bytes) -> Request | None:
    """A request that can be answered; nothing for anything else."""
    head, mark, body = data.partition(b"\r\n\r\n")
    try:
        first, *lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        return None
    words = first.split(" ")
    if not mark or len(words) != 3 or words[2] != "SIP/2.0" or len(lines) > MOST_HEADERS:
        return None
    if not (words[0].isascii() and words[0].isalpha() and words[0].isupper()):
        return None
    headers = _headers(lines)
    if headers is None or any(name not in headers for name in _NEEDED):
        return None
    length = headers.get("content-length", [""])[0]
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 8 else len(body)
    return Request(words[0], words[1], headers, body[:size])


def _headers(lines: list[str]) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or len(line) > MOST_LINE or any(ord(sign) < 32 and sign != "\t" for sign in line):  # fmt: skip
            return None
        name = name.strip().lower()
        found.setdefault(_SHORT.get(name, name), []).append(value.strip())
    return found


class Registrar:
    """Who is here, and what was answered a moment ago."""

    def __init__(self, gate: Gate, number: str) -> None:
        self.gate, self.number, self.nonces = gate, number, digest.Nonces()
        self.here: dict[str, Here] = {}
        self.answered: dict[str, tuple[list[bytes], Any]] = {}
        self.serial = 0

    async def hear(self, data: bytes, sender: Address) -> list[bytes]:
        """The datagrams to send back; nothing for what is no request, or is being worked on."""
        request = parsed(data)
        if request is None or request.method == "ACK":
            return []
        known = self.answered.get(request.key)
        if known is not None:
            return known[0][:1]
        self._forget_old()
        self.answered[request.key] = [], self.gate.clock() + KEPT
        try:
            answers = await self._answers(request, sender)
        except BaseException:
            self.answered.pop(request.key, None)
            raise
        self.answered[request.key] = answers, self.gate.clock() + KEPT
        return answers

    async def _answers(self, request: Request, sender: Address) -> list[bytes]:
        if request.method == "REGISTER":
            return [await self._register(request, sender)]
        if request.method == "OPTIONS":
            return [answer(request, sender, 200)]
        if request.method not in ("MESSAGE", "NOTIFY"):
            return [answer(request, sender, 405, {"Allow": "REGISTER, MESSAGE, NOTIFY, OPTIONS"})]
        here = self.here.get(request.user)
        if here is None or here.host != sender[0] or here.until < self.gate.clock():
            return [answer(request, sender, 403)]
        return await self._message(request, here.owner, sender)

    async def _register(self, request: Request, sender: Address) -> bytes:
        at, code = self.gate.clock(), request.user
        given = digest.parts(request.said("authorization"))
        nonce = given.get("nonce", "")
        found = None
        if given.get("username") == code and self.nonces.fresh(nonce, at):
            found = await self.gate.apart(self._ask, code)
        proved = found is not None and digest.fits(given, found[1], "REGISTER") and self.nonces.first(nonce, given.get("nc", ""), at)  # fmt: skip
        if found is None or not proved:
            ask = digest.challenge(self.number[:10], self.nonces.make(at))
            return answer(request, sender, 401, {"WWW-Authenticate": ask})
        expires = _expires(request)
        if expires:
            self._remember(code, Here(found[0], sender[0], at + timedelta(seconds=expires)))
        else:
            self.here.pop(code, None)
        said = Incoming("", {"online": bool(expires)})
        if not await self._stored([Parcel(found[0], Way.SIP, said, b"", _TOPIC)]):
            return answer(request, sender, 503, {"Retry-After": "2"})
        date = f"{localtime(at, gb28181.BEIJING):%Y-%m-%dT%H:%M:%S.000}"
        return answer(request, sender, 200, {"Expires": str(expires), "Date": date, "Contact": request.said("contact")})  # fmt: skip

    async def _message(self, request: Request, owner: Owner, sender: Address) -> list[bytes]:
        try:
            told = gb28181.read(request.body)
        except Refusing as wrong:
            kept = await self._stored([Parcel(owner, Way.SIP, None, request.body, _TOPIC, wrong)])
            return [answer(request, sender, 400 if kept else 503)]
        heard = [Parcel(owner, Way.SIP, self._own(one, request.user), request.body, _TOPIC) for one in told.heard]  # fmt: skip
        if heard and not await self._stored(heard):
            return [answer(request, sender, 503, {"Retry-After": "2"})]
        more = [self._response(told, request.user, sender)] if told.command == "Alarm" and told.heard else []  # fmt: skip
        return [answer(request, sender, 200), *more]

    def _own(self, said: Incoming, user: str) -> Incoming:
        """What it says of itself is of the key's own device."""
        return said._replace(code="") if said.code == user else said

    async def _stored(self, parcels: list[Parcel]) -> bool:
        try:
            await self.gate.take(parcels[0].owner, parcels, _as_it_is)
        except (Busy, NotStored):
            return False
        return True

    def _response(self, told: gb28181.Message, user: str, sender: Address) -> bytes:
        """What the standard wants after an alarm is taken: a message of our own, whose answer nobody waits for."""
        self.serial += 1
        body = f'<?xml version="1.0" encoding="GB2312"?>\r\n<Response>\r\n<CmdType>Alarm</CmdType>\r\n<SN>{_plain(told.number)}</SN>\r\n<DeviceID>{told.device}</DeviceID>\r\n<Result>OK</Result>\r\n</Response>\r\n'.encode("gb18030")  # fmt: skip
        tag, ours = short_code(10), f"{self.number}@{self.number[:10]}"
        lines = [
            f"MESSAGE sip:{user}@{sender[0]}:{sender[1]} SIP/2.0", f"Via: SIP/2.0/UDP 0.0.0.0;rport;branch=z9hG4bK{tag}", "Max-Forwards: 70",
            f"From: <sip:{ours}>;tag={tag}", f"To: <sip:{user}@{self.number[:10]}>", f"Call-ID: {short_code(16)}", f"CSeq: {self.serial} MESSAGE",
            "Content-Type: Application/MANSCDP+xml", f"Content-Length: {len(body)}", "", "",
        ]  # fmt: skip
        return "\r\n".join(lines).encode() + body

    def _ask(self, code: str) -> tuple[Owner, str] | None:
        close_old_connections()
        with behind(SYSTEM):
            return ways.by_video_code(SYSTEM, code, self.gate.clock())

    def _remember(self, code: str, here: Here) -> None:
        if len(self.here) >= _MOST_HERE and code not in self.here:
            self.here.pop(next(iter(self.here)))
        self.here[code] = here

    def _forget_old(self) -> None:
        """In the order in which they were asked."""
        now = self.gate.clock()
        for key, (_, until) in list(self.answered.items())[:8]:
            if until < now or len(self.answered) > _MOST_KEPT:
                del self.answered[key]


def answer(request: Request, sender: Address, status: int, more: Mapping[str, str] | None = None) -> bytes:  # fmt: skip
    """A response by RFC 3261, 8.2.6; `received` and `rport` by RFC 3581."""
    vias = list(request.headers["via"])
    top = re.sub(r";rport(?!=)", f";rport={sender[1]}", vias[0], count=1)
    vias[0] = f"{top};received={sender[0]}"
    to = request.said("to")
    lines = [f"SIP/2.0 {status} {_WORDS[status]}", *(f"Via: {one}" for one in vias), f"From: {request.said('from')}",
             f"To: {to if ';tag=' in to else f'{to};tag={short_code(8)}'}", f"Call-ID: {request.said('call-id')}", f"CSeq: {request.said('cseq')}"]  # fmt: skip
    lines += [f"{name}: {value}" for name, value in (more or {}).items() if value]
    return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()


def _expires(request: Request) -> int:
    inside = re.search(r";expires=(\d{1,9})", request.said("contact"))
    said = inside[1] if inside else request.said("expires")
    wanted = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 3600
    return min(max(wanted, LEAST_EXPIRES), MOST_EXPIRES) if wanted else 0


def _plain(number: str) -> str:
    return number if number.isalnum() else "0"


def _as_it_is(owner: Owner, made: Any) -> Parcel:
    assert isinstance(made, Parcel)  # noqa: S101 -- narrows the type
    return made


__all__ = ["Registrar", "Request", "answer", "parsed"]
