"""Rates, medians, R, and the table that is printed."""

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

# 106 bytes, as in reference/perf.md section 0.
MESSAGE = '{"device":"d0012345","time":"2026-11-22T08:00:00.000Z","values":{"level":1.25,"battery":87,"rssi":-71}}'


@dataclass(frozen=True)
class Figure:
    """One judged number: at least the goal and the must, or at most them."""

    row: str
    what: str
    value: float
    unit: str
    goal: float
    must: float
    least: bool = True  # False: the smaller the better

    def reaches(self, mark: float) -> bool:
        return self.value >= mark if self.least else self.value <= mark

    @property
    def verdict(self) -> str:
        if self.reaches(self.goal):
            return "goal"
        return "must" if self.reaches(self.must) else "MISSED"


def rate(work: Callable[[], int], seconds: float) -> float:
    """Items a second."""
    start, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < seconds:
        done += work()
    return done / spent


def _decode() -> int:
    for _ in range(1000):
        json.loads(MESSAGE)
    return 1000


def reference(seconds: float = 0.3) -> float:
    """R: observations decoded a second by the standard library in one thread, now."""
    return rate(_decode, seconds)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def medians(ways: Mapping[str, Callable[[], Any]], rounds: int, each: int) -> dict[str, float]:
    """Milliseconds of each way, all in turn so that other work on the machine hits all alike."""
    for way in ways.values():
        way()
        way()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            for _ in range(each):
                begun = time.perf_counter()
                way()
                times[name].append((time.perf_counter() - begun) * 1000)
    return {name: median(found) for name, found in times.items()}


def at_share(values: Sequence[float], share: float) -> float:
    """The value below which this share of all lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Aligned columns; numbers with three figures."""
    said = [[_said(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in said) for i in range(len(header))]
    print(f"\n{title}")
    for number, row in enumerate(said):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * width for width in widths))


def _said(cell: Any) -> str:
    if not isinstance(cell, float):
        return f"{cell:,}" if isinstance(cell, int) else str(cell)
    if cell >= 100:
        return f"{cell:,.0f}"
    return f"{cell:.3g}" if cell >= 0.001 or cell == 0 else f"{cell:.5f}"


def verdicts(figures: Sequence[Figure]) -> None:
    table(
        "Against reference/perf.md section 7",
        ("row", "what", "measured", "goal", "must", "unit", "reached"),
        [(f.row, f.what, f.value, f.goal, f.must, f.unit, f.verdict) for f in figures],
    )


def line(name: str, figures: Sequence[Figure], **more: Any) -> str:
    """One line of JSON for a machine."""
    told = [{**asdict(f), "verdict": f.verdict} for f in figures]
    return json.dumps({"bench": name, "figures": told, **more}, default=str)
