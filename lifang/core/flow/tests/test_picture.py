"""Every flow can be drawn: each state stands once, nothing lies on anything, each move has its way."""

import pytest

from lifang.core.flow.picture import HIGH, WIDE, drawn, main_line
from lifang.core.flow.shape import FLOWS
from lifang.core.testing import cast  # noqa: F401 -- every context is there

pytestmark = pytest.mark.covers("S0-07")


@pytest.mark.parametrize("key", ["case", "application", "repair", "match_reception", "reminder"])
def test_each_state_stands_once_and_apart_and_every_move_is_drawn(key):
    flow = FLOWS[key]()
    picture = drawn(flow, {flow.states[0].key: "40 min"})
    assert sorted(box.state.key for box in picture.boxes) == sorted(
        state.key for state in flow.states
    )
    for n, one in enumerate(picture.boxes):
        assert 0 <= one.x <= picture.width - WIDE
        assert 0 <= one.y <= picture.height - HIGH
        for other in picture.boxes[n + 1 :]:
            assert abs(one.x - other.x) >= WIDE or abs(one.y - other.y) >= HIGH, (one, other)
    pairs = {(start, move.to) for move in flow.moves for start in move.from_ if move.to not in ("", start)}  # fmt: skip
    drawn_twice = sum(one.both for one in picture.arrows)
    assert len(picture.arrows) + drawn_twice >= len(pairs)
    assert [box.told for box in picture.boxes if box.told] == ["40 min"]


def test_the_way_of_a_case_is_the_main_line():
    line = main_line(FLOWS["case"]())
    assert line[0] == "awaiting_acceptance"
    assert line[-3:] == ["awaiting_check", "awaiting_callback", "closed"]
    assert len(line) == 7
    kinds = [one.kind for one in drawn(FLOWS["case"]()).arrows]
    assert (kinds.count("on"), kinds.count("back")) == (6, 7)
