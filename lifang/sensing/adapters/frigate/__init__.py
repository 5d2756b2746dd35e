"""Frigate: reviews open and close what was seen; single events, counts and snapshots say nothing by themselves."""

from collections.abc import Sequence
from typing import Any

from lifang.sensing.adapters.lifang import when
from lifang.sensing.adapters.plain import an_object, text
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison

VEHICLES = {"car", "truck", "bus", "motorcycle"}
SMOKE = {"fire", "smoke"}


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    if list(levels[1:]) == ["available"]:
        return [Incoming("", {"online": body.strip() == b"online"})]
    if list(levels[1:]) == ["reviews"]:
        return _review(an_object(body))
    if len(levels) == 4 and levels[2] == "status":
        return [Incoming(levels[1], {"online": body.strip() == b"online"})]
    return []


def _review(said: dict[str, Any]) -> list[Incoming]:
    after, kind = said.get("after"), said.get("type")
    if not isinstance(after, dict) or kind not in ("new", "update", "end"):
        raise Refusing(Poison.SHAPE, "a review has type and after")
    data = after["data"] if isinstance(after.get("data"), dict) else {}
    objects, zones = _texts(data.get("objects")), _texts(data.get("zones"))
    camera, number = text(after.get("camera")), text(after.get("id"))
    at = after.get("end_time") if kind == "end" else after.get("start_time")
    if not camera or not isinstance(at, (int, float)) or isinstance(at, bool):
        raise Refusing(Poison.SHAPE, "a review has a camera and a time")
    there = kind != "end"
    values: dict[str, Any] = {"object_seen": there and after.get("severity") == "alert"}
    if VEHICLES & {*objects} and zones:
        values["vehicle_stays"] = there
    for label in SMOKE & {*objects}:
        values[label] = there
    facts = {
        "review": number,
        "detections": _texts(data.get("detections")),  # ids of its events: whose clip it is
        "objects": objects,
        "zones": zones,
        "severity": text(after.get("severity"), 20),
    }
    return [Incoming(camera, values, when(at), f"{number}:{kind}:{at}", facts)]


def _texts(said: Any) -> list[str]:
    return [one[:40] for one in said if isinstance(one, str)][:20] if isinstance(said, list) else []
