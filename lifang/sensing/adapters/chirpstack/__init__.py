"""ChirpStack v4: `application/<app>/device/<devEUI>/event/<kind>`; the deduplication id is the message's id."""

from collections.abc import Sequence
from typing import Any

from lifang.sensing.adapters.lifang import moment_of
from lifang.sensing.adapters.plain import an_object, flat, text
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    if len(levels) != 6 or levels[2] != "device" or levels[4] not in ("event", "command"):
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    code, kind = levels[3], levels[5]
    if levels[4] == "command" or kind in ("join", "ack", "txack", "log", "location", "integration"):
        return []
    said = an_object(body)
    at, number = moment_of(said.get("time")), text(said.get("deduplicationId"), 80)
    if kind == "up":
        decoded = said.get("object")
        values = flat(decoded) if isinstance(decoded, dict) else {}
        return [Incoming(code, {**values, **_link(said)}, at, number)]
    if kind == "status":
        battery = said.get("batteryLevel")
        known = isinstance(battery, (int, float)) and not said.get("batteryLevelUnavailable")
        return [Incoming(code, {"battery": battery}, at, number)] if known else []
    raise Refusing(Poison.TOPIC, kind[:60])


def _link(said: dict[str, Any]) -> dict[str, Any]:
    """The best of the gateways that heard it."""
    heard = said.get("rxInfo")
    levels = [
        one["rssi"]
        for one in (heard if isinstance(heard, list) else [])
        if isinstance(one, dict) and isinstance(one.get("rssi"), (int, float))
    ]
    return {"rssi": max(levels)} if levels else {"heartbeat": 1}
