from lifang.registry.models.callup import Called, CallUp
from lifang.registry.models.dog import Dog, DogNotice, DogNotified
from lifang.registry.models.fact import Correction, Fact, Look
from lifang.registry.models.household import Household, Membership, Occupancy
from lifang.registry.models.person import Batch, Merge, Person, Tagging
from lifang.registry.models.phase import Phase
from lifang.registry.models.place import CELL_METRES, Place, Resident
from lifang.registry.models.reminder import Reminder
from lifang.registry.models.restricted import RestrictedLook, RestrictedRecord
from lifang.registry.models.thing import Facility, Organisation, Tie, Vehicle
from lifang.registry.models.union import Union
from lifang.registry.models.visit import MissedVisit, Visit, VisitPlan

__all__ = [
    "CELL_METRES",
    "Batch",
    "CallUp",
    "Called",
    "Correction",
    "Dog",
    "DogNotice",
    "DogNotified",
    "Facility",
    "Fact",
    "Household",
    "Look",
    "Membership",
    "Merge",
    "MissedVisit",
    "Occupancy",
    "Organisation",
    "Person",
    "Phase",
    "Place",
    "Reminder",
    "Resident",
    "RestrictedLook",
    "RestrictedRecord",
    "Tagging",
    "Tie",
    "Union",
    "Vehicle",
    "Visit",
    "VisitPlan",
]  # fmt: skip
