"""Decides about sites: what is entered of one, and what its devices say is free."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from lifang.core.access import Refusal
from lifang.sensing.catalogue import MEASURES, SITE_KINDS

MOST_SPACES: Final = 100_000


class Counted(NamedTuple):
    """Spaces or ports of a site: free, taken, out of order, and of which nothing is known now."""

    free: int = 0
    taken: int = 0
    faulty: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return sum(self)


def fits(kind: str, name: str, spot: str, operator: str, price: str, price_source: str, spaces: int | None) -> Refusal | None:  # fmt: skip
    if kind not in SITE_KINDS:
        return Refusal("site_kind", {"field": "kind"})
    if not 0 < len(name.strip()) <= 80:
        return Refusal("site_name", {"field": "name"})
    if not 0 < len(spot.strip()) <= 120 or not 0 < len(operator.strip()) <= 80:
        return Refusal("site_who", {"field": "operator"})
    if not 0 < len(price.strip()) <= 200 or not 0 < len(price_source.strip()) <= 200:
        return Refusal("site_price", {"field": "price"})
    return None if spaces is None or 0 < spaces <= MOST_SPACES else Refusal("site_spaces", {"field": "spaces"})  # fmt: skip


def counted(said: Iterable[tuple[Mapping[str, float], bool]], spaces: int | None) -> Counted:
    """Of each device what it said last, and whether it still counts. A gate that counts free spaces speaks for the whole site."""
    found = [0, 0, 0, 0]
    by_gate: list[int] = []
    for values, fresh in said:
        if "spaces_free" in values and "occupied" not in values:
            if fresh:
                by_gate.append(int(values["spaces_free"]))
        else:
            found[_of(values) if fresh else 3] += 1
    if by_gate and not any(found):
        free = min(by_gate) if spaces is None else min(*by_gate, spaces)
        return Counted(free, max((spaces or free) - free, 0))
    missing = max((spaces or 0) - sum(found), 0)
    return Counted(found[0], found[1], found[2], found[3] + missing)


def _of(values: Mapping[str, float]) -> int:
    """Which of free, taken, faulty, unknown."""
    if "port" in values:
        states = [one.key for one in MEASURES["port"].states]
        key = states[int(values["port"])] if 0 <= values["port"] < len(states) else ""
        return {"free": 0, "charging": 1, "full": 1, "fault": 2}.get(key, 3)
    if "occupied" in values:
        return 1 if values["occupied"] else 0
    return 3
