"""The one step from what a device said to observations. No database, no clock: messages and the register in, observations out."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from lifang.sensing.catalogue import MEASURES, TYPES, Measure, words_of
from lifang.sensing.rules.pictures import carries
from lifang.sensing.terms import PLACES, DeviceState, Known, Observed, Poison, Quality

SECOND: Final = 1_000_000
_FLAGS: Final = dict.fromkeys(
    ("true", "on", "yes", "open", "online", "1", "alarm", "detected"), 1.0
) | dict.fromkeys(("false", "off", "no", "closed", "close", "offline", "0", "normal", "clear"), 0.0)
_LARGEST: Final = 1e300
_new: Final[Any] = tuple.__new__  # a third of the price of the constructor
# What the state of a device does to what it says; below zero it is not listened to.
_STANDING: Final = {
    DeviceState.RETIRED.value: -1,
    DeviceState.OUT.value: int(Quality.TEST),
    DeviceState.UNVERIFIED.value: int(Quality.UNVERIFIED),
}


class Incoming(NamedTuple):
    """What an adapter read out of one message: whose it is, when, and the values by the words of its dialect."""

    code: str  # "" = of the device whose key it came with
    values: Mapping[str, Any]
    at: int | None = None  # microseconds; None: the message does not say
    id: str = ""  # the maker's
    facts: Mapping[str, Any] | None = None
    test: bool = False


class Bounds(NamedTuple):
    """How far an event time may lie from its arrival, in microseconds."""

    ahead: int
    keep: int


class Slot:
    """One measure of one device, as ingest keeps it; `series` is 0 until the first observation asks for one."""

    __slots__ = ("high", "low", "measure", "plain", "series", "words")

    def __init__(self, measure: Measure, low: float | None, high: float | None) -> None:
        self.measure, self.series = measure.key, 0
        self.low = -_LARGEST if low is None else low
        self.high = _LARGEST if high is None else high
        self.plain = measure.kind in ("number", "count")
        self.words = {
            word.lower(): float(number)
            for number, state in enumerate(measure.states)
            for word in (state.key, *state.words)
        }


class Line(NamedTuple):
    """What ingest knows of one device."""

    device: UUID
    type: str
    area: str
    place: UUID | None
    gateway: UUID | None
    state: str
    slots: dict[str, Slot]  # by every word a dialect may use

    def known(self, slot: Slot) -> Known:
        return Known(
            slot.series, self.device, self.type, slot.measure, self.area, self.place, self.gateway
        )


class Refusing(Exception):
    """This message goes into quarantine."""

    def __init__(self, reason: Poison, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason)


def slots(kind: str) -> dict[str, Slot]:
    """Empty slots for a device of a type, by every word."""
    spec = TYPES[kind]
    made = {key: Slot(MEASURES[key], *spec.bounds(key)) for key in spec.measures}
    return {word: made[key] for word, key in words_of(kind).items()}


def _kept(facts: Mapping[str, Any]) -> bytes:
    """What an event says more than a number. Raises `Refusing` for a picture or a template."""
    if where := carries(facts):
        raise Refusing(Poison.PICTURE, where)
    return msgspec.json.encode(facts)


def normalise(
    said: Incoming, line: Line, arrived: int, bounds: Bounds, into: list[Observed], place: int = 0
) -> list[Slot]:
    """Adds the observations of one message, or answers the slots that have no series yet. Raises `Refusing`.

    `place` keeps it apart from others of the same moment, if it tells neither id nor time.
    """
    at, quality = _timed(said, line, arrived, bounds)
    message = number_of(said.id) if said.id else place if said.at is None else 0
    facts = _kept(said.facts) if said.facts else None
    made: list[Observed] = []
    lacking: list[Slot] = []
    known = line.slots
    for word, told in said.values.items():
        slot = known.get(word)
        if slot is None:
            continue
        kind = type(told)
        value = told if slot.plain and (kind is float or kind is int) else _number(told, slot)
        mark = quality if slot.low <= value <= slot.high else _outside(value, word, quality)
        if not slot.series:
            lacking.append(slot)
        made.append(_new(Observed, (slot.series, at, arrived, float(value), mark, message, facts)))
    if not made:
        raise Refusing(Poison.NO_MEASURE, ", ".join(map(str, list(said.values)[:8]))[:200])
    if not lacking:
        into += made
    return lacking


def _timed(said: Incoming, line: Line, arrived: int, bounds: Bounds) -> tuple[int, int]:
    """Event time and what is known to be wrong with it or with the device."""
    quality = _STANDING.get(line.state, 0)
    if quality < 0:
        raise Refusing(Poison.RETIRED)
    if said.test:
        quality |= Quality.TEST
    at = said.at
    if at is None:
        return arrived, quality
    if at > arrived + bounds.ahead:
        return arrived, quality | Quality.CLOCK
    if at < arrived - bounds.keep:
        raise Refusing(Poison.TOO_OLD)
    return at, quality


def _outside(value: float, word: str, quality: int) -> int:
    """Outside what can be: kept, and marked as bad; what is no number at all is not kept."""
    if value != value or abs(value) > _LARGEST:
        raise Refusing(Poison.VALUE, word[:60])
    return quality | Quality.RANGE


def number_of(text: str) -> int:
    """A maker's message id as 64 bits, never 0 nor a place."""
    found = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
    return found if not 0 <= found <= PLACES else PLACES + 1


def _number(told: Any, slot: Slot) -> float:
    """A flag, a state or a number written as text."""
    if isinstance(told, (bool, int, float)):
        return float(told) if slot.plain or slot.words else float(told != 0)
    if not isinstance(told, str):
        raise Refusing(Poison.VALUE, slot.measure)
    word = told.strip().lower()
    found = slot.words.get(word) if slot.words else None if slot.plain else _FLAGS.get(word)
    if found is not None:
        return found
    try:
        return float(word) if not slot.words else float("nan")
    except ValueError:
        raise Refusing(Poison.VALUE, f"{slot.measure}: {word[:60]}") from None
