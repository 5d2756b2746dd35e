"""Where the cast lives: a county that no division list knows, with everything twice."""

from typing import Final

COUNTY: Final = "990101"
OTHER_COUNTY: Final = "990102"
STREET: Final = COUNTY + "001"
NEXT_STREET: Final = COUNTY + "002"
COMMUNITY: Final = STREET + "001"
NEXT_COMMUNITY: Final = STREET + "002"
GRID: Final = COMMUNITY + "001"
NEXT_GRID: Final = COMMUNITY + "002"
FAR_GRID: Final = NEXT_STREET + "001" + "001"  # in the next street
AWAY_GRID: Final = OTHER_COUNTY + "001" + "001" + "001"

STREETS: Final = (STREET, NEXT_STREET)
COMMUNITIES: Final = tuple(street + end for street in STREETS for end in ("001", "002"))
GRIDS: Final = tuple(community + end for community in COMMUNITIES for end in ("001", "002"))

# How a row may lie to somebody of GRID: the walker tries each.
RELATIONS: Final = {
    "own": GRID,
    "sibling_grid": NEXT_GRID,
    "other_community": NEXT_COMMUNITY + "001",
    "other_street": FAR_GRID,
    "other_county": AWAY_GRID,
    "parent": COMMUNITY,
}
