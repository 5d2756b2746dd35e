from lifang.sensing.models.admission import Admission, Key, Maker, Run
from lifang.sensing.models.device import CELL_METRES, Device, Entry
from lifang.sensing.models.observation import Counted, Latest, Observation, Quarantined, Series

__all__ = [
    "CELL_METRES",
    "Admission",
    "Counted",
    "Device",
    "Entry",
    "Key",
    "Latest",
    "Maker",
    "Observation",
    "Quarantined",
    "Run",
    "Series",
]
