"""The table of what journeys cost; the aims themselves are asserted by the stories that count (e2e)."""

import pytest

from e2e.effort import JOURNEYS, Effort, Row, read


@pytest.mark.parametrize("told", ["W-R1", "W-A1"])
def test_a_run_of_one_story_keeps_what_the_others_cost(tmp_path, told):
    file = tmp_path / "effort.md"
    assert read(file) == []
    first = [Row(key, "resident", "reports", 5, 0, 1, 3.5, "≤ 6 taps") for key in JOURNEYS]
    Effort(first).write(file)
    Effort([Row(told, "somebody", "does it", 3, 0, 1, 2.5, "≤ 3 taps")]).write(file)
    after = read(file)
    assert [row.journey for row in after] == list(JOURNEYS)
    assert [row for row in after if row.journey != told] == [
        row for row in first if row.journey != told
    ]
    (now,) = [row for row in after if row.journey == told]
    assert (now.who, now.taps, now.typed, now.photos, now.machine) == ("somebody", 3, 0, 1, 2.5)


def test_a_run_without_stories_writes_nothing(tmp_path):
    Effort().write(tmp_path / "effort.md")
    assert list(tmp_path.iterdir()) == []
