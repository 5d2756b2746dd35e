"""Change what is registered of devices, and take in what they say."""

from lifang.sensing.actions.devices import (
    NewDevice,
    faults,
    install_device,
    install_many,
    install_planned,
    move_device,
    plan_device,
    rest_device,
    retire_device,
    service_device,
    wake_device,
    wake_due,
)
from lifang.sensing.actions.intake import Parcel, Receipt, Register, take
from lifang.sensing.actions.keys import issue_device_key, revoke_device_key
from lifang.sensing.actions.quarantine import forget_old
from lifang.sensing.actions.replay import replay_poison
from lifang.sensing.actions.storing import Stored, store, watches

__all__ = [
    "NewDevice",
    "Parcel",
    "Receipt",
    "Register",
    "Stored",
    "faults",
    "forget_old",
    "install_device",
    "install_many",
    "install_planned",
    "issue_device_key",
    "move_device",
    "plan_device",
    "replay_poison",
    "rest_device",
    "retire_device",
    "revoke_device_key",
    "service_device",
    "store",
    "take",
    "wake_device",
    "wake_due",
    "watches",
]
