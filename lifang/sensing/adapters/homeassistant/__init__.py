"""Home Assistant's MQTT discovery: a device announces what it will say where, and then says it.

`homeassistant/<component>/[<node>/]<object>/config` announces one thing, `homeassistant/device/<object>/config` several; an empty
message takes it back. States come by any topic; whose they are is known from what was announced.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from lifang.sensing.adapters.homeassistant.template import check, evaluate, shown
from lifang.sensing.adapters.homeassistant.words import BINARY, LONG, SENSOR, in_our_unit
from lifang.sensing.adapters.plain import an_object, text
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison

PREFIX: Final = "homeassistant"
MOST_AT_ONCE: Final = 100  # in one message
_MOST_TOPIC: Final = 400
_NOTHING: Final = ("", "none", "unknown", "unavailable")


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that will be said, and how it is read."""

    key: str  # of the announcement: its topic, and the component of a device
    topic: str  # where it is said
    code: str  # whose
    word: str
    template: str = ""
    on: str = ""  # of a flag; "": it is no flag
    off: str = ""
    unit: str = ""


def is_announcement(levels: Sequence[str]) -> bool:
    return len(levels) in (4, 5) and levels[0] == PREFIX and levels[-1] == "config"


def announced(levels: Sequence[str], body: bytes) -> tuple[list[Spoken], list[Refusing]]:
    """What will be said where, and what of it cannot be read. Raises `Refusing` when nothing can; nothing at all is taken back."""
    if not is_announcement(levels):
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    if not body.strip():
        return [], []
    said = _long(an_object(body))
    key, component = "/".join(levels[1:-1]), levels[1]
    if component != "device":
        return _spoken(component, key, levels[-2], said, said), []
    parts = said.pop("components", None)
    if not isinstance(parts, dict) or not 0 < len(parts) <= MOST_AT_ONCE:
        raise Refusing(Poison.SHAPE, "a device has components")
    found, wrong = list[Spoken](), list[Refusing]()
    for name, part in parts.items():
        try:
            found += _part(key, name, said, part)
        except Refusing as why:
            wrong.append(Refusing(why.reason, f"{name}: {why.detail}"[:200]))
    if not found and wrong:
        raise wrong[0]
    return found, wrong


def say(spoken: Iterable[Spoken], body: bytes) -> list[Incoming]:
    """What a message says to whoever announced its topic; all of one device together."""
    values = dict[str, dict[str, Any]]()
    for one in spoken:
        told = _told(one, body)
        if told is not None:
            values.setdefault(one.code, {})[one.word] = told
    return [Incoming(code, said) for code, said in values.items()]


class Announcements:
    """What one speaker has announced, by topic."""

    def __init__(self, spoken: Iterable[Spoken] = ()) -> None:
        self.by_topic: dict[str, list[Spoken]] = {}
        for one in spoken:
            self.by_topic.setdefault(one.topic, []).append(one)

    def hear(self, levels: Sequence[str], body: bytes) -> list[Incoming]:
        """A state, or an announcement, which is kept here. Raises `Refusing`."""
        if is_announcement(levels):
            found, wrong = announced(levels, body)
            self.__init__([*self._without("/".join(levels[1:-1])), *found])  # type: ignore[misc]
            if wrong:
                raise wrong[0]
            return []
        spoken = self.by_topic.get("/".join(levels))
        if not spoken:
            raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
        return say(spoken, body)

    def _without(self, key: str) -> list[Spoken]:
        return [one for many in self.by_topic.values() for one in many if one.key.partition("#")[0] != key]  # fmt: skip


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    """An announcement by itself: is it in order?"""
    return Announcements().hear(levels, body)


def _part(key: str, name: str, whole: dict[str, Any], part: Any) -> list[Spoken]:
    if not isinstance(part, dict):
        raise Refusing(Poison.SHAPE, "a component is an object")
    part = _long(part)
    component = text(part.get("platform"), 40)
    if set(part) <= {"platform"}:
        return []  # taken back
    return _spoken(component, f"{key}#{name}", name, {**whole, **part}, whole)


