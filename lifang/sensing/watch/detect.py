"""Is this value unusual for its own series? One score in [0, 1], from the past alone, with no setting for a series.

Several simple forecasts compete; what is judged is how rare a deviation of this size is among the deviations that
this series has shown so far. A series that jumps every day is not blamed for jumping.
"""

import math
from collections import deque
from datetime import datetime

import numpy as np

from lifang.sensing.watch.forecast import Forecasts

BINS, LOWEST, HIGHEST = 240, -12.0, 12.0  # of the logarithm of a deviation
QUIET, SURE = 2.3, 5.3  # a chance of 10**-QUIET scores 0, of 10**-SURE scores 1
FADE, BEYOND = 0.9998, 3.0
RAMP, HUSH, HUSH_MEMORY, LOUD = 150.0, 0.9, 0.03, 0.3
STUCK, MOVING = 8, 30  # equal values in a row, changes before
LEARNING = 60  # values before anything is said
REASONS = ("spike", "shift", "unrest", "range", "frozen")


class Rarity:
    """How seldom a value as large as this one has been; older experience slowly fades."""

    __slots__ = ("counts", "growth", "most", "total", "weight")

    def __init__(self, fade: float = FADE) -> None:
        self.counts = np.zeros(BINS)
        self.total, self.most = 0.0, 0.0
        self.weight, self.growth = 1.0, 1 / fade  # instead of making all the old counts smaller

    def surprise(self, size: float) -> float:
        """-log10 of the chance; beyond all experience it goes on falling with the third power."""
        if not self.total:
            return 0.0
        place = _bin(size)
        above = float(self.counts[place + 1 :].sum()) + 0.5 * float(self.counts[place])
        seldom = -math.log10(min(1.0, (above / self.weight + 0.5) / (self.total / self.weight + 1)))
        if size > self.most > 0:
            seldom += BEYOND * math.log10(size / self.most)
        return seldom

    def learn(self, size: float) -> None:
        self.weight *= self.growth
        self.counts[_bin(size)] += self.weight
        self.total += self.weight
        self.most = max(self.most / self.growth, size)
        if self.weight > 1e6:
            self.counts /= self.weight
            self.total /= self.weight
            self.weight = 1.0


class Detector:
    """Feed it in order of time; `reason` says what made the last score."""

    def __init__(self) -> None:
        self.forecasts = Forecasts()
        self.rarities = {name: Rarity() for name in REASONS}
        self.near: deque[float] = deque(maxlen=6)  # signed, against the slow forecast
        self.sizes: deque[float] = deque(maxlen=12)
        self.low, self.high = math.inf, -math.inf
        self.last, self.same, self.longest, self.changes = math.nan, 0, 1, 0
        self.seen, self.hush, self.reason = 0, 0.0, ""
        self.expected = self.usual = (
            math.nan
        )  # of the last value: what it should have been, and how far off is common

    def score(self, at: float, value: float) -> float:
        if not math.isfinite(value):
            self.reason = "missing"
            return 0.0
        self.seen += 1
        swift, slow, scale, slow_scale = self.forecasts.look(at, value)
        self.sizes.append(min(abs(swift) / scale, 50.0))
        self.near.append(max(-50.0, min(50.0, slow / slow_scale)))
        sizes = {
            "spike": abs(swift) / scale,
            "shift": abs(sum(self.near)) / len(self.near),
            "unrest": sum(self.sizes) / len(self.sizes),
            "range": self._outside(value),
            "frozen": self._frozen(value),
        }
        found = {name: self.rarities[name].surprise(size) for name, size in sizes.items()}
        if self.seen > LEARNING and value != self.low == self.high:
            found["spike"] = SURE  # it has never been anything else
        self.reason, most = max(found.items(), key=lambda pair: pair[1])
        self.expected, self.usual = (
            (value - slow, slow_scale) if self.reason == "shift" else (value - swift, scale)
        )
        for name, size in sizes.items():
            self.rarities[name].learn(size)
        self.forecasts.learn(at, value)
        self.low, self.high = min(self.low, value), max(self.high, value)
        return self._settle(most)

    def _settle(self, surprise: float) -> float:
        """No judgement while learning; what has just been said is not repeated as loudly."""
        raw = min(1.0, max(0.0, (surprise - QUIET) / (SURE - QUIET)))
        if self.seen <= LEARNING:
            return 0.0
        raw *= 1 - math.exp(-(self.seen - LEARNING) / RAMP)
        said = raw * (1 - self.hush)
        memory = max(12.0, HUSH_MEMORY * self.seen)
        self.hush *= 1 - 1 / memory
        if said > LOUD:
            self.hush = max(self.hush, HUSH)
        return said

    def _outside(self, value: float) -> float:
        """How far beyond all that was ever seen, as a part of that range."""
        if self.seen <= LEARNING // 2 or self.high <= self.low:
            return 0.0
        beyond = max(value - self.high, self.low - value, 0.0)
        return beyond / (self.high - self.low)

    def _frozen(self, value: float) -> float:
        """The run of equal values, if longer than the longest so far; of a series that uses to move."""
        self.changes += value != self.last
        self.same = self.same + 1 if value == self.last else 0
        self.last = value
        if self.same <= self.longest:
            return 0.0
        over, self.longest = self.same * self.same / self.longest, self.same
        return over if self.same > STUCK and self.changes > MOVING else 0.0


def moment(text: str) -> float:
    """Seconds of a timestamp as files write it; a bare number counts as seconds."""
    text = text.strip()
    try:
        return float(text)
    except ValueError:
        return datetime.fromisoformat(text.replace("/", "-")).timestamp()


def _bin(size: float) -> int:
    if size <= 0:
        return 0
    where = (math.log(size) - LOWEST) / (HIGHEST - LOWEST)
    return min(BINS - 1, max(0, int(where * BINS)))
