"""Facilities: their seventeen digits."""

from lifang.core.access import Refusal
from lifang.registry.catalogue import COMPONENTS


def facility_number_fits(number: str, area: str) -> Refusal | None:
    """6 region + 5 component + 6 serial (GB/T 47678.5-2026); the region is the one it lies in."""
    if len(number) != 17 or not (number.isascii() and number.isdigit()):
        return Refusal("facility_number", {"field": "number"})
    if number[6:11] not in COMPONENTS:
        return Refusal("facility_component", {"code": number[6:11], "field": "number"})
    good = area.startswith(number[:6])
    return None if good else Refusal("facility_region", {"field": "number"})
