"""Dialects: from a topic and a body to what was said. Each is a folder with recorded fixtures and a quality sheet."""

from collections.abc import Callable, Sequence

from lifang.sensing.adapters import (
    alertmanager,
    chirpstack,
    frigate,
    gat1400,
    gb26875,
    gb28181,
    homeassistant,
    hooks,
    lifang,
    onvif,
    tasmota,
    thingsboard,
    zigbee2mqtt,
)
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison

Read = Callable[[Sequence[str], bytes], list[Incoming]]
BY_FIRST_LEVEL: dict[str, Read] = {
    "lifang": lifang.hear,
    "v1": thingsboard.hear,
    "v2": thingsboard.hear,
    "zigbee2mqtt": zigbee2mqtt.hear,
    "tele": tasmota.hear,
    "stat": tasmota.hear,
    "application": chirpstack.hear,
    "frigate": frigate.hear,
    "hooks": hooks.hear,
    "gb26875": gb26875.hear,
    "gb28181": gb28181.hear,
    "onvif": onvif.hear,
}
# Read, and then told together with what is known already: never by a topic of MQTT.
FOLDED: dict[str, Read] = {
    "alertmanager": alertmanager.hear,
    "homeassistant": homeassistant.hear,
    "gat1400": gat1400.hear,
}
MOST_BYTES = 262_144


def reader(levels: Sequence[str]) -> Read:
    """Who reads what comes by a topic. Raises `Refusing`."""
    if any("*" in level or ">" in level or "+" in level or "#" in level for level in levels):
        raise Refusing(Poison.TOPIC, "a wildcard is no name")
    read = BY_FIRST_LEVEL.get(levels[0]) if levels else None
    if read is None:
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    return read


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    """What a message says; nothing for one that is in order and says nothing. Raises `Refusing`."""
    read = FOLDED.get(levels[0]) if levels else None
    read = read or reader(levels)
    if len(body) > MOST_BYTES:
        raise Refusing(Poison.TOO_LARGE)
    return read(levels, body)


def levels_of(subject: str) -> list[str]:
    """The levels of an MQTT topic that NATS carries as a subject: an empty one is `/`, a dot in one is `//`."""
    return ["" if token == "/" else token.replace("//", ".") for token in subject.split(".")]  # noqa: S105 -- a level
