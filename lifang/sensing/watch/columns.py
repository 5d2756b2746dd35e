"""What must be known of every device at once, as columns: who is silent, and which few of a batch any rule cares for."""

from typing import NamedTuple

import numpy as np

from lifang.sensing.watch.rule import Kind, Rule

NEVER = np.uint32(0)
FIRST = 1_500_000_000  # seconds are counted from here, in four bytes until 2153


class Silent(NamedTuple):
    row: int
    since: int
    due: int


class Silence:
    """No word for so long. Seven bytes a device and rule: last second, class of limit, whether told."""

    def __init__(self, limits: list[float], rows: int = 0) -> None:
        self.limits = np.array(limits, dtype=np.uint32)  # by class; 0 is never
        self.last = np.zeros(rows, dtype=np.uint32)
        self.kind = np.zeros(rows, dtype=np.uint16)
        self.told = np.zeros(rows, dtype=np.bool_)

    def grow(self, rows: int) -> None:
        more = rows - len(self.last)
        if more > 0:
            self.last = np.concatenate([self.last, np.zeros(more, np.uint32)])
            self.kind = np.concatenate([self.kind, np.zeros(more, np.uint16)])
            self.told = np.concatenate([self.told, np.zeros(more, np.bool_)])

    def hear(self, rows: np.ndarray, at: np.ndarray) -> list[Silent]:
        """A batch, in any order; gives back those that were told silent and are heard again."""
        seconds = np.maximum(at - FIRST, 1).astype(np.uint32)
        back = np.unique(rows[self.told[rows]]) if self.told.any() else ()
        before = {int(row): int(self.last[row]) for row in back}
        np.maximum.at(self.last, rows, seconds)
        again = [row for row, last in before.items() if int(self.last[row]) > last]
        self.told[again] = False
        return [Silent(row, before[row] + FIRST, int(self.last[row]) + FIRST) for row in again]

    def due(self, now: float) -> list[Silent]:
        """Those that have now been silent too long, each once."""
        limit = self.limits[self.kind]
        late = self.last.astype(np.int64) + limit <= int(now) - FIRST
        found = np.flatnonzero(late & (limit > 0) & (self.last > NEVER) & ~self.told)
        self.told[found] = True
        return [
            Silent(int(row), int(self.last[row]) + FIRST, int(self.last[row] + limit[row]) + FIRST)
            for row in found
        ]

    @property
    def bytes_each(self) -> int:
        return self.last.itemsize + self.kind.itemsize + self.told.itemsize


class Sieve:
    """Which readings of a batch can matter to a rule: those that match it, and those of subjects where something is going on."""

    def __init__(self, rule: Rule, rows: int) -> None:
        self.rule = rule
        self.live = np.zeros(rows, dtype=np.bool_)

    def pick(self, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        rule = self.rule
        if rule.kind in {Kind.CHANGE, Kind.SEQUENCE}:
            return np.ones(len(rows), dtype=np.bool_)
        wanted = self.live[rows]
        if rule.above is not None:
            wanted = wanted | (values > rule.above)
        if rule.below is not None:
            wanted = wanted | (values < rule.below)
        for value in rule.equals:
            wanted = wanted | (values == value)
        return np.asarray(wanted)
