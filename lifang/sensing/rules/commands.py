"""What a device may be asked to do."""

from uuid import UUID

from lifang.core.access import Refusal
from lifang.sensing.catalogue import COMMANDS, TYPES
from lifang.sensing.terms import DeviceState, Owner

MOST_TEXT = 200


def offered(kind: str) -> list[str]:
    """What devices of a type can be asked to do."""
    return TYPES[kind].commands if kind in TYPES else []


def may_command(type_: str, state: str, kind: str, text: str) -> Refusal | None:
    """A device in service, a command of its type, words where it has something to say."""
    if state != DeviceState.INSTALLED:
        return Refusal("device_not_installed")
    if kind not in offered(type_):
        return Refusal("command_unknown", {"field": "kind"})
    if COMMANDS[kind].text != bool(text.strip()) or len(text) > MOST_TEXT or "\x00" in text:
        return Refusal("command_text", {"field": "text", "most": MOST_TEXT})
    return None


def speaks_for(owner: Owner, device: UUID, gateway: UUID | None, maker: UUID | None) -> bool:
    """Whether a key speaks for this device."""
    if owner.device is not None:
        return owner.device in (device, gateway)
    return owner.maker is not None and owner.maker == maker
