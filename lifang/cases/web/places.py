"""Maps one chooses a point on: where they open, and whether anybody has moved them."""

import math
from typing import Any

from lifang.core.access import Actor, Refused
from lifang.core.geo.measure import metres_between
from lifang.orgs import selectors as orgs

UNTOUCHED = 30.0  # metres around the middle of the map: nobody has moved it
SAME = 3.0  # metres that come from writing a point with six digits


def bounds_of(actor: Actor, area: str) -> list[float] | None:
    """West, south, east, north of a drawn area."""
    try:
        found = orgs.division(actor, area).bounds
    except Refused:
        return None
    return list(found) if found else None


def middle_of(bounds: list[float] | None) -> tuple[float, float] | None:
    """What a map of these bounds shows in its middle; Mercator puts it a little off the middle of the degrees."""
    if bounds is None:
        return None
    west, south, east, north = bounds
    tall = [math.asinh(math.tan(math.radians(lat))) for lat in (south, north)]
    return (west + east) / 2, math.degrees(math.atan(math.sinh(sum(tall) / 2)))


def on_earth(lon: Any, lat: Any) -> bool:
    return lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90


def moved(lon: Any, lat: Any, start: tuple[float, float] | None, within: float = UNTOUCHED) -> bool:
    """Is it a point, and another than where the map stood at first?"""
    return on_earth(lon, lat) and not (start and metres_between(lon, lat, *start) < within)
