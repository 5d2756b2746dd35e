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
from lifang.sensing.actions.storing import Stored, store, watches

__all__ = [
    "NewDevice",
    "Stored",
    "faults",
    "install_device",
    "install_many",
    "install_planned",
    "move_device",
    "plan_device",
    "rest_device",
    "retire_device",
    "service_device",
    "store",
    "wake_device",
    "wake_due",
    "watches",
]
