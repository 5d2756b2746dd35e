"""Decides how far something is on foot: the straight line, times a detour, at a steady pace. An estimate, and said so where it is shown."""

from math import ceil

from lifang.core.geo.measure import metres_between
from lifang.living.catalogue import policy

Spot = tuple[float, float]  # lon, lat


def minutes(here: Spot, there: Spot) -> int:
    """Whole minutes, rounded up."""
    way = metres_between(*here, *there) * policy("walk_detour") / 100
    return max(1, ceil(way / policy("walk_metres")))


def reach() -> float:
    """Metres in a straight line that lie within the circle."""
    return policy("walk_minutes") * policy("walk_metres") * 100 / policy("walk_detour")
