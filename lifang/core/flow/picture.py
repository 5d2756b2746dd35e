"""A flow as a picture, laid out from its declaration alone: the main line downward, what leads back on its left, the rest on its right."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lifang.core.flow.shape import Flow, Move, State

WIDE, HIGH, APART = 190, 58, 104  # a state; from one to the next on the main line
NEAR = 72  # from one to the next beside it
EDGE, LANE, GAP = 12, 30, 150  # margin; one arc that leads back; between the columns
WORD = 44  # more, so that a word fits between the nearest arc and the boxes


@dataclass(frozen=True)
class Box:
    """A state, with what was measured of it."""

    state: State
    x: int
    y: int
    told: Any = ""
    moves: str = ""  # beside the main line: the moves that lead here
    main: bool = True

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + WIDE // 2, self.y + HIGH // 2


@dataclass(frozen=True)
class Arrow:
    """Moves from one state to another."""

    path: str
    names: str = ""
    x: int = 0
    y: int = 0
    anchor: str = "start"
    kind: str = "on"  # on, back, side
    both: bool = False


@dataclass(frozen=True)
class Picture:
    boxes: list[Box]
    arrows: list[Arrow]
    width: int
    height: int
    wide: int = WIDE
    high: int = HIGH


def drawn(flow: Flow, told: Mapping[str, Any] | None = None) -> Picture:
    """Where each state stands and what leads from one to another; `told`: words of a state."""
    told = told or {}
    line = main_line(flow)
    links = _links(flow)
    back = [pair for pair in links if _leads_back(pair, line)]
    lanes = {pair: n for n, pair in enumerate(sorted(back, key=lambda one: _span(one, line)), 1)}
    left = EDGE + (WORD + LANE * len(lanes) if lanes else 0)
    boxes = {key: Box(flow.state[key], left, EDGE + APART * n, told.get(key, "")) for n, key in enumerate(line)}  # fmt: skip
    boxes |= _beside(flow, line, links, left + WIDE + GAP, told)
    arrows = [_arrow(pair, moves, boxes, lanes, links) for pair, moves in links.items()]
    right = any(not boxes[a].main and not boxes[b].main for a, b in links)
    width = left + WIDE + (GAP + WIDE if len(boxes) > len(line) else LANE) + EDGE
    return Picture(
        list(boxes.values()),
        [one for one in arrows if one],
        width + LANE * right,
        max(box.y for box in boxes.values()) + HIGH + EDGE,
    )


def main_line(flow: Flow) -> list[str]:
    """From where a subject starts to a good end: by the moves that carry it on as far as they lead, else the shortest way."""
    good = [state.key for state in flow.states if state.kind == "done" and state.tone == "good"]
    ends = good or [state.key for state in flow.states if state.kind == "done"]
    plain = [move for move in flow.moves if move.tone != "danger"]
    onward = [
        path for path in _paths(flow, [m for m in plain if m.tone == "primary"]) if path[-1] in ends
    ]
    if onward:
        return max(onward, key=len)
    found = [path for path in _paths(flow, plain) if path[-1] in ends]
    return min(found, key=len, default=[flow.states[0].key])


def _paths(flow: Flow, moves: Sequence[Move]) -> Iterator[list[str]]:
    """Every way from the first state that meets no state twice."""
    waiting = [[flow.states[0].key]]
    while waiting:
        path = waiting.pop(0)
        yield path
        ways = dict.fromkeys(
            m.to for m in moves if path[-1] in m.from_ and m.to and m.to not in path
        )
        waiting += [[*path, to] for to in ways if flow.state[path[-1]].kind != "done"]


def _links(flow: Flow) -> dict[tuple[str, str], list[Move]]:
    found: dict[tuple[str, str], list[Move]] = defaultdict(list)
    for move in flow.moves:
        for start in move.from_:
            if move.to and move.to != start:
                found[start, move.to].append(move)
    return dict(found)


def _leads_back(pair: tuple[str, str], line: Sequence[str]) -> bool:
    """Between two of the main line, not from one to the next."""
    return pair[0] in line and pair[1] in line and line.index(pair[1]) != line.index(pair[0]) + 1


def _span(pair: tuple[str, str], line: Sequence[str]) -> int:
    return abs(line.index(pair[0]) - line.index(pair[1]))


def _beside(
    flow: Flow, line: Sequence[str], links: Mapping[tuple[str, str], list[Move]], x: int, told: Mapping[str, Any],
) -> dict[str, Box]:  # fmt: skip
    """The other states, each near the first of the main line that leads to it."""
    near: dict[str, int] = {}
    for start, end in links:
        if end not in line:
            place = line.index(start) if start in line else len(line)
            near[end] = min(near.get(end, len(line)), place)
    found, floor = {}, EDGE
    for key in sorted(near, key=lambda one: near[one]):
        y = max(floor, EDGE + APART * near[key])
        names = dict.fromkeys(str(m.name) for pair, moves in links.items() if pair[1] == key for m in moves)  # fmt: skip
        found[key] = Box(flow.state[key], x, y, told.get(key, ""), " · ".join(names), main=False)
        floor = y + NEAR
    return found


def _arrow(
    pair: tuple[str, str], moves: Sequence[Move], boxes: Mapping[str, Box],
    lanes: Mapping[tuple[str, str], int], links: Mapping[tuple[str, str], list[Move]],
) -> Arrow | None:  # fmt: skip
    start, end = boxes[pair[0]], boxes[pair[1]]
    names = " · ".join(dict.fromkeys(str(move.name) for move in moves))
    if lane := lanes.get(pair):
        return _back(start, end, names, lane)
    if start.main and end.main:
        x, top = start.middle[0], start.y + HIGH
        return Arrow(f"M{x} {top}V{end.y - 2}", names, x + 10, (top + end.y) // 2 + 4)
    both = (pair[1], pair[0]) in links
    if both and end.main:
        return None  # drawn with the other way
    return _aside(start, end, both=both)


def _back(start: Box, end: Box, names: str, lane: int) -> Arrow:
    """Out on the left, along a lane of its own, in again: a little lower or higher than what comes along others."""
    up = end.y < start.y
    shift = min(6 * lane, HIGH // 2 - 6)
    y0, y1 = (start.middle[1] - shift, end.middle[1] + shift) if up else (start.middle[1] + shift, end.middle[1] - shift)  # fmt: skip
    x, bend = start.x - WORD - LANE * lane, 10
    turn = -bend if up else bend
    path = f"M{start.x} {y0}H{x + bend}Q{x} {y0} {x} {y0 + turn}V{y1 - turn}Q{x} {y1} {x + bend} {y1}H{end.x - 2}"
    return Arrow(path, names, x + 6, y0 + (turn if up else turn + 8), "start", "back")


def _aside(start: Box, end: Box, *, both: bool) -> Arrow:
    if start.x == end.x:  # both beside the main line
        x, y0, y1 = start.x + WIDE, start.middle[1], end.middle[1]
        return Arrow(f"M{x} {y0}C{x + 40} {y0} {x + 40} {y1} {x + 2} {y1}", kind="side", both=both)
    right = end.x > start.x
    x0, x1 = (start.x + WIDE, end.x - 2) if right else (start.x, end.x + WIDE + 2)
    y0, y1 = start.middle[1], end.middle[1]
    bend = GAP // 2 if right else -GAP // 2
    return Arrow(f"M{x0} {y0}C{x0 + bend} {y0} {x1 - bend} {y1} {x1} {y1}", kind="side", both=both)
