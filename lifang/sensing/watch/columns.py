"""What must be known of every device at once, as columns: who is silent, and which few of a batch any rule cares for."""

from typing import NamedTuple

import numpy as np

from lifang.sensing.watch.rule import Kind, Rule

OFF = np.uint32(2**32 - 1)
FIRST = 1_500_000_000  # seconds are counted from here, in four bytes until 2153


class Silent(NamedTuple):
    row: int
    since: int
    due: int


class Silence:
    """No word for so long. Ten bytes a device and rule: last second, the second it is due, class of limit."""

    def __init__(self, limits: list[float], rows: int = 0) -> None:
        self.limits = np.array(limits, dtype=np.int64)  # by class; 0 is never
        self.last = np.zeros(rows, dtype=np.uint32)
        self.deadline = np.full(rows, OFF, dtype=np.uint32)
        self.kind = np.zeros(rows, dtype=np.uint16)
        self.told: set[int] = set()

    def grow(self, rows: int) -> None:
        more = rows - len(self.last)
        if more > 0:
            self.last = np.concatenate([self.last, np.zeros(more, np.uint32)])
            self.deadline = np.concatenate([self.deadline, np.full(more, OFF, np.uint32)])
            self.kind = np.concatenate([self.kind, np.zeros(more, np.uint16)])

    def hear(self, rows: np.ndarray, at: np.ndarray) -> list[Silent]:
        """A batch, in any order; gives back those that were told silent and are heard again."""
        seconds = np.maximum(at - FIRST, 1).astype(np.uint32)
        told = self.told.intersection(rows.tolist()) if self.told else ()
        before = {row: int(self.last[row]) for row in told}
        np.maximum.at(self.last, rows, seconds)
        self.arm(rows)
        again = [row for row, last in before.items() if int(self.last[row]) > last]
        self.told.difference_update(again)
        self.deadline[[row for row in before if row in self.told]] = OFF
        return [Silent(row, before[row] + FIRST, int(self.last[row]) + FIRST) for row in again]

    def arm(self, rows: np.ndarray) -> None:
        limit = self.limits[self.kind[rows]]
        self.deadline[rows] = np.where(limit > 0, self.last[rows] + limit, OFF)

    def due(self, now: float) -> list[Silent]:
        """Those that have now been silent too long, each once."""
        found = np.flatnonzero(self.deadline <= int(now) - FIRST)
        out = [
            Silent(int(row), int(self.last[row]) + FIRST, int(self.deadline[row]) + FIRST)
            for row in found
        ]
        self.deadline[found] = OFF
        self.told.update(found.tolist())
        return out

    @property
    def bytes_each(self) -> int:
        return self.last.itemsize + self.deadline.itemsize + self.kind.itemsize


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
