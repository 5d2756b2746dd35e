"""The words of the register."""

from enum import StrEnum

from lifang.core.i18n import Text, text


class PlaceKind(StrEnum):
    ESTATE = "estate"
    BUILDING = "building"
    STAIR = "stair"
    DWELLING = "dwelling"  # one door
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
INSIDE: dict[PlaceKind, PlaceKind] = {
    PlaceKind.BUILDING: PlaceKind.ESTATE,
    PlaceKind.STAIR: PlaceKind.BUILDING,
    PlaceKind.DWELLING: PlaceKind.STAIR,
}
# These are on every map and door plate; who lives behind a door is not.
PUBLIC = (PlaceKind.ESTATE, PlaceKind.BUILDING, PlaceKind.KEY_PLACE, PlaceKind.ROAD)
