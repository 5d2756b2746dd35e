"""GB/T 26875.3, what a user information transmission device (用户信息传输装置) sends from the fire panels of a building.

Frames, types and bits as open implementations have them; the text of the standard was not at hand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison, micros, moment

BEIJING: Final = ZoneInfo("Asia/Shanghai")
FIRST, LAST = b"@@", b"##"
HEAD, TAIL, MOST_APP = 27, 3, 1024
MOST_FRAME: Final = HEAD + MOST_APP + TAIL
CONTROL, DATA, TAKEN, ASK, ANSWER, DENIED = range(1, 7)
_PANEL, _PART, _VALUE, _ACT, _OWN, _OWN_ACT = 1, 2, 3, 4, 21, 24
# Bytes of one object of each type, without the time that follows it; `None`: a length of its own, said nothing of.
_SIZES: Final[dict[int, int]] = {_PANEL: 4, _PART: 40, _VALUE: 10, _ACT: 4, _OWN: 1, _OWN_ACT: 2}
_QUIET: Final = frozenset((5, 6, 7, 8, 22, 25, 26, 28))  # versions, settings, clocks, signs of life
_TIME: Final = 6
_FIRE, _FAULT, _SHIELDED = 0x02, 0x04, 0x08
_PANEL_FAULTS: Final = _FAULT | 0x100 | 0x200 | 0x400  # itself, mains, battery, bus
_OWN_FAULTS: Final = _FAULT | 0x08 | 0x10 | 0x20 | 0x40  # itself, mains, battery, channel, line
_RESET, _HAND, _OVER, _SELF_TEST, _DRILL = 0x01, 0x04, 0x08, 0x10, 0x40
# Of an analogue value: the word of a measure, and what one step is.
_KINDS: Final = {2: ("water_level", 0.01), 3: ("temperature", 0.1), 6: ("gas_lel", 0.1), 8: ("voltage", 0.1), 9: ("current", 0.1)}  # fmt: skip


class Frame(NamedTuple):
    """One packet whose sum is right."""

    number: int
    version: bytes
    sent: int | None  # microseconds
    source: str  # twelve hex digits
    target: str
    command: int
    app: bytes

    def answer(self, command: int, at: datetime) -> bytes:
        """A packet back to its sender, under its number."""
        then = at.astimezone(BEIJING)
        return packed(self.number, self.version, clock_of(then), self.target, self.source, command)

    @property
    def body(self) -> bytes:
        """The packet anew, for whoever reads it later."""
        clock = clock_of(moment(self.sent).astimezone(BEIJING)) if self.sent is not None else bytes(_TIME)  # fmt: skip
        return packed(self.number, self.version, clock, self.source, self.target, self.command, self.app)  # fmt: skip


def clock_of(then: datetime) -> bytes:
    """Second, minute, hour, day, month, year."""
    return bytes([then.second, then.minute, then.hour, then.day, then.month, then.year % 100])


def packed(number: int, version: bytes, clock: bytes, source: str, target: str, command: int, app: bytes = b"") -> bytes:  # fmt: skip
    """A packet."""
    middle = number.to_bytes(2, "little") + version + clock + _wired(source) + _wired(target)
    middle += len(app).to_bytes(2, "little") + bytes([command]) + app
    return FIRST + middle + bytes([sum(middle) % 256]) + LAST


def cut(waiting: bytearray, *, late: bool = False) -> Iterator[Frame | Refusing]:
    """Take the whole packets out of what has come, and what is none with its reason; what may still become one stays.

    `late`: nothing has followed for a while, so what begins and does not end will not; a packet behind it is found.
    """
    while waiting:
        begin = _begin(waiting)
        if begin:
            del waiting[:begin]
            yield Refusing(Poison.SHAPE, f"{begin} bytes before @@")
            continue
        whole = _whole(waiting)
        if not late and len(waiting) < whole:
            return
        try:
            found = read(bytes(waiting[:whole]))
        except Refusing as wrong:
            del waiting[: len(FIRST)]  # the next may begin inside
            yield wrong
            continue
        del waiting[:whole]
        yield found


def _begin(waiting: bytearray) -> int:
    """How many bytes are no beginning of a packet."""
    found = waiting.find(FIRST)
    return found if found >= 0 else len(waiting) - (waiting[-1:] == FIRST[:1])


def _whole(waiting: bytearray) -> int:
    """How long the packet is that begins here; of one that is too long as much as has come, which is refused."""
    if len(waiting) < HEAD:
        return HEAD
    size = int.from_bytes(waiting[24:26], "little")
    return HEAD + size + TAIL if size <= MOST_APP else HEAD


def read(body: bytes) -> Frame:
    """One packet. Raises `Refusing`."""
    if not HEAD + TAIL <= len(body) <= MOST_FRAME or body[:2] != FIRST or body[-2:] != LAST:
        raise Refusing(Poison.SHAPE, "no packet from @@ to ##, or too long")
    app = body[HEAD:-TAIL]
    if len(app) != int.from_bytes(body[24:26], "little"):
        raise Refusing(Poison.SHAPE, "another length than it says")
    if sum(body[2:-TAIL]) % 256 != body[-TAIL]:
        raise Refusing(Poison.SHAPE, "another sum than it says")
    return Frame(
        int.from_bytes(body[2:4], "little"), body[4:6], _time(body[6:12]), _named(body[12:18]), _named(body[18:24]), body[26], app,
    )  # fmt: skip


def heard(frame: Frame) -> list[Incoming]:
    """What a packet says. Raises `Refusing`."""
    if frame.command not in (DATA, ANSWER):
        return []
    app = frame.app
    if len(app) < 2 or app[0] in _QUIET:
        return [Incoming(frame.source, {"heartbeat": 1}, frame.sent)]
    kind, many = app[0], app[1]
    size = _SIZES.get(kind)
    if size is None:
        raise Refusing(Poison.SHAPE, f"type {kind}")
    timed = len(app) - 2 == many * (size + _TIME)
    if not many or not (timed or len(app) - 2 == many * size):
        raise Refusing(Poison.SHAPE, f"{many} of type {kind} in {len(app)} bytes")
    step, found = size + _TIME * timed, list[Incoming]()
    for place in range(2, len(app), step):
        one = app[place : place + size]
        at = _time(app[place + size : place + step]) if timed else None
        said = _READ[kind](frame.source, one)
        if said is not None:
            found.append(said._replace(at=at or frame.sent, id=_id(frame, at, place)))
    return found or [Incoming(frame.source, {"heartbeat": 1}, frame.sent)]


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    """By a topic: the packet as it is, or in hex digits."""
    if list(levels) == ["gb26875", "frame"]:
        return heard(read(body))
    if list(levels) != ["gb26875", "hex"]:
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    try:
        return heard(read(bytes.fromhex(body.decode("ascii"))))
    except ValueError:
        raise Refusing(Poison.SHAPE, "no hex digits") from None


def _panel(source: str, one: bytes) -> Incoming:
    """The state of a whole system. Its bit 0 (normal or test) is not believed: many send 0 with a real fire."""
    bits = int.from_bytes(one[2:4], "little")
    state = "alarm" if bits & _FIRE else "fault" if bits & _PANEL_FAULTS else "shielded" if bits & _SHIELDED else "normal"  # fmt: skip
    return Incoming(_system(source, one), {"fire": bool(bits & _FIRE), "panel": state}, facts={"bits": bits})  # fmt: skip


def _part(source: str, one: bytes) -> Incoming:
    """The state of a detector or another part. A fire is one of its panel; that one part is quiet again says nothing of the others."""
    bits = int.from_bytes(one[7:9], "little")
    text = one[9:40].split(b"\x00")[0].decode("gb18030", "replace").replace("\x00", "").strip()
    values: dict[str, Any] = {"fire": True} if bits & _FIRE else {"heartbeat": 1}
    facts = {"part": _part_code(one[3:7]), "kind": one[2], "bits": bits, "said": text}
    return Incoming(_system(source, one), values, facts=facts)


def _value(source: str, one: bytes) -> Incoming | None:
    """A number of a part that is a device of its own behind the panel."""
    known = _KINDS.get(one[7])
    if known is None:
        return None
    word, by = known
    number = round(int.from_bytes(one[8:10], "little", signed=True) * by, 3)
    return Incoming(f"{_system(source, one)}-{_part_code(one[3:7])}", {word: number})


def _act(source: str, one: bytes) -> Incoming:
    """What was done at the panel: a reset ends a fire, a call point pressed begins one."""
    return Incoming(_system(source, one), _done(one[2]), facts={"act": one[2], "operator": one[3]})


def _own(source: str, one: bytes) -> Incoming:
    bits = one[0]
    return Incoming(source, {"fire": bool(bits & _FIRE), "outage": bool(bits & _OWN_FAULTS), "heartbeat": 1}, facts={"bits": bits})  # fmt: skip


def _own_act(source: str, one: bytes) -> Incoming:
    return Incoming(source, _done(one[0]), facts={"act": one[0], "operator": one[1]})


def _done(bits: int) -> dict[str, Any]:
    """Whoever presses for help in the same moment as a reset is heard first."""
    if bits & _HAND:
        return {"fire": True}
    if bits & (_RESET | _OVER):
        return {"fire": False}
    return {"test": True} if bits & (_SELF_TEST | _DRILL) else {"heartbeat": 1}


_READ: Final = {_PANEL: _panel, _PART: _part, _VALUE: _value, _ACT: _act, _OWN: _own, _OWN_ACT: _own_act}  # fmt: skip


def _system(source: str, one: bytes) -> str:
    """The panel: the transmission device, the kind of system, its number there."""
    return f"{source}-{one[0]}-{one[1]}"


def _part_code(one: bytes) -> str:
    return one[::-1].hex()


def _named(wired: bytes) -> str:
    """Sent with the lowest byte first; written as people read numbers."""
    return wired[::-1].hex()


def _wired(name: str) -> bytes:
    return bytes.fromhex(name)[::-1]


def _time(said: bytes) -> int | None:
    """Beijing time: second, minute, hour, day, month, year."""
    if len(said) != _TIME:
        return None
    second, minute, hour, day, month, year = said
    try:
        return micros(datetime(2000 + year, month, day, hour, minute, second, tzinfo=BEIJING))
    except ValueError:
        return None


def _id(frame: Frame, at: int | None, place: int) -> str:
    """The same for a packet that is sent again; its number begins anew with every line, so what it says is in it too."""
    when = b"" if at is not None else str(frame.sent).encode()
    if at is None and frame.sent is None:
        return ""
    mark = blake2b(frame.number.to_bytes(2) + frame.app + when, digest_size=12)
    return f"{mark.hexdigest()}-{place}"


__all__ = ["ANSWER", "DATA", "DENIED", "MOST_FRAME", "TAKEN", "Frame", "clock_of", "cut", "hear", "heard", "packed", "read"]  # fmt: skip
