"""Change what is registered of devices, and take in what they say."""

from lifang.sensing.actions.admission import (
    admit,
    ask_admission,
    draw_key,
    end_admission,
    refuse_admission,
    run_conformance,
)
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
    take_back_devices,
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
    "admit",
    "ask_admission",
    "draw_key",
    "end_admission",
    "faults",
    "forget_old",
    "install_device",
    "install_many",
    "install_planned",
    "issue_device_key",
    "move_device",
    "plan_device",
    "refuse_admission",
    "replay_poison",
    "rest_device",
    "retire_device",
    "revoke_device_key",
    "run_conformance",
    "service_device",
    "store",
    "take",
    "take_back_devices",
    "wake_device",
    "wake_due",
    "watches",
]
