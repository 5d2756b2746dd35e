"""The words of the register."""

from enum import StrEnum
from typing import Final

from lifang.core.i18n import Text, text


class PlaceKind(StrEnum):
    ESTATE = "estate"
    BUILDING = "building"
    STAIR = "stair"
    DWELLING = "dwelling"  # a door
    KEY_PLACE = "key_place"  # a school, a market, a filling station
    ROAD = "road"


PLACE_NAMES: dict[PlaceKind, Text] = {
    PlaceKind.ESTATE: text("小区", "Estate"),
    PlaceKind.BUILDING: text("楼栋", "Building"),
    PlaceKind.STAIR: text("单元", "Stair"),
    PlaceKind.DWELLING: text("房屋", "Dwelling"),
    PlaceKind.KEY_PLACE: text("重点场所", "Key place"),
    PlaceKind.ROAD: text("道路", "Road"),
}

# What stands inside what; a place of another kind stands by itself.
INSIDE: dict[PlaceKind, tuple[PlaceKind, ...]] = {
    PlaceKind.BUILDING: (PlaceKind.ESTATE,),
    PlaceKind.STAIR: (PlaceKind.BUILDING,),
    PlaceKind.DWELLING: (PlaceKind.STAIR, PlaceKind.BUILDING),
}
# These are on every map and door plate; who lives behind a door is not.
PUBLIC = (PlaceKind.ESTATE, PlaceKind.BUILDING, PlaceKind.KEY_PLACE, PlaceKind.ROAD)


# Not one value but all that happened to a person: looked at like a field, for a purpose, on the record.
STORY: Final = "person.story"
HOME_STORY: Final = "household.story"  # the same of a household


class Document(StrEnum):
    """What proves who somebody is."""

    CITIZEN = "citizen"  # GB 11643
    FOREIGN_RESIDENT = "foreign_resident"  # foreign permanent-resident ID card
    HMT_RESIDENT = "hmt_resident"  # residence permit of Hong Kong, Macao and Taiwan residents
    HM_TRAVEL = "hm_travel"  # home-return permit
    TAIWAN_TRAVEL = "taiwan_travel"
    PASSPORT = "passport"
    NONE = "none"


class Label(StrEnum):
    """How sensitive a data element is, rising."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    RESTRICTED = "restricted"

    @property
    def sealed(self) -> bool:
        """Is a value under this label kept under encryption wherever it is copied?"""
        return self in (Label.PERSONAL, Label.SENSITIVE, Label.RESTRICTED)


class Subject(StrEnum):
    """What a fact can be about."""

    PERSON = "person"
    HOUSEHOLD = "household"
    PLACE = "place"
    FACILITY = "facility"
    VEHICLE = "vehicle"
    DOG = "dog"
    ORGANISATION = "organisation"


class Correcting(StrEnum):
    """States of a correction that a resident asked for."""

    ASKED = "asked"
    VERIFIED = "verified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Missing(StrEnum):
    """States of a visit that was not made in time."""

    MISSED = "missed"
    VISITED = "visited"
    EXCUSED = "excused"


class Expiring(StrEnum):
    """What a reminder is about."""

    REGISTRATION = "registration"  # of a temporary resident
    VALUE = "value"  # not confirmed in time


class Reminding(StrEnum):
    """States of a reminder."""

    OPEN = "open"
    SETTLED = "settled"


class Way(StrEnum):
    """How somebody of the register is told."""

    ACCOUNT = "account"  # in the inbox of the account, and by text message if it wants them
    TEXT = "text"  # a text message to the telephone of the register
    DOOR = "door"  # nothing is known: somebody goes there


class Answer(StrEnum):
    """What somebody who was called says."""

    COMING = "coming"
    CANNOT = "cannot"


LARGE: Final = "large"  # the size of a dog that the road may see too much of
# What the restricted store may be looked into for (purposes.yaml).
RESTRICTED_PURPOSES: Final = ("visit", "case", "emergency")
HEAD: Final = "head"  # the relation to the head of a household that the head has
