"""What the next value will be: a handful of simple forecasts, of which the one that errs least is believed."""

import math
from collections import deque

import numpy as np

DAY, WEEK = 86400.0, 604800.0
SLOTS = 288  # at most, of a day: five minutes each
STEPS = 30  # until the interval is known
MOST_WAITING = 1000  # readings before that, however many come at one moment
FAST, SLOW, ERR = 0.3, 0.01, 0.01


class Profile:
    """The usual value at this time of the day or week; a robust running mean for each slot."""

    __slots__ = ("count", "mean", "period")

    def __init__(self, period: float, slots: int) -> None:
        self.period = period
        self.mean, self.count = np.zeros(slots), np.zeros(slots, dtype=np.int32)

    def guess(self, at: float) -> float:
        slot = self._slot(at)
        return float(self.mean[slot]) if self.count[slot] else math.nan

    def learn(self, at: float, value: float) -> None:
        slot = self._slot(at)
        self.count[slot] += 1
        self.mean[slot] += (value - self.mean[slot]) * max(1 / self.count[slot], 0.12)

    def _slot(self, at: float) -> int:
        return int((at % self.period) / self.period * len(self.mean))


class Forecasts:
    def __init__(self) -> None:
        self.steps: deque[float] = deque(maxlen=STEPS)
        self.profiles: list[Profile] = []
        self.fast = self.slow = math.nan
        self.last, self.last_at = math.nan, math.nan
        self.before: list[float] = []  # the profiles' guesses of the last value
        self.errors: dict[str, float] = {}
        self.spread = 0.0
        self.waiting: list[tuple[float, float]] = []

    def look(self, at: float, value: float) -> tuple[float, float, float, float]:
        """The error of the best swift forecast and of the best slow one, each with its usual size."""
        if math.isnan(self.last):
            return 0.0, 0.0, 1.0, 1.0
        swift, slow = self._guesses(at)
        floor = 1e-9 + 0.02 * self.spread
        best = min(swift, key=lambda name: self.errors.get(name, math.inf))
        calm = min(slow, key=lambda name: self.errors.get(name, math.inf))
        out = (
            value - swift[best],
            value - slow[calm],
            max(self.errors.get(best, abs(value - swift[best])), floor),
            max(self.errors.get(calm, abs(value - slow[calm])), floor),
        )
        for name, guess in {**swift, **slow}.items():
            self._judge(name, abs(value - guess))
        return out

    def learn(self, at: float, value: float) -> None:
        self._place(at, value)
        self.before = [profile.guess(at) for profile in self.profiles]
        for profile in self.profiles:
            profile.learn(at, value)
        if math.isnan(self.fast):
            self.fast = self.slow = value
        self.spread += (abs(value - self.slow) - self.spread) * SLOW
        self.fast += (value - self.fast) * FAST
        self.slow += (value - self.slow) * SLOW
        self.last, self.last_at = value, at

    def _guesses(self, at: float) -> tuple[dict[str, float], dict[str, float]]:
        swift = {"last": self.last, "fast": self.fast, "slow": self.slow}
        slow = {"slow": self.slow}
        for index, profile in enumerate(self.profiles):
            guess = profile.guess(at)
            if math.isnan(guess):
                continue
            swift[f"usual{index}"] = slow[f"usual{index}"] = guess
            if index < len(self.before) and not math.isnan(self.before[index]):
                swift[f"follows{index}"] = guess + self.last - self.before[index]
        return swift, slow

    def _judge(self, name: str, error: float) -> None:
        """A running mean of the error; one enormous error does not count for more than a few usual ones."""
        known = self.errors.get(name)
        if known is None:
            self.errors[name] = error * 1.5
            return
        self.errors[name] = (
            known + (min(error, 8 * known + 1e-12) - known) * ERR if known else error * ERR
        )

    def _place(self, at: float, value: float) -> None:
        """Profiles are laid out once the interval is known."""
        if self.profiles:
            return
        self.waiting = [*self.waiting[-MOST_WAITING:], (at, value)]
        if not math.isnan(self.last_at) and at > self.last_at:
            self.steps.append(at - self.last_at)
        if len(self.steps) < STEPS:
            return
        step = float(np.median(self.steps))
        slots = int(min(SLOTS, max(2, DAY / max(step, DAY / SLOTS))))
        if step < DAY / 4:
            self.profiles = [Profile(DAY, slots), Profile(WEEK, 7 * min(slots, 48))]
        elif step < WEEK / 3:
            self.profiles = [Profile(WEEK, 7)]
        for one in self.waiting[:-1]:
            for profile in self.profiles:
                profile.learn(*one)
        self.waiting = []
