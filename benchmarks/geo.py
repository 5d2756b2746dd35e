"""Point -> grid over 40,000 tiling polygons, as a ratio to json.loads on the same machine (row 16).

python -m benchmarks.geo
"""

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from shapely.geometry import Polygon

from lifang.core.geo.areas import AreaIndex

SIDE = 200  # 200 x 200 = 40,000 grids
STEP = 0.002  # degrees, about 180 x 220 m
WEST, SOUTH = 117.6, 36.6
BULK = 100_000
GOAL, MUST = 1.0, 0.5
MESSAGE = '{"device":"d0012345","time":"2026-11-22T08:00:00.000Z","values":{"level":1.25,"battery":87,"rssi":-71}}'


def edge(corner: np.ndarray, other: np.ndarray, bend: float) -> list[tuple[float, float]]:
    """Four points of a bent edge, the same for both neighbours."""
    along = np.linspace(0.0, 1.0, 5)[:-1, None]
    across = np.array([-(other - corner)[1], (other - corner)[0]])
    return [
        tuple(p) for p in corner + along * (other - corner) + np.sin(along * np.pi) * bend * across
    ]


def county(rng: np.random.Generator) -> list[tuple[str, Polygon]]:
    """Tiling polygons of 16 corners with bent common borders."""
    axis = np.arange(SIDE + 1) * STEP
    corners = np.stack(np.meshgrid(axis + WEST, axis + SOUTH, indexing="ij"), axis=-1)
    corners += rng.uniform(-0.2, 0.2, corners.shape) * STEP
    bends = rng.uniform(-0.12, 0.12, (2, SIDE + 1, SIDE + 1))

    def grid(i: int, j: int) -> Polygon:
        a, b, c, d = corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]
        south = edge(a, b, bends[0, i, j])
        east = edge(b, c, bends[1, i + 1, j])
        north = [*edge(d, c, bends[0, i, j + 1])[1:], tuple(c)][::-1]
        west = [*edge(a, d, bends[1, i, j])[1:], tuple(d)][::-1]
        return Polygon([*south, *east, *north, *west])

    return [
        (f"{370306000000000 + i * SIDE + j}", grid(i, j)) for i in range(SIDE) for j in range(SIDE)
    ]


def rate(work: Callable[[], int], seconds: float = 0.4) -> float:
    """Items a second."""
    start, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < seconds:
        done += work()
    return done / spent


def reference() -> int:
    """R: one observation decoded by the standard library, as in perf.md section 0."""
    for _ in range(1000):
        json.loads(MESSAGE)
    return 1000


def main() -> int:
    rng = np.random.default_rng(370306)
    areas = county(rng)
    start = time.perf_counter()
    index = AreaIndex(areas)
    built = time.perf_counter() - start
    lons = rng.uniform(WEST, WEST + SIDE * STEP, BULK)
    lats = rng.uniform(SOUTH, SOUTH + SIDE * STEP, BULK)
    singles = list(zip(lons[:5000].tolist(), lats[:5000].tolist(), strict=True))

    def bulk() -> int:
        return len(index.locate_many(lons, lats))

    def numbers() -> int:
        return len(index.positions(lons, lats))

    def single() -> int:
        for lon, lat in singles:
            index.locate(lon, lat)
        return len(singles)

    ways = {"bulk, codes": bulk, "bulk, positions": numbers, "one point a call": single}
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(5):  # interleaved rounds: other work on the machine hits all alike
        for name, way in ways.items():
            base = rate(reference, 0.1)
            rates[name].append(rate(way))
            ratios[name].append(rates[name][-1] / base)
    found = index.locate_many(lons, lats)
    right = all(found[i] == index.locate(*singles[i]) for i in range(len(singles)))
    hit = sum(code is not None for code in found) / BULK

    print(
        f"{len(index):,} polygons of {len(areas[0][1].exterior.coords) - 1} corners, built in {built * 1000:.0f} ms; {hit:.1%} of points inside"
    )
    print(f"{'way':<18}{'points/s':>12}{'x R':>8}")
    for name in ways:
        print(
            f"{name:<18}{statistics.median(rates[name]):>12,.0f}{statistics.median(ratios[name]):>8.2f}"
        )
    ratio = statistics.median(ratios["bulk, codes"])
    print(f"goal {GOAL} R, must {MUST} R; bulk and single agree: {right}")
    print(
        json.dumps(
            {
                "row": 16,
                "bulk_r": round(ratio, 3),
                "single_r": round(statistics.median(ratios["one point a call"]), 3),
                "positions_r": round(statistics.median(ratios["bulk, positions"]), 3),
                "goal": GOAL,
                "must": MUST,
                "built_ms": round(built * 1000, 1),
                "agree": right,
            }
        )
    )
    return 0 if ratio >= MUST and right else 1


if __name__ == "__main__":
    sys.exit(main())
