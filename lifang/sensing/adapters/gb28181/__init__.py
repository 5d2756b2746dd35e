"""GB/T 28181, alarms and keepalive (MANSCDP over SIP MESSAGE): XML, mostly GB 18030 whatever its header says. No video.

Codes of the 2016 edition, cross-checked with an open implementation; the text of the standard was not at hand.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from lifang.sensing.adapters import markup
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.terms import Poison, micros

BEIJING: Final = ZoneInfo("Asia/Shanghai")
_QUIET: Final = ("Catalog", "DeviceInfo", "DeviceStatus", "RecordInfo", "MobilePosition", "ConfigDownload", "MediaStatus", "PresetQuery", "Broadcast")  # fmt: skip
_SEEN: Final[dict[str, Any]] = {"object_seen": True}
# By AlarmMethod and AlarmType; an event, so it never says that it is over.
_DEVICE: Final[dict[str, dict[str, Any]]] = {"1": {"picture": False}, "2": {"tamper": True}, "3": {"recording": False}, "4": {"outage": True}, "5": {"outage": True}}  # fmt: skip
_VIDEO: Final[dict[str, dict[str, Any]]] = {"2": {"motion": True}, "11": {"picture": False}}
_FAULT: Final[dict[str, dict[str, Any]]] = {"1": {"recording": False}, "2": {"outage": True}}
_MOST_TEXT: Final = 200


class Message(NamedTuple):
    """One message of a device or a lower platform."""

    command: str
    number: str
    device: str
    heard: list[Incoming]


def read(body: bytes) -> Message:
    """What a body says. Raises `Refusing`."""
    root = markup.read(body)
    command, number, device = root.said("CmdType"), root.said("SN")[:20], root.said("DeviceID")
    if root.name not in ("Notify", "Response", "Query", "Control") or not command:
        raise Refusing(Poison.SHAPE, f"{root.name[:40]} {command[:40]}")
    if not (len(device) == 20 and device.isascii() and device.isdigit()):
        raise Refusing(Poison.NO_DEVICE, f"DeviceID {device[:40]}")
    if root.name != "Notify" or command in _QUIET:
        return Message(command[:40], number, device, [])
    if command == "Keepalive":
        return Message(command, number, device, [_alive(root, device)])
    if command != "Alarm":
        raise Refusing(Poison.SHAPE, f"CmdType {command[:40]}")
    return Message(command, number, device, [_alarm(root, number, device)])


def hear(levels: Sequence[str], body: bytes) -> list[Incoming]:
    if list(levels) != ["gb28181", "message"]:
        raise Refusing(Poison.TOPIC, "/".join(levels)[:200])
    return read(body).heard


def _alive(root: markup.Node, device: str) -> Incoming:
    status = root.said("Status").upper()
    if status not in ("OK", "ERROR"):
        raise Refusing(Poison.VALUE, f"Status {status[:40]}")
    return Incoming(device, {"online": True, "outage": status == "ERROR"})


def _alarm(root: markup.Node, number: str, device: str) -> Incoming:
    method, said = root.said("AlarmMethod")[:1], root.said("AlarmTime")
    if not method or method not in "1234567":
        raise Refusing(Poison.VALUE, f"AlarmMethod {method}")
    kind = root.said("Info", "AlarmType") or root.said("AlarmType")
    event = next((one.text.strip() for one in root.every("EventType")), "")
    told = {"priority": root.said("AlarmPriority"), "method": method, "type": kind, "event": event, "said": root.said("AlarmDescription")}  # fmt: skip
    facts = {name: text.replace("\x00", "")[:_MOST_TEXT] for name, text in told.items() if text}
    return Incoming(device, _values(method, kind), _time(said), f"{number}:{device}:{said}"[:80], facts)  # fmt: skip


def _values(method: str, kind: str) -> dict[str, Any]:
    if method == "2":
        return _DEVICE.get(kind, {"input": True})
    if method == "5":
        return _VIDEO.get(kind, _SEEN)
    if method == "6":
        return _FAULT.get(kind, {"outage": True})
    return _SEEN


def _time(said: str) -> int | None:
    """Beijing time, unless it says otherwise."""
    if not said:
        return None
    try:
        found = datetime.fromisoformat(said)
        return micros(found if found.tzinfo else found.replace(tzinfo=BEIJING))
    except (ValueError, OverflowError):
        raise Refusing(Poison.VALUE, f"AlarmTime {said[:40]}") from None