def _spoken(component: str, key: str, name: str, said: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Spoken]:  # fmt: skip
    code, topic = _code(whole, name), _topic(said, "state_topic")
    if component in ("camera", "image"):
        raise Refusing(Poison.PICTURE, component)
    if component not in ("sensor", "binary_sensor"):
        raise Refusing(Poison.NO_MEASURE, f"component {component[:40]}")
    if not topic:
        raise Refusing(Poison.SHAPE, "state_topic is missing")
    template = check(_text(said, "value_template"))
    kind, unit = _text(said, "device_class"), _text(said, "unit_of_measurement")
    if component == "binary_sensor":
        if kind not in BINARY:
            raise Refusing(
                Poison.NO_MEASURE, f"binary_sensor {kind[:40] or 'without device_class'}"
            )
        on, off = _payload(said, "payload_on", "ON"), _payload(said, "payload_off", "OFF")
        made = Spoken(key=key, topic=topic, code=code, word=BINARY[kind], template=template, on=on, off=off)  # fmt: skip
    else:
        word = SENSOR.get(kind) or _last_name(template) or name
        if kind and kind not in SENSOR and kind != "enum":
            raise Refusing(Poison.NO_MEASURE, f"sensor {kind[:40]}")
        in_our_unit(word, 0.0, unit)
        made = Spoken(key=key, topic=topic, code=code, word=word[:80], template=template, unit=unit)
    found = [made, *_availability(key, code, said)]
    if any("\x00" in text for one in found for text in msgspec.structs.astuple(one)):
        raise Refusing(Poison.SHAPE, "a null character")
    return found


def _availability(key: str, code: str, said: Mapping[str, Any]) -> list[Spoken]:
    """Where the device itself is said to be there; of several topics none says it alone."""
    listed = said.get("availability")
    found = [_long(one) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []  # fmt: skip
    if "availability_topic" in said:
        found = [{**said, "topic": said["availability_topic"], "value_template": said.get("availability_template", "")}]  # fmt: skip
    if len(found) != 1:
        return []
    [one] = found
    topic = _topic({**one, "~": said.get("~", "")}, "topic")
    if not topic:
        return []
    on, off = _payload(one, "payload_available", "online"), _payload(one, "payload_not_available", "offline")  # fmt: skip
    template = check(_text(one, "value_template"))
    return [Spoken(key=key, topic=topic, code=code, word="online", template=template, on=on, off=off)]  # fmt: skip


def _told(one: Spoken, body: bytes) -> Any:
    """The value; None where the message says nothing of it."""
    found = evaluate(one.template, body)
    word = shown(found)
    if found is None or word.lower() in _NOTHING:
        return None
    if one.on:
        if word not in (one.on, one.off):
            raise Refusing(Poison.VALUE, f"{one.word}: {word[:60]}")
        return word == one.on
    try:
        return in_our_unit(one.word, float(word), one.unit)
    except ValueError:
        if one.unit:
            raise Refusing(Poison.VALUE, f"{one.word}: {word[:60]}") from None
        return word[:200]


def _code(said: Mapping[str, Any], name: str) -> str:
    device = said.get("device")
    device = _long(device) if isinstance(device, dict) else {}
    marks = device.get("identifiers")
    first = marks[0] if isinstance(marks, list) and marks else marks
    found = first if isinstance(first, str) else said.get("unique_id")
    return found[:200] if isinstance(found, str) and found else name[:200]


def _topic(said: Mapping[str, Any], key: str) -> str:
    """Its topic, written out, without the prefix under which it is sent here (`d/<key>/`)."""
    found, base = _text(said, key, _MOST_TOPIC), _text(said, "~", _MOST_TOPIC)
    if base and found.startswith("~"):
        found = base + found[1:]
    elif base and found.endswith("~"):
        found = found[:-1] + base
    levels = found.split("/")
    if any(sign in found for sign in "+#*>") or "\x00" in found:
        raise Refusing(Poison.TOPIC, f"{key}: a wildcard is no name")
    return "/".join(levels[2:] if levels[0] == "d" and len(levels) > 2 else levels)


def _text(said: Mapping[str, Any], key: str, most: int = 2000) -> str:
    found = said.get(key)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > most:
        raise Refusing(Poison.SHAPE, f"{key} is a text")
    return found


def _payload(said: Mapping[str, Any], key: str, usual: str) -> str:
    found = said.get(key, usual)
    if not isinstance(found, (str, bool, int, float)) or found == "":
        raise Refusing(Poison.SHAPE, f"{key} is a text")
    return shown(found)[:200]


def _long(said: Mapping[str, Any]) -> dict[str, Any]:
    """Short keys written out."""
    return {LONG.get(key, key): value for key, value in said.items()}


def _last_name(template: str) -> str:
    """What a place in JSON is called: `{{ value_json.water_level | float }}`."""
    inside = template.partition("value_json")[2]
    end = next((n for n, sign in enumerate(inside) if sign in " |}()*/+-"), len(inside))
    return inside[:end].replace("['", ".").replace("']", "").replace('["', ".").replace('"]', "").rpartition(".")[2]  # fmt: skip


__all__ = [
    "PREFIX",
    "Announcements",
    "Spoken",
    "announced",
    "hear",
    "is_announcement",
    "say",
]
