"""ThingsBoard's device and gateway API: telemetry as {k: v}, [{…}], {ts, values} or a list of those."""

from collections.abc import Iterator, Sequence
from typing import Any

from lifang.sensing.adapters.lifang import when
from lifang.sensing.adapters.plain import an_object, anything, flat
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison

_TELEMETRY = (["v1", "devices", "me", "telemetry"], ["v2", "t"])
_QUIET = ("connect", "disconnect", "attributes", "rpc", "claim", "a", "r")


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    if list(levels) in _TELEMETRY:
        return list(_readings("", anything(body)))
    if list(levels) == ["v1", "gateway", "telemetry"]:
        said = an_object(body)
        return [one for name, readings in said.items() for one in _readings(name, readings)]
    if len(levels) > 1 and any(level in _QUIET for level in levels[1:]):
        return []
    raise Refusing(Poison.TOPIC, "/".join(levels)[:200])


def _readings(code: str, said: Any) -> Iterator[Incoming]:
    for one in said if isinstance(said, list) else [said]:
        if not isinstance(one, dict):
            raise Refusing(Poison.SHAPE, "a reading is an object")
        values, ts = one.get("values"), one.get("ts")
        if isinstance(values, dict):
            if ts is not None and (isinstance(ts, bool) or not isinstance(ts, (int, float))):
                raise Refusing(Poison.SHAPE, "ts is a number")
            yield Incoming(code, flat(values), None if ts is None else when(ts))
        else:
            yield Incoming(code, flat(one))
