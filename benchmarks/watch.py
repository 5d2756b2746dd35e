"""Timers and windows of 3 million devices, as a ratio to json.loads on the same machine (row 17).

python -m benchmarks.watch [--devices 3000000]
"""

import argparse
import gc
import io
import sys
import time
import tracemalloc

import numpy as np

from benchmarks.geo import rate, reference
from lifang.sensing.watch.columns import FIRST, Sieve, Silence
from lifang.sensing.watch.engine import Watch, pack
from lifang.sensing.watch.rule import Kind, Reading, Rule

BATCH, EVENTS = 10_000, 1_000_000
GOAL, MUST = (2.0, 32, 10.0, 2.0), (1.0, 150)
NOW = FIRST + 300_000_000
RULES = (
    Rule(key="hot", kind=Kind.THRESHOLD, measure="t", above=57, deadband=3, hold=30),
    Rule(key="warm", kind=Kind.THRESHOLD, measure="t", above=45, hold=600, linger=300),
    Rule(key="often", kind=Kind.COUNT, measure="t", above=57, count=3, window=600),
)
TROUBLED = 0.002  # of all readings


def silence(devices: int, rng: np.random.Generator) -> None:
    """ "No word for 24 h": names to rows by a shared index, then columns."""
    index = {f"d{row:08}": row for row in range(devices)}
    board = Silence([0, 86_400], devices)
    board.kind[:] = 1
    board.last[:] = NOW - FIRST - rng.integers(0, 86_000, devices)
    board.arm(np.arange(devices))
    names = [f"d{row:08}" for row in rng.integers(0, devices, EVENTS)]
    at = NOW + np.arange(EVENTS) / 10_000
    where = 0

    def batch() -> int:
        nonlocal where
        part = names[where : where + BATCH]
        rows = np.fromiter((index[name] for name in part), np.int64, len(part))
        board.hear(rows, at[where : where + BATCH])
        where = (where + BATCH) % EVENTS
        return len(part)

    events = rate(batch, 2.0)
    scans = []
    for _ in range(20):
        start = time.perf_counter()
        board.due(NOW + 50)
        scans.append(time.perf_counter() - start)
    scan = sorted(scans)[10] * 1000
    start, kept = time.perf_counter(), io.BytesIO()
    np.savez(kept, last=board.last, kind=board.kind, deadline=board.deadline)
    saved = time.perf_counter() - start
    start = time.perf_counter()
    loaded = np.load(io.BytesIO(kept.getvalue()))
    again = Silence([0, 86_400])
    again.last, again.kind, again.deadline = (loaded[key] for key in ("last", "kind", "deadline"))
    restart = time.perf_counter() - start
    r = rate(reference)
    print(f"  silence of {devices:,}: {events:,.0f} events/s = {events / r:.1f} R (R = {r:,.0f})")
    print(
        f"    {board.bytes_each} bytes a device and rule beyond the index; due check {scan:.1f} ms"
    )
    print(f"    written {saved * 1000:.0f} ms, read {restart * 1000:.0f} ms")
    verdict(events / r, board.bytes_each, scan, restart)


def verdict(speed: float, size: float, scan: float, restart: float) -> None:
    reached = speed >= GOAL[0] and size <= GOAL[1] and scan <= GOAL[2] and restart <= GOAL[3]
    floor = speed >= MUST[0] and size <= MUST[1]
    print(f"    {'goal' if reached else 'must' if floor else 'MISSED'}")


def rules(devices: int, rng: np.random.Generator) -> None:
    """Durations, deadbands and windows: a sieve over the batch, then the engine for the few that matter."""
    sieves = [Sieve(rule, devices) for rule in RULES]
    watch = Watch(lambda _: RULES)
    rows = rng.integers(0, devices, EVENTS)
    values = np.where(rng.random(EVENTS) < TROUBLED, 60.0, 20.0) + rng.normal(0, 1, EVENTS)
    where, signals, clock = 0, 0, float(NOW)

    def batch() -> int:
        nonlocal where, signals, clock
        part, seen = rows[where : where + BATCH], values[where : where + BATCH]
        wanted = np.zeros(len(part), dtype=np.bool_)
        for sieve in sieves:
            wanted |= sieve.pick(part, seen)
        picked = zip(part[wanted].tolist(), seen[wanted].tolist(), strict=True)
        told = watch.feed((row, Reading(clock, "t", value)) for row, value in picked)
        for (row, key), packed in watch.take_touched().items():
            live = sieves[[rule.key for rule in RULES].index(key)].live
            live[row] = packed is not None
        signals += len(told) + len(watch.tick(clock))
        where, clock = (where + BATCH) % EVENTS, clock + 1
        return len(part)

    tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(20):
        batch()
    size = tracemalloc.get_traced_memory()[0] - before
    pairs = max(1, len(watch.pairs))
    tracemalloc.stop()
    events = rate(batch, 2.0)
    r = rate(reference)
    kept = sum(len(pack(one)) for one in watch.pairs.values()) / max(1, len(watch.pairs))
    print(
        f"  {len(RULES)} rules with durations and windows: {events:,.0f} events/s = {events / r:.2f} R, {signals:,} signals"
    )
    print(
        f"    {len(watch.pairs):,} of {devices * len(RULES):,} pairs remembered: {size / pairs:.0f} bytes each in memory,"
    )
    print(
        f"    {kept:.0f} bytes each written; {devices} bytes of marks a rule; {size / devices / len(RULES):.2f} bytes a device and rule on the whole"
    )


def measure(devices: int = 3_000_000) -> None:
    rng = np.random.default_rng(17)
    print("Timers and windows (row 17); R is json.loads of one message")
    silence(devices, rng)
    rules(devices, rng)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watch")
    parser.add_argument("--devices", type=int, default=3_000_000)
    measure(parser.parse_args().devices)
    return 0


if __name__ == "__main__":
    sys.exit(main())
