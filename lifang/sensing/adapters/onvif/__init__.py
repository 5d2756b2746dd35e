"""ONVIF events by pull point: what a camera says of motion, tampering, its inputs and itself. No picture, no analytics of people.

Topics are from public lists and open implementations; which cameras send which was not tried.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from lifang.sensing.adapters import markup
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison, micros

MOST: Final = 1_000  # notifications in one answer
_TRUE: Final = ("true", "1", "active")
_FALSE: Final = ("false", "0", "inactive")
_PEOPLE: Final = ("face", "person", "human", "plate", "licen", "vehicle", "recognition", "counting")
Make = Callable[[bool], dict[str, Any]]


def _flag(word: str) -> Make:
    return lambda on: {word: on}


def _not(word: str) -> Make:
    return lambda on: {word: not on}


# By the beginning of a topic without its prefix; the longest wins.
_TOPICS: Final[dict[str, Make]] = {
    "RuleEngine/CellMotionDetector/Motion": _flag("motion"), "RuleEngine/MotionRegionDetector/Motion": _flag("motion"), "VideoSource/MotionAlarm": _flag("motion"),
    "RuleEngine/TamperDetector/Tamper": _flag("tamper"), "VideoSource/GlobalSceneChange": _flag("tamper"), "VideoSource/ImageTooDark": _not("picture"),
    "VideoSource/ImageTooBlurry": _not("picture"), "VideoSource/ImageTooBright": _not("picture"), "VideoSource/SignalLoss": _not("picture"),
    "Device/Trigger/DigitalInput": _flag("input"), "RuleEngine/LineDetector/Crossed": _flag("object_seen"), "RuleEngine/FieldDetector/ObjectsInside": _flag("object_seen"),
    "RuleEngine/LoiteringDetector": _flag("object_seen"), "Device/HardwareFailure/StorageFailure": _not("recording"), "Device/HardwareFailure": _flag("outage"),
}  # fmt: skip
_EVENTS: Final = ("RuleEngine/LineDetector/Crossed",)  # they happen, and no item says whether


def read(root: markup.Node) -> tuple[list[Incoming], list[Refusing]]:
    """What the answer to PullMessages says, and what of it is refused."""
    found = list(root.every("NotificationMessage"))
    if len(found) > MOST:
        raise Refusing(Poison.TOO_LARGE)
    heard, wrong = list[Incoming](), list[Refusing]()
    for one in found:
        try:
            heard += _one(one)
        except Refusing as why:
            wrong.append(why)
    return heard, wrong


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    if list(levels) != ["onvif", "messages"]:
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    heard, wrong = read(markup.read(body))
    if wrong and not heard:
        raise wrong[0]
    return heard


def _one(node: markup.Node) -> list[Incoming]:
    topic = "/".join(part.rpartition(":")[2] for part in node.said("Topic").split("/"))
    message = node.first("Message", "Message")
    if not topic or message is None:
        raise Refusing(Poison.SHAPE, "a notification has a topic and a message")
    if any(word in topic.lower() for word in _PEOPLE):
        raise Refusing(Poison.PICTURE, topic[:80])
    make = next((_TOPICS[key] for key in sorted(_TOPICS, key=len, reverse=True) if f"{topic}/".startswith(f"{key}/")), None)  # fmt: skip
    if make is None or message.attributes.get("PropertyOperation") == "Deleted":
        return []
    on = _state(message, topic)
    source = {one.attributes.get("Name", "")[:40]: one.attributes.get("Value", "")[:80] for one in _items(message, "Source")}  # fmt: skip
    facts = {"topic": topic[:120], **{f"source_{name}": value for name, value in source.items() if name}}  # fmt: skip
    return [Incoming("", make(on), _time(message.attributes.get("UtcTime", "")), facts=facts)]


def _items(message: markup.Node, part: str) -> list[markup.Node]:
    found = message.first(part)
    return [one for one in found.children if one.name == "SimpleItem"][:8] if found else []


def _state(message: markup.Node, topic: str) -> bool:
    """The first item that is a yes or a no."""
    for one in _items(message, "Data"):
        word = one.attributes.get("Value", "").strip().lower()
        if word in (*_TRUE, *_FALSE):
            return word in _TRUE
    if topic in _EVENTS:
        return True
    raise Refusing(Poison.VALUE, topic[:80])


def _time(said: str) -> int | None:
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
        return micros(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise Refusing(Poison.VALUE, f"UtcTime {said[:40]}") from None


__all__ = ["hear", "read"]
