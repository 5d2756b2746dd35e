"""zigbee2mqtt: a topic a device, no time of its own. `contact: true` means closed."""

from collections.abc import Sequence

from lifang.sensing.adapters.plain import an_object, flat
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    name = "/".join(levels[1:])  # friendly names may have levels
    if levels[1:2] == ["bridge"]:
        return _bridge(levels, body)
    if levels[-1] in ("set", "get"):
        return []
    if levels[-1] == "availability":
        return [Incoming("/".join(levels[1:-1]), {"online": _available(body)})]
    if not name:
        raise Refusing(Poison.NO_DEVICE)
    values = flat(an_object(body))
    if "contact" in values:
        values["open"] = not values.pop("contact")
    return [Incoming(name, values)]


def _bridge(levels: Sequence[str], body: bytes) -> list[Incoming]:
    """The bridge itself is the gateway whose key it uses."""
    if list(levels[2:]) == ["state"]:
        return [Incoming("", {"online": _available(body)})]
    return []


def _available(body: bytes) -> bool:
    word = body.strip().decode("utf-8", "replace")
    if word.startswith("{"):
        word = str(an_object(body).get("state", ""))
    if word.strip('"') not in ("online", "offline"):
        raise Refusing(Poison.VALUE, word[:60])
    return word.strip('"') == "online"
