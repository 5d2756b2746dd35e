"""Our own dialect: one JSON object a line, typed, times as ISO 8601 or numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison, micros

MILLIS, _MICROS = 100_000_000_000, 100_000_000_000_000  # above: milliseconds, microseconds
_LAST = 253_402_300_799_000_000
_new: Any = tuple.__new__  # a third of the price of the constructor


class Line(msgspec.Struct, frozen=True):
    """`{"device": "A1", "at": "2026-11-26T10:00:00+08:00", "id": "4711", "values": {"temperature": 21.5}}`."""

    values: dict[str, float | bool | str | None]
    device: str = ""
    at: datetime | float | None = None
    id: str | int = ""
    facts: dict[str, object] | None = None
    test: bool = False


_ONE = msgspec.json.Decoder(Line)


def read(body: bytes) -> Incoming:
    """One line. Raises `Refusing`."""
    try:
        said = _ONE.decode(body)
    except msgspec.ValidationError as wrong:
        raise Refusing(Poison.SHAPE, str(wrong)[:200]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Refusing(Poison.NOT_JSON, str(wrong)[:200]) from None
    return incoming(said)


def read_all(lines: Sequence[bytes]) -> list[Incoming] | None:
    """Many lines at once, a third cheaper; None: something is wrong with one of them."""
    said = decoded(lines)
    try:
        return None if said is None else [*map(incoming, said)]
    except Refusing:
        return None


def decoded(lines: Sequence[bytes]) -> list[Line] | None:
    """Many lines at once; None: something is wrong with one of them, or it is not for sure that each is one object."""
    whole = b"\n".join(lines)
    # An object that its line leaves open cannot go on with `{`: so nothing spans two lines, and as many as the lines are one in each.
    apart = whole.count(b"}\n{") == whole.count(b"\n") == len(lines) - 1
    if not apart or whole[:1] != b"{" or whole[-1:] != b"}":
        return None
    try:
        said = _ONE.decode_lines(whole)
        return said if len(said) == len(lines) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def incoming(said: Line) -> Incoming:
    """Runs for every message."""
    values, device, at, ident, facts, test = msgspec.structs.astuple(said)
    if type(at) is float and 0 <= at <= MILLIS:
        # As most write it; a call would cost as much again.
        at = int(at * 1_000_000)
    elif at is not None:
        at = when(at)
    return _new(Incoming, (device, values, at, ident if type(ident) is str else str(ident), facts, test))  # type: ignore[no-any-return] # fmt: skip


def when(at: datetime | float) -> int:
    """Microseconds since 1970 of a time as devices write it; without a zone it is UTC."""
    if isinstance(at, datetime):
        return micros(at if at.tzinfo else at.replace(tzinfo=UTC))
    factor = 1 if abs(at) > _MICROS else 1_000 if abs(at) > MILLIS else 1_000_000
    found = int(at * factor)
    if not 0 <= found <= _LAST:
        raise Refusing(Poison.VALUE, f"time {at:g}")
    return found


def moment_of(said: Any) -> int | None:
    """The same of a time as JSON carries it: ISO 8601 or a number."""
    if said is None:
        return None
    if isinstance(said, (int, float)) and not isinstance(said, bool):
        return when(said)
    try:
        return when(datetime.fromisoformat(said))
    except (TypeError, ValueError, OverflowError):
        raise Refusing(Poison.VALUE, f"time {said!s:.40}") from None


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    """Over MQTT: one object, or one a line. A line that is wrong refuses the message."""
    if b"\n" not in body and b"\r" not in body and body:
        return [read(body)]
    lines = [line for line in body.splitlines() if line.strip()]
    if not lines:
        raise Refusing(Poison.NOT_JSON)
    return [read(line) for line in lines]
