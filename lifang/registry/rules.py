"""What may stand where."""

import math

from lifang.core.access import Refusal
from lifang.registry.terms import INSIDE, PlaceKind


def may_add(kind: str, name: str, parent_kind: str | None) -> Refusal | None:
    """A known kind with a name; a stair stands in a building, a dwelling in a stair."""
    if kind not in list(PlaceKind):
        return Refusal("place_kind", {"kind": kind[:20], "field": "kind"})
    if not name.strip():
        return Refusal("place_name", {"field": "name"})
    wanted = INSIDE.get(PlaceKind(kind))
    if parent_kind is not None and parent_kind != wanted:
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
