"""Decides without looking: what a message means, whether a device may do what is asked, how healthy it is."""

from lifang.sensing.rules.devices import (
    code_fits,
    described,
    fitting,
    may_install,
    may_retire,
    may_send,
    name_fits,
    on_earth,
    type_known,
    video_code_fits,
)
from lifang.sensing.rules.health import Fault, Said, faults, silent, standing
from lifang.sensing.rules.normalise import (
    Bounds,
    Incoming,
    Line,
    Refusing,
    Slot,
    normalise,
    number_of,
    slots,
)

__all__ = [
    "Bounds",
    "Fault",
    "Incoming",
    "Line",
    "Refusing",
    "Said",
    "Slot",
    "code_fits",
    "described",
    "faults",
    "fitting",
    "may_install",
    "may_retire",
    "may_send",
    "name_fits",
    "normalise",
    "number_of",
    "on_earth",
    "silent",
    "slots",
    "standing",
    "type_known",
    "video_code_fits",
]
