"""Observations created by MQTT as SensorThings says (clause 14): `v1.1/Observations` and `v1.1/Datastreams(4711)/Observations`."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing.adapters.plain import an_object
from lifang.sensing.api.things.observing import facts_of, time_told
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.selectors import things
from lifang.sensing.selectors.things import Unfit
from lifang.sensing.terms import Owner, Poison, micros

FIRST: Final = "v1.1"
_TRUST_MICROS, _AGAIN_MICROS = 10_000_000, 1_000_000
_STREAM: Final = re.compile(r"Datastreams\((\d{1,18})\)", re.ASCII)
_Streams = Mapping[int, tuple[str, str]]


class Streams:
    """Which device and which measure a Datastream is, for the keys whose messages come through one worker."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[_Streams, int]] = {}

    def reader(self, owner: Owner, levels: Sequence[str], at: datetime) -> Callable[[Sequence[str], bytes], list[Incoming]]:  # fmt: skip
        """Who reads what comes by such a topic. Raises `Refusing`."""
        match levels:
            case [_, "Observations"]:
                number = None
            case [_, stream, "Observations"] if found := _STREAM.fullmatch(stream):
                number = int(found[1])
            case _:
                raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
        return lambda _, body: [self._said(owner, number, an_object(body), at)]

    def _said(self, owner: Owner, number: int | None, told: Mapping[str, Any], at: datetime) -> Incoming:  # fmt: skip
        if number is None:
            named = told.get("Datastream")
            number = named.get("@iot.id") if isinstance(named, dict) else None
            if not isinstance(number, int) or isinstance(number, bool):
                raise Refusing(Poison.SHAPE, "an Observation names its Datastream")
        result = told.get("result")
        if result is None or isinstance(result, list | dict):
            raise Refusing(Poison.VALUE, "the result of an Observation is a number, a truth or a word")  # fmt: skip
        code, measure = self._stream(owner, number, micros(at))
        try:
            when, facts = time_told(told.get("phenomenonTime")), facts_of(told)
        except Unfit as wrong:
            raise Refusing(Poison.SHAPE, wrong.said[:200]) from None
        return Incoming(code, {measure: result}, micros(when) if when else None, "", facts or None)

    def _stream(self, owner: Owner, number: int, now: int) -> tuple[str, str]:
        """All Datastreams of a key are asked for at once, and not again before they may have changed."""
        known, asked = self.known.get(owner.source, ({}, 0))
        if now - asked > (_TRUST_MICROS if number in known else _AGAIN_MICROS):
            with behind(SYSTEM):
                known = things.streams_of(SYSTEM, owner)
            self.known[owner.source] = known, now
        if number not in known:
            raise Refusing(Poison.NOT_YOURS, f"Datastreams({number})")
        return known[number]
