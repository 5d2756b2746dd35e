"""The one step from what a device said to observations. No database, no clock: messages and the register in, observations out."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import numpy as np

from lifang.sensing.catalogue import MEASURES, TYPES, Measure, words_of
from lifang.sensing.rules.pictures import carries
from lifang.sensing.terms import PLACES, Columns, DeviceState, Known, Poison, Quality

SECOND: Final = 1_000_000
_FLAGS: Final = dict.fromkeys(
    ("true", "on", "yes", "open", "online", "1", "alarm", "detected"), 1.0
) | dict.fromkeys(("false", "off", "no", "closed", "close", "offline", "0", "normal", "clear"), 0.0)
RESULT: Final = "result"  # the one word of a Datastream
_LARGEST: Final = 1e300
_NUMBERS: Final = frozenset((int, float))
_TEST, _CLOCK = int(Quality.TEST), int(Quality.CLOCK)
_MOST_PLANS: Final = 32  # a device; whoever sends more kinds of messages is looked at word by word
# What the state of a device does to what it says; below zero it is not listened to.
STANDING: Final = {
    DeviceState.RETIRED.value: -1,
    DeviceState.OUT.value: int(Quality.TEST),
    DeviceState.UNVERIFIED.value: int(Quality.UNVERIFIED),
}


class Datastream(NamedTuple):
    """A series as SensorThings names it, and for whose eyes: each sees others."""

    number: int
    eyes: int = 0  # of an account; 0: of the key


class Incoming(NamedTuple):
    """What an adapter read out of one message: whose it is, when, and the values by the words of its dialect."""

    code: str | Datastream  # "" = of the device whose key it came with
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


class Plan:
    """What a message with certain words becomes, if all its values are numbers."""

    __slots__ = ("high", "low", "series")

    def __init__(self, found: Sequence[Slot]) -> None:
        self.series = [one.series for one in found]
        self.low, self.high = [one.low for one in found], [one.high for one in found]


class Line(NamedTuple):
    """What ingest knows of one device."""

    device: UUID
    type: str
    area: str
    place: UUID | None
    gateway: UUID | None
    state: str
    slots: dict[str, Slot]  # by every word a dialect may use
    # By the words of a message; None: with these words it once said what is no number, and is looked at each time.
    plans: dict[tuple[str, ...], Plan | None]

    def known(self, slot: Slot) -> Known:
        return Known(
            slot.series, self.device, self.type, slot.measure, self.area, self.place, self.gateway
        )

    def alone(self, measure: str) -> "Line":
        """The device as one of its series speaks: it knows one word."""
        mine = [(RESULT, one) for one in self.slots.values() if one.measure == measure]
        return self._replace(slots=dict(mine), plans={})


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


class Extreme(Exception):
    """What is no number, or none that can be kept, stands among the values; one has to look at every one of them."""


class Gathered:
    """The observations of many messages on their way into columns: one entry a message, and all values in a row."""

    __slots__ = ("careful", "said", "value")

    def __init__(self, *, careful: bool = False) -> None:
        self.careful = careful
        # Plan, event time, arrival, message, quality and facts.
        self.said = list[tuple[Plan, int, int, int, int, bytes | None]]()
        self.value = list[float]()

    def columns(self) -> Columns:
        """Raises `Extreme`, unless every value was looked at."""
        if not _NUMBERS.issuperset(map(type, self.value)):
            raise Extreme
        plans, *times, quality, facts = zip(*self.said, strict=True) if self.said else [()] * 6
        distinct = dict.fromkeys(plans)
        places = dict(zip(distinct, range(len(distinct)), strict=True))
        which = np.array([*map(places.__getitem__, plans)], np.int64)
        size = np.array([len(one.series) for one in distinct], np.int64)
        many = size[which]
        # Where each value stands in the plans, one behind another.
        first = (np.cumsum(size) - size)[which] - (np.cumsum(many) - many)
        at_plans = np.repeat(first, many) + np.arange(len(self.value))
        try:
            value = np.array(self.value, np.float64)
        except OverflowError:
            raise Extreme from None
        flaws = np.repeat(np.array(quality, np.int16), many)
        low, high = (np.array([*chain.from_iterable(some)], np.float64)[at_plans] for some in ([one.low for one in distinct], [one.high for one in distinct]))  # fmt: skip
        inside = (value >= low) & (value <= high)
        if not inside.all():
            if not (np.abs(value) <= _LARGEST).all():
                raise Extreme
            flaws[~inside] |= int(Quality.RANGE)
        at, arrived, message, group = (np.repeat(np.array(one, np.int64), many) for one in (*times, range(len(many))))  # fmt: skip
        series = np.array([*chain.from_iterable(one.series for one in distinct)], np.int64)[at_plans]  # fmt: skip
        told = [one for one, times_ in zip(facts, many.tolist(), strict=True) for _ in range(times_)] if any(facts) else None  # fmt: skip
        return Columns(series, at, arrived, value, flaws, message, group, told)


def normalise(  # noqa: C901 -- runs for every message, and a call would cost
    said: Incoming, line: Line, arrived: int, bounds: Bounds, into: Gathered, place: int = 0
) -> list[Slot]:
    """Adds the observations of one message, or answers the slots that have no series yet. Raises `Refusing`.

    `place` keeps it apart from others of the same moment, if it tells neither id nor time.
    """
    _, values, at, ident, facts, test = said
    quality = STANDING.get(line.state, 0)
    if quality < 0:
        raise Refusing(Poison.RETIRED)
    if test:
        quality |= _TEST
    if ident:
        place = number_of(ident)
    elif at is not None:
        place = 0
    if at is None:
        at = arrived
    elif at > arrived + bounds.ahead:
        at, quality = arrived, quality | _CLOCK
    elif at < arrived - bounds.keep:
        raise Refusing(Poison.TOO_OLD)
    kept = _kept(facts) if facts else None
    plan = line.plans.get(tuple(values))
    if plan is None or into.careful:
        found, numbers = _looked_at(values, line)
        if lacking := [slot for slot in found if not slot.series]:
            return lacking
        plan = _planned(line, values, found)
        into.value += numbers
    else:
        into.value += values.values()
    into.said.append((plan, at, arrived, place, quality, kept))
    return []


def kept_as(said: Incoming, line: Line, arrived: int, ahead: int) -> tuple[int, float, int]:
    """Event time, value and quality under which `normalise` keeps a message that says one thing."""
    (slot,), (value,) = _looked_at(said.values, line)
    quality = STANDING.get(line.state, 0) | (_TEST if said.test else 0)
    if not slot.low <= value <= slot.high:
        quality |= int(Quality.RANGE)
    if said.at is not None and said.at > arrived + ahead:
        return arrived, value, quality | _CLOCK
    return arrived if said.at is None else said.at, value, quality


def _planned(line: Line, values: Mapping[str, Any], found: list[Slot]) -> Plan:
    """What such messages become, remembered for the next one."""
    plan, words = Plan(found), tuple(values)
    if not _NUMBERS.issuperset(map(type, values.values())):
        if words in line.plans:
            line.plans[words] = None
    elif words not in line.plans and len(line.plans) < _MOST_PLANS and len(found) == len(values) and all(one.plain for one in found):  # fmt: skip
        line.plans[words] = plan
    return plan


def _looked_at(values: Mapping[str, Any], line: Line) -> tuple[list[Slot], list[float]]:
    """One by one: the slots of those words that are known, and the numbers. Raises `Refusing`."""
    found, numbers = list[Slot](), list[float]()
    for word, told in values.items():
        slot = line.slots.get(word)
        if slot is None or slot in found:  # said twice in one message: the first counts
            continue
        kind = type(told)
        value = told if slot.plain and (kind is float or kind is int) else _number(told, slot)
        if value != value or abs(value) > _LARGEST:
            raise Refusing(Poison.VALUE, word[:60])
        found.append(slot)
        numbers.append(float(value))
    if not found:
        raise Refusing(Poison.NO_MEASURE, ", ".join(map(str, list(values)[:8]))[:200])
    return found, numbers


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
