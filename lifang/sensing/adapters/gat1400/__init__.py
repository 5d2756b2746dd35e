"""GA/T 1400 (视图库): what a lower platform or a camera tells in subscription notifications, as far as it is the state of devices.

Faces, persons, vehicles and their images are refused and counted, and nothing of them is kept: this platform compares no faces, ever.
Object and field names are from open implementations; the text of the standard was not at hand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from lifang.sensing.adapters.plain import an_object, text
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison, micros

MOST: Final = 1_000  # notifications and states in one message
BEIJING: Final = ZoneInfo("Asia/Shanghai")
# Resources that are refused at their own address, and objects that are refused inside a notification.
REFUSED: Final = (
    "Face", "Person", "MotorVehicle", "NonMotorVehicle", "Image", "VideoSlice", "File", "SubImage", "Thing", "Scene", "Disposition",
    "DispositionNotification", "Case",
)  # fmt: skip
_STATES: Final = {
    "DeviceStatusList": ("APEStatusObject", "ApeID"), "APEStatusObjectList": ("APEStatusObject", "ApeID"), "APEStatusListObject": ("APEStatusObject", "ApeID"),
    "APSStatusObjectList": ("APSStatusObject", "APSID"), "APSStatusListObject": ("APSStatusObject", "APSID"),
}  # fmt: skip
_QUIET: Final = ("DeviceList", "APEObjectList", "APEListObject", "APSObjectList", "APSListObject", "TollgateObjectList", "LaneObjectList")  # fmt: skip
_ONLINE: Final = {"1": True, "2": False}  # 9: other


def told(body: bytes) -> tuple[list[Incoming], list[Refusing], list[str]]:
    """Of a message of notifications: states, what is refused, and the ids to be answered. Raises `Refusing`."""
    listed = _inside(
        an_object(body), "SubscribeNotificationListObject", "SubscribeNotificationObject"
    )
    heard, wrong, ids = list[Incoming](), list[Refusing](), list[str]()
    for one in listed:
        number = text(one.get("NotificationID"), 64)
        ids.append(number)
        for name, value in one.items():
            try:
                heard += _read(name, value, number)
            except Refusing as why:
                wrong.append(why)
    if len(heard) > MOST:
        raise Refusing(Poison.TOO_LARGE)
    return heard, wrong, ids


def device_of(body: bytes, wrapper: str) -> str:
    """Who registers, keeps alive or leaves."""
    said = an_object(body).get(wrapper)
    code = said.get("DeviceID") if isinstance(said, dict) else None
    if not isinstance(code, str):
        raise Refusing(Poison.SHAPE, wrapper)
    return code[:64]


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    """For the fixtures: what is refused counts where nothing else was told."""
    if list(levels) != ["gat1400", "notifications"]:
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    heard, wrong, _ = told(body)
    if wrong and not heard:
        raise wrong[0]
    return heard


def is_refused(name: str) -> bool:
    """Is this an object of people, vehicles or pictures, or a list of such?"""
    return name.removesuffix("List").removesuffix("Object").removesuffix("List").removesuffix("Object").removesuffix("s") in REFUSED  # fmt: skip


def _read(name: str, value: Any, number: str) -> Iterator[Incoming]:
    if is_refused(name) and value:
        raise Refusing(Poison.PICTURE, name[:60])
    if name in _QUIET or not isinstance(value, (dict, list)):
        return
    if name not in _STATES:
        raise Refusing(Poison.SHAPE, f"{name[:60]} is not read")
    inner, key = _STATES[name]
    for one in _listed(value.get(inner) if isinstance(value, dict) else value):
        yield _state(one, key, number)


def _state(one: dict[str, Any], key: str, number: str) -> Incoming:
    code, state = one.get(key), str(one.get("IsOnline"))
    if not isinstance(code, str) or not code:
        raise Refusing(Poison.NO_DEVICE)
    if state not in _ONLINE:
        raise Refusing(Poison.VALUE, f"IsOnline {state[:20]}")
    at = _time(one.get("CurrentTime"))
    return Incoming(
        code[:64], {"online": _ONLINE[state]}, at, f"{number}:{code[:64]}" if number else ""
    )


def _time(said: Any) -> int | None:
    """yyyyMMddHHmmss, Beijing time."""
    if said is None:
        return None
    if not isinstance(said, str) or not (len(said) == 14 and said.isascii() and said.isdigit()):
        raise Refusing(Poison.VALUE, f"time {said!s:.40}")
    try:
        return micros(datetime.strptime(said, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING))
    except (ValueError, OverflowError):
        raise Refusing(Poison.VALUE, f"time {said}") from None


def _inside(said: dict[str, Any], outer: str, inner: str) -> list[dict[str, Any]]:
    held = said.get(outer)
    found = _listed(held.get(inner) if isinstance(held, dict) else None)
    if not found:
        raise Refusing(Poison.SHAPE, f"{outer} is expected")
    return found


def _listed(value: Any) -> list[dict[str, Any]]:
    """A list of objects; one alone stands for a list of it."""
    found = [value] if isinstance(value, dict) else value
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refusing(Poison.SHAPE, "a list of objects is expected")
    if len(found) > MOST:
        raise Refusing(Poison.TOO_LARGE)
    return found


__all__ = ["BEIJING", "REFUSED", "device_of", "hear", "is_refused", "told"]
