"""Series with planted anomalies, and a count of what a detector makes of them: how `lifang measure anomalies` judges.

The counting is that of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015): the first alarm in a window earns more the
earlier it comes, a false one costs 0.11, a missed window 1; 0 is a detector that says nothing, 100 a perfect one.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

Series = np.ndarray[Any, Any]
MINUTES = {"5 min": 5, "30 min": 30, "60 min": 60}
FALSE_COST, IGNORED, WINDOWS_PART = 0.11, 0.15, 0.10


class Planted(NamedTuple):
    name: str
    at: Series
    values: Series
    windows: list[tuple[int, int]]  # indexes, end excluded


def corpus(seed: int, each: int = 3) -> Iterator[Planted]:
    """Every kind of series with every kind of anomaly, and clean ones."""
    rng = np.random.default_rng(seed)
    for background in BACKGROUNDS:
        for number in range(each):
            yield _one(rng, background, f"{background} {number}")
        yield _one(rng, background, f"{background} clean", plant=False)


def _one(rng: np.random.Generator, background: str, name: str, *, plant: bool = True) -> Planted:
    minutes = int(rng.choice([5, 5, 30, 60]))
    length = int(rng.integers(1500, 5000))
    at = 1.7e9 + np.arange(length) * minutes * 60.0
    values = BACKGROUNDS[background](rng, at)
    windows: list[tuple[int, int]] = []
    if plant:
        kinds = rng.choice(list(ANOMALIES), int(rng.integers(1, 4)), replace=True)
        starts = np.sort(rng.uniform(0.25, 0.92, len(kinds)))
        size = max(8, int(WINDOWS_PART * length / len(kinds)))
        for kind, start in zip(kinds, starts, strict=True):
            begin = int(start * length)
            if windows and begin - size // 2 < windows[-1][1]:
                continue
            ANOMALIES[kind](rng, values, begin)
            windows.append((begin - size // 4, min(length, begin + 3 * size // 4)))
    if rng.random() < 0.3:  # some of it never arrived
        lost = rng.random(length) < 0.03
        gap = int(rng.uniform(0.3, 0.8) * length)
        lost[gap : gap + 30] = True
        kept = ~lost
        places = np.cumsum(kept) - 1
        windows = [(int(places[a]), int(places[b - 1]) + 1) for a, b in windows]
        at, values = at[kept], values[kept]
    return Planted(name, at, values, windows)


def _day(at: Series) -> Series:
    return 2 * np.pi * (at % 86400) / 86400


def _noise(rng: np.random.Generator, at: Series) -> Series:
    return rng.normal(rng.uniform(-5, 60), rng.uniform(0.1, 5), len(at))


def _daily(rng: np.random.Generator, at: Series) -> Series:
    high = rng.uniform(2, 50)
    shape = 1.5 + np.sin(_day(at)) + 0.4 * np.sin(2 * _day(at) + 1)
    return np.asarray(high * shape + rng.normal(0, high * 0.08, len(at)))


def _weekly(rng: np.random.Generator, at: Series) -> Series:
    busy = np.where((at // 86400) % 7 < 5, 1.0, 0.45)
    return _daily(rng, at) * busy + rng.normal(0, 0.2, len(at))


def _wander(rng: np.random.Generator, at: Series) -> Series:
    steps = rng.normal(0, 0.4, len(at))
    out = np.zeros(len(at))
    for i in range(1, len(at)):
        out[i] = out[i - 1] * 0.995 + steps[i]
    return out + 40


def _bursty(rng: np.random.Generator, at: Series) -> Series:
    rate = 4 * (1.2 + np.sin(_day(at)))
    return rng.poisson(rate) * np.exp(rng.normal(0, 0.5, len(at)) * (rng.random(len(at)) < 0.2))


def _spiky(rng: np.random.Generator, at: Series) -> Series:
    base = rng.normal(10, 0.5, len(at))
    return base + (rng.random(len(at)) < 0.02) * rng.exponential(30, len(at))


def _stepping(rng: np.random.Generator, at: Series) -> Series:
    """A machine that is switched between a few levels."""
    levels, out = rng.uniform(0, 80, 3), np.zeros(len(at))
    place, level = 0, 0
    while place < len(at):
        run = int(rng.integers(10, 60))
        out[place : place + run] = levels[level]
        place, level = place + run, int(rng.integers(0, 3))
    return out + rng.normal(0, 0.6, len(at))


def _drifting(rng: np.random.Generator, at: Series) -> Series:
    return _daily(rng, at) + np.linspace(0, rng.uniform(20, 80), len(at))


def _constant(rng: np.random.Generator, at: Series) -> Series:
    return np.full(len(at), round(float(rng.uniform(0, 30)), 1))


def _meter(rng: np.random.Generator, at: Series) -> Series:
    """Water of one home: mostly nothing, some at waking hours."""
    awake = (np.sin(_day(at) - 2) > -0.2).astype(float)
    drawn = rng.random(len(at)) < 0.3 * awake
    return np.asarray(np.round(rng.exponential(8, len(at)) * drawn, 1))


BACKGROUNDS: dict[str, Callable[[np.random.Generator, Series], Series]] = {
    "noise": _noise,
    "daily": _daily,
    "weekly": _weekly,
    "wander": _wander,
    "bursty": _bursty,
    "spiky": _spiky,
    "stepping": _stepping,
    "drifting": _drifting,
    "constant": _constant,
    "meter": _meter,
}


def _spread(values: Series) -> float:
    return max(float(np.std(values)), 0.05 * abs(float(np.mean(values))), 0.5)


def _spike(rng: np.random.Generator, values: Series, begin: int) -> None:
    length = int(rng.integers(1, 4))
    values[begin : begin + length] += rng.choice([-1, 1]) * rng.uniform(5, 9) * _spread(values)


def _shift(rng: np.random.Generator, values: Series, begin: int) -> None:
    length = int(rng.integers(40, 400))
    values[begin : begin + length] += rng.choice([-1, 1]) * rng.uniform(2.5, 4) * _spread(values)


def _flat(rng: np.random.Generator, values: Series, begin: int) -> None:
    length = int(rng.integers(60, 300))
    values[begin : begin + length] = values[begin]


def _unrest(rng: np.random.Generator, values: Series, begin: int) -> None:
    part = values[begin : begin + int(rng.integers(30, 120))]
    part += rng.normal(0, 2.5 * _spread(values), len(part))


def _burst(rng: np.random.Generator, values: Series, begin: int) -> None:
    part = values[begin : begin + int(rng.integers(8, 30))]
    part += np.abs(rng.normal(4, 1.5, len(part))) * _spread(values)


def _silent(rng: np.random.Generator, values: Series, begin: int) -> None:
    length = int(rng.integers(30, 150))
    values[begin : begin + length] = float(np.min(values))


ANOMALIES: dict[str, Callable[[np.random.Generator, Series, int], None]] = {
    "spike": _spike,
    "shift": _shift,
    "flat": _flat,
    "unrest": _unrest,
    "burst": _burst,
    "silent": _silent,
}


class Result(NamedTuple):
    windows: int
    found: int
    false: int
    values: int
    points: float  # gained, where each window is worth 1

    @property
    def score(self) -> float:
        """Nothing said is 0, all said at once and nothing else is 100."""
        return 100 * (self.points + self.windows) / (2 * self.windows) if self.windows else 0.0


def judge(one: Planted, scores: Series, threshold: float) -> Result:
    begin = min(int(IGNORED * len(scores)), 750)
    alarms = [int(i) for i in np.flatnonzero(np.asarray(scores) >= threshold) if i >= begin]
    windows = [w for w in one.windows if w[1] > begin]
    points, found, inside = 0.0, 0, set()
    for start, end in windows:
        hits = [i for i in alarms if start <= i < end]
        inside |= set(hits)
        if not hits:
            points -= 1
            continue
        found += 1
        where = -(end - hits[0]) / max(1, end - start)
        points += (2 / (1 + math.exp(5 * where)) - 1) / 0.98661
    false = [i for i in alarms if i not in inside]
    for i in false:
        before = [end for _, end in windows if end <= i]
        past = (i - before[-1]) / max(1, windows[0][1] - windows[0][0]) if before else 9.0
        points += FALSE_COST * (2 / (1 + math.exp(5 * past)) - 1)
    return Result(len(windows), found, len(false), len(scores) - begin, points)


def total(results: list[Result]) -> Result:
    return Result(*(sum(column) for column in zip(*results, strict=True)))


def best(corpus: list[Planted], scored: list[Series]) -> tuple[float, Result]:
    """The one threshold for all files that earns most."""
    tried = sorted(
        {round(float(x), 3) for s in scored for x in np.quantile(s, np.linspace(0.95, 1, 40))}
    )
    every = [
        (t, total([judge(p, s, t) for p, s in zip(corpus, scored, strict=True)]))
        for t in tried[:: max(1, len(tried) // 60)]
    ]
    return max(every, key=lambda pair: pair[1].points)
