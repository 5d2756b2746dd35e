"""The words of places, units and postings."""

from enum import StrEnum

from lifang.core.geo.divisions import Level
from lifang.core.i18n import Text, text

LEVELS: dict[Level, tuple[str, Text]] = {
    Level.CITY: ("city", text("市", "City")),
    Level.COUNTY: ("county", text("县区", "County")),
    Level.STREET: ("street", text("街道", "Street office")),
    Level.COMMUNITY: ("community", text("社区", "Community")),
    Level.GRID: ("grid", text("网格", "Grid")),
}
UNIT_LEVEL = "unit"  # of a post that belongs to a unit, not to an area


class DivisionKind(StrEnum):
    """What kind of area of its level a code is; empty for cities and counties."""

    NONE = ""
    STREET = "street"
    TOWN = "town"
    TOWNSHIP = "township"
    SPECIAL = "special"  # with government and enterprise functions in one
    URBAN_COMMUNITY = "urban_community"
    VILLAGE = "village"
    BASIC = "basic"
    DEDICATED = "dedicated"


KIND_NAMES: dict[DivisionKind, Text] = {
    DivisionKind.STREET: text("街道", "Street"),
    DivisionKind.TOWN: text("镇", "Town"),
    DivisionKind.TOWNSHIP: text("乡", "Township"),
    DivisionKind.SPECIAL: text("功能区", "Special zone"),
    DivisionKind.URBAN_COMMUNITY: text("城市社区", "Urban community"),
    DivisionKind.VILLAGE: text("村", "Village"),
    DivisionKind.BASIC: text("基础网格", "Basic grid"),
    DivisionKind.DEDICATED: text("专属网格", "Dedicated grid"),
}


class Role(StrEnum):
    """How a unit answers for a matter."""

    LEAD = "lead"
    ASSIST = "assist"


ROLE_NAMES = {Role.LEAD: text("牵头", "Lead"), Role.ASSIST: text("配合", "Assist")}


class WatchRole(StrEnum):
    """How somebody is on watch."""

    LEADER = "leader"
    WATCH = "watch"


WATCH_NAMES = {
    WatchRole.LEADER: text("带班领导", "Leader on watch"),
    WatchRole.WATCH: text("值班员", "On watch"),
}
