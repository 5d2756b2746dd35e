"""What may stand where."""

import math
from typing import Any

from lifang.core.access import Refusal
from lifang.registry.catalogue import codes
from lifang.registry.terms import INSIDE, PlaceKind


def may_add(kind: str, name: str, parent_kind: str | None) -> Refusal | None:
    """A known kind with a name; a stair stands in a building, a dwelling in a stair, or in a building without any."""
    if kind not in list(PlaceKind):
        return Refusal("place_kind", {"kind": kind[:20], "field": "kind"})
    if not name.strip():
        return Refusal("place_name", {"field": "name"})
    wanted = INSIDE.get(PlaceKind(kind), ())
    if parent_kind is not None and parent_kind not in wanted:
        return Refusal("place_parent", {"field": "parent"})
    if parent_kind is None and kind in (PlaceKind.STAIR, PlaceKind.DWELLING):
        return Refusal("place_parent", {"field": "parent"})
    return None


def on_earth(lon: float | None, lat: float | None) -> Refusal | None:
    """Both or neither, finite, in degrees."""
    if lon is None and lat is None:
        return None
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return Refusal("place_point", {"field": "lon"})
    return None if abs(lon) <= 180 and abs(lat) <= 90 else Refusal("place_point", {"field": "lon"})


def telephone_shape(telephone: str) -> Refusal | None:
    """Six to fifteen digits, as people write them."""
    digits = [c for c in telephone if c.isdigit()]
    bad = telephone and (not 6 <= len(digits) <= 15 or set(telephone) - set("0123456789 +-()"))
    return Refusal("telephone_shape", {"field": "telephone"}) if bad else None


def room_fits(floor: int | None, area_m2: Any, use: str) -> Refusal | None:
    """A floor between the cellar and the clouds, an area above nothing, a use of the list."""
    if floor is not None and not -10 <= floor <= 200:
        return Refusal("floor_wrong", {"field": "floor"})
    if area_m2 is not None and not 0 < area_m2 < 1_000_000:
        return Refusal("number_wrong", {"field": "area_m2"})
    if use and codes("use").get(use) is None:
        return Refusal("unknown_code", {"code": use[:30], "field": "use"})
    return None


def point_said(lon: float, lat: float) -> str:
    """A point as text, to some ten centimetres."""
    return f"{lon:.6f}, {lat:.6f}"
