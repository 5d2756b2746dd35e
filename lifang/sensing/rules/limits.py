"""Rules as written, and with the limits of one place."""

import math
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from lifang.sensing.catalogue import AlarmRule
from lifang.sensing.watch.rule import Kind, Rule, nearest


def read(body: Any) -> AlarmRule:
    """A rule as written in the database."""
    return msgspec.convert(body, AlarmRule, strict=False)


class Sieve:
    """What a measure of a type must say to begin anything, by the loosest limits of any place: asked of a whole column."""

    def __init__(self) -> None:
        self.above, self.below = math.inf, -math.inf
        self.equals: set[float] = set()
        self.changes: list[tuple[float, float]] = []  # moved so far, within so many seconds

    def add(self, one: AlarmRule, measure: str) -> None:
        each = [one.when, *(nearest(one.when, [(key, one.places[key])])[0] for key in one.places)]
        if one.when.kind is Kind.CHANGE:
            least = min(abs(rule.by) for rule in each)
            self.changes.append((least, max(rule.window for rule in each)))
        elif measure == one.when.measure:
            self.above = min(self.above, *(math.inf if r.above is None else r.above for r in each))
            self.below = max(self.below, *(-math.inf if r.below is None else r.below for r in each))
            self.equals |= set(one.when.equals)

    def wakes(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        found = (values > self.above) | (values < self.below)
        return found | np.isin(values, list(self.equals)) if self.equals else found


_ELSEWHERE = {Kind.SILENCE, Kind.SCORE}  # judged after the batch, by jobs


def sieves_of(rules: Iterable[AlarmRule]) -> dict[tuple[str, str], Sieve]:
    """(type, measure) → the sieve of the rules that look at it."""
    found: dict[tuple[str, str], Sieve] = {}
    for one in rules:
        for kind in one.types if one.when.kind not in _ELSEWHERE else ():
            for measure in one.when.measures:
                found.setdefault((kind, measure), Sieve()).add(one, measure)
    return found


def tuned(one: AlarmRule, device: str, area: str) -> tuple[Rule, str]:
    """The rule with the limits of the device, else of the nearest area that sets any; and which that is."""
    if not one.places:
        return one.when, ""
    keys = [device, *(area[:n] for n in range(len(area), 1, -1))]
    return nearest(one.when, [(key, one.places.get(key, {})) for key in keys])
