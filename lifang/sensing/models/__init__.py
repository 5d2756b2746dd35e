from lifang.sensing.models.admission import Admission, Key, Maker, Run
from lifang.sensing.models.alarm import Alarm, AlarmStep, Flood
from lifang.sensing.models.archived import Archived
from lifang.sensing.models.command import Command
from lifang.sensing.models.device import CELL_METRES, Device, Entry, Pull, Stay, name_of
from lifang.sensing.models.fire_call import FireCall
from lifang.sensing.models.network import NetworkCheck
from lifang.sensing.models.observation import (
    Announced,
    Counted,
    Firing,
    Latest,
    Observation,
    Quarantined,
    Series,
)
from lifang.sensing.models.reception import (
    Filing,
    Match,
    MatchLook,
    Reception,
    ReceptionCount,
    ReceptionKey,
)
from lifang.sensing.models.recording import Recording
from lifang.sensing.models.review import Review
from lifang.sensing.models.rule import Edition, Pending
from lifang.sensing.models.safety import SafetyNotice
from lifang.sensing.models.score import Followed
from lifang.sensing.models.site import Site
from lifang.sensing.models.tour import Tour
from lifang.sensing.models.utility import UtilityLine
from lifang.sensing.models.vigil import Vigil
from lifang.sensing.models.works import Works
from lifang.sensing.models.works_money import WorksMoney

__all__ = [
    "CELL_METRES",
    "Admission",
    "Alarm",
    "AlarmStep",
    "Announced",
    "Archived",
    "Command",
    "Counted",
    "Device",
    "Edition",
    "Entry",
    "Filing",
    "FireCall",
    "Firing",
    "Flood",
    "Followed",
    "Key",
    "Latest",
    "Maker",
    "Match",
    "MatchLook",
    "NetworkCheck",
    "Observation",
    "Pending",
    "Pull",
    "Quarantined",
    "Reception",
    "ReceptionCount",
    "ReceptionKey",
    "Recording",
    "Review",
    "Run",
    "SafetyNotice",
    "Series",
    "Site",
    "Stay",
    "Tour",
    "UtilityLine",
    "Vigil",
    "Works",
    "WorksMoney",
    "name_of",
]
