"""Decides about networks: what a finding must say, and how coverage is counted."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import Refusal
from lifang.sensing.catalogue import NETWORK_KINDS

BACK = timedelta(days=3 * 365)
MOST_BUILDINGS = 600


class Found(NamedTuple):
    """What holds of one operator at one building."""

    building: UUID
    kind: str
    operator: str
    covered: bool


class Rate(NamedTuple):
    """Homes of buildings where somebody's network is, of all homes; homes of which nobody has said anything."""

    kind: str
    homes: int
    covered: int
    unknown: int

    @property
    def share(self) -> float | None:
        return self.covered / self.homes if self.homes else None


def fits(
    kind: str, operator: str, evidence: str, value: float | None, covered: bool | None, found_on: date, many: int, today: date
) -> Refusal | None:  # fmt: skip
    if kind not in NETWORK_KINDS:
        return Refusal("network_kind", {"field": "kind"})
    if not 0 < len(operator.strip()) <= 60:
        return Refusal("network_operator", {"field": "operator"})
    if not 0 < len(evidence.strip()) <= 200:
        return Refusal("network_evidence", {"field": "evidence"})
    if (value is None) == (covered is None) or (value is not None and not (math.isfinite(value) and abs(value) < 10**6)):  # fmt: skip
        return Refusal("network_value", {"field": "measured"})
    if not today - BACK <= found_on <= today:
        return Refusal("network_day", {"field": "found_on"})
    return None if 0 < many <= MOST_BUILDINGS else Refusal("network_buildings", {"field": "buildings", "most": MOST_BUILDINGS})  # fmt: skip


def enough(kind: str, value: float) -> bool:
    """Does a measured value count as covered?"""
    return value >= NETWORK_KINDS[kind].limit


def rates(homes: Mapping[UUID, int], found: Iterable[Found]) -> list[Rate]:
    """Of every kind: a building is covered if one operator's newest finding says so."""
    said: dict[str, dict[UUID, bool]] = {one.key: {} for one in NETWORK_KINDS}
    for one in found:
        if one.kind in said and one.building in homes:
            said[one.kind][one.building] = said[one.kind].get(one.building, False) or one.covered
    whole = sum(homes.values())
    return [
        Rate(
            key, whole, sum(homes[pk] for pk, yes in known.items() if yes), whole - sum(homes[pk] for pk in known)
        )
        for key, known in said.items()
    ]  # fmt: skip
