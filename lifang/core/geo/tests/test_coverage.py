import pytest
import shapely

from lifang.core.geo.coverage import coverage
from lifang.core.geo.measure import square_metres

PARENT = shapely.box(117.0, 36.0, 117.04, 36.02)
WEST = shapely.box(117.0, 36.0, 117.02, 36.02)
EAST = shapely.box(117.02, 36.0, 117.04, 36.02)


def test_neighbours_that_share_a_border_fit():
    found = coverage({"001": WEST, "002": EAST}, PARENT)
    assert (found.overlaps, found.gaps, found.outside) == ((), (), ())
    assert found.clean


def test_overlap_gap_and_overhang_are_told_with_their_size_and_owner():
    greedy = shapely.box(116.99, 36.0, 117.025, 36.02)
    found = coverage({"002": shapely.box(117.02, 36.0, 117.03, 36.02), "001": greedy}, PARENT)
    (overlap,), (gap,), (outside,) = found.overlaps, found.gaps, found.outside
    assert not found.clean
    assert overlap.codes == ("001", "002")
    assert overlap.square_metres == pytest.approx(
        square_metres(shapely.box(117.02, 36, 117.025, 36.02))
    )
    assert gap.codes == ()
    assert gap.shape.equals(shapely.box(117.03, 36.0, 117.04, 36.02))
    assert outside.codes == ("001",)
    assert outside.shape.equals(shapely.box(116.99, 36.0, 117.0, 36.02))
    told = found.geojson()
    assert [f["properties"]["kind"] for f in told["features"]] == ["overlap", "gap", "outside"]
    assert told["features"][0]["properties"]["codes"] == ["001", "002"]


def test_a_sliver_of_drawing_noise_is_not_told():
    hair = 1e-9
    wide = shapely.box(117.0, 36.0, 117.02 + hair, 36.02)
    assert coverage({"001": wide, "002": EAST}, PARENT).clean
    assert coverage({"001": wide, "002": EAST}, PARENT, sliver=0.0).overlaps != ()


def test_no_areas_leave_the_whole_parent_open():
    found = coverage({}, PARENT)
    assert found.clean
    assert sum(gap.square_metres for gap in found.gaps) == pytest.approx(square_metres(PARENT))


@pytest.mark.parametrize(("metres", "told"), [(0.2, False), (0.5, True)])
def test_a_long_strip_counts_from_a_hands_breadth_on(metres, told):
    degrees = metres / 111_320 / 0.809  # at 36° north
    wide = shapely.box(117.0, 36.0, 117.02 + degrees, 36.02)
    assert bool(coverage({"001": wide, "002": EAST}, PARENT).overlaps) is told
