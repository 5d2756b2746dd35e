from itertools import pairwise

import pytest

from lifang.core.web import charts


def test_bars_are_drawn_against_the_longest():
    assert [(bar.label, bar.share) for bar in charts.bars([("a", 10), ("b", 5), ("c", 0)])] == [
        ("a", 100.0),
        ("b", 50.0),
        ("c", 0.0),
    ]
    assert charts.bars([]) == []
    assert charts.bars([("a", 0)])[0].share == 0


def test_a_gap_breaks_the_line_and_the_table_keeps_the_numbers():
    chart = charts.lines([("opened", [1, None, 3])], ["Mon", "Tue", "Wed"])
    assert chart.series[0].path.count("M") == 2
    assert chart.rows == [("Mon", [1]), ("Tue", [None]), ("Wed", [3])]


@pytest.mark.parametrize(
    ("largest", "top"), [(1, 1), (3, 4), (14, 20), (41, 50), (99, 100), (101, 200)]
)
def test_the_axis_ends_at_a_round_number(largest, top):
    assert charts.top_of(largest) == top


def test_labels_of_lines_that_end_together_do_not_cover_each_other():
    chart = charts.lines([(str(n), [1, 1.01]) for n in range(5)], ["a", "b"])
    places = sorted(line.label_y for line in chart.series)
    assert all(b - a >= 15.9 for a, b in pairwise(places))
    assert places[-1] <= charts.HEIGHT


def test_six_series_cannot_be_told_apart():
    with pytest.raises(ValueError, match="at most 5"):
        charts.lines([(str(n), [1]) for n in range(6)], ["a"])
