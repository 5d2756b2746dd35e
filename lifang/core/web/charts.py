"""Small charts as SVG made by the server; colours come from classes, numbers stand beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 116, 12, 28
MOST_SERIES = 5
APART = 22  # between the names of two lines, enough for a phone's larger letters


@dataclass(frozen=True)
class Bar:
    label: Any
    value: float
    url: str
    share: float  # of the longest, in percent of the drawing's width


def bars(rows: Sequence[Sequence[Any]]) -> list[Bar]:
    """Rows of (label, value[, url]) with their length against the longest."""
    longest = max((float(row[1]) for row in rows), default=0) or 1
    return [
        Bar(row[0], row[1], row[2] if len(row) > 2 else "", round(100 * float(row[1]) / longest, 2))
        for row in rows
    ]


@dataclass(frozen=True)
class Line:
    name: Any
    values: list[float | None]
    path: str
    end: tuple[float, float]
    label_y: float
    number: int


@dataclass(frozen=True)
class Lines:
    series: list[Line]
    labels: list[Any]
    ticks: list[tuple[float, str]]
    marks: list[tuple[float, Any]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def rows(self) -> list[tuple[Any, list[float | None]]]:
        """The chart's table: one row a label."""
        return [
            (label, [line.values[i] for line in self.series]) for i, label in enumerate(self.labels)
        ]


def top_of(largest: float) -> float:
    """A round number at or above the largest value."""
    size = 1.0
    while size * 10 <= largest:
        size *= 10
    return next((size * step for step in (1, 2, 4, 5, 8, 10) if size * step >= largest), size * 10)


def lines(series: Sequence[tuple[Any, Sequence[float | None]]], labels: Sequence[Any]) -> Lines:
    """At most five series, labelled at their ends; a gap (None) breaks the line."""
    if len(series) > MOST_SERIES:
        raise ValueError(f"at most {MOST_SERIES} series can be told apart")
    largest = max((v for _, values in series for v in values if v is not None), default=0)
    top = top_of(max(largest, 1))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = wide / max(1, len(labels) - 1)

    def at(i: int, value: float) -> tuple[float, float]:
        return round(LEFT + i * step, 1), round(TOP + high * (1 - value / top), 1)

    drawn = [_line(n, name, list(values), at) for n, (name, values) in enumerate(series, 1)]
    every = max(1, -(-len(labels) // 8))
    return Lines(
        _spread(drawn),
        list(labels),
        [(at(0, top * part)[1], f"{top * part:g}") for part in (0, 0.5, 1)],
        [(at(i, 0)[0], label) for i, label in enumerate(labels) if i % every == 0],
    )


def _line(number: int, name: Any, values: list[float | None], at: Any) -> Line:
    path, pen, end = [], "M", (float(LEFT), float(HEIGHT - BOTTOM))
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        end = at(i, value)
        path.append(f"{pen}{end[0]} {end[1]}")
        pen = "L"
    return Line(name, values, "".join(path), end, end[1] + 4, number)


def _spread(drawn: list[Line]) -> list[Line]:
    """Labels of lines that end close together are moved apart."""
    placed, floor = [], float("-inf")
    for line in sorted(drawn, key=lambda line: line.label_y):
        y = max(line.label_y, floor + APART)
        floor = y
        placed.append(Line(line.name, line.values, line.path, line.end, y, line.number))
    over = floor - (HEIGHT - 4)
    moved = [
        Line(p.name, p.values, p.path, p.end, p.label_y - max(0, over), p.number) for p in placed
    ]
    return sorted(moved, key=lambda line: line.number)


def spark(values: Sequence[float], width: int = 96, height: int = 24) -> str:
    """The path of a line without axes."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    reach = (high - low) or 1
    step = (width - 4) / (len(values) - 1)
    points = (
        f"{2 + i * step:.1f} {height - 2 - (v - low) / reach * (height - 4):.1f}"
        for i, v in enumerate(values)
    )
    return "M" + "L".join(points)
