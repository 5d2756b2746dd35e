from lifang.sensing.models.admission import Admission, Key, Maker, Run
from lifang.sensing.models.alarm import Alarm, AlarmStep, Flood
from lifang.sensing.models.device import CELL_METRES, Device, Entry, Stay, name_of
from lifang.sensing.models.observation import (
    Counted,
    Firing,
    Latest,
    Observation,
    Quarantined,
    Series,
)
from lifang.sensing.models.review import Review
from lifang.sensing.models.rule import Edition, Pending
from lifang.sensing.models.vigil import Vigil

__all__ = [
    "CELL_METRES",
    "Admission",
    "Alarm",
    "AlarmStep",
    "Counted",
    "Device",
    "Edition",
    "Entry",
    "Firing",
    "Flood",
    "Key",
    "Latest",
    "Maker",
    "Observation",
    "Pending",
    "Quarantined",
    "Review",
    "Run",
    "Series",
    "Stay",
    "Vigil",
    "name_of",
]
