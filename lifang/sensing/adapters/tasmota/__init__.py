"""Tasmota: `tele/<t>/SENSOR`, `STATE`, `LWT`. Its `Time` has no zone, so the time is that of arrival."""

from collections.abc import Sequence
from typing import Any

from lifang.sensing.adapters.plain import an_object, flat
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison

_PARTS = ("ENERGY", "StatusSNS")


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    if len(levels) < 3 or not levels[1]:
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    kind, code = levels[-1], "/".join(levels[1:-1])
    if kind == "LWT":
        return [Incoming(code, {"online": body.strip() == b"Online"})]
    if kind in ("SENSOR", "STATUS8"):
        return _sensor(code, an_object(body))
    if kind == "STATE":
        said = an_object(body)
        values = {"POWER": said["POWER"]} if isinstance(said.get("POWER"), str) else {}
        wifi = said.get("Wifi")
        if isinstance(wifi, dict) and isinstance(wifi.get("Signal"), (int, float)):
            values["rssi"] = wifi["Signal"]
        return [Incoming(code, values)] if values else []
    if kind == "POWER":
        return [Incoming(code, {"POWER": body.strip().decode("utf-8", "replace")})]
    return []


def _sensor(code: str, said: dict[str, Any]) -> list[Incoming]:
    values: dict[str, Any] = {}
    for key, value in said.items():
        if isinstance(value, dict):
            values |= flat(value)
        elif key not in ("Time", "TempUnit", "PressureUnit"):
            values |= flat({key: value})
    return [Incoming(code, values)] if values else []
