import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.geo.measure import box_around, cell, cells_within, metres_between, square_metres

places = st.tuples(st.floats(-179.0, 179.0), st.floats(-80.0, 80.0))
near_by = st.tuples(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))


def test_known_distances_and_areas():
    assert metres_between(117, 36, 117, 37) == pytest.approx(111_195, rel=1e-4)
    assert metres_between(117, 36, 117, 36) == 0
    # the surface of the WGS-84 ellipsoid
    assert square_metres(shapely.box(-180, -90, 180, 90)) == pytest.approx(
        510_065_621_724_088, rel=1e-9
    )
    with_hole = shapely.box(117, 36, 118, 37) - shapely.box(117.4, 36.4, 117.6, 36.6)
    assert square_metres(with_hole) < square_metres(shapely.box(117, 36, 118, 37))


@given(places, near_by, st.floats(1.0, 5000.0), st.sampled_from([25.0, 50.0, 300.0]))
def test_whatever_is_within_reach_is_in_the_box_and_in_the_cells(place, step, metres, size):
    lon, lat = place
    other = (lon + step[0] * metres / 60_000, lat + step[1] * metres / 60_000)
    if metres_between(*place, *other) > metres or metres / size > 40:
        return
    box = box_around(lon, lat, metres)
    slack = 1e-9
    assert box.west - slack <= other[0] <= box.east + slack
    assert box.south - slack <= other[1] <= box.north + slack
    assert cell(*other, size) in cells_within(lon, lat, metres + 1e-3, size)


def test_forty_metres_are_few_cells_and_far_places_share_none():
    cells = cells_within(117.85, 36.8, 40, 50)
    assert 4 <= len(cells) <= 12
    assert len(set(cells)) == len(cells)
    assert cell(117.852, 36.8, 50) not in cells
    assert max(cells) < 2**63


def test_near_the_pole_the_box_goes_all_the_way_round():
    assert box_around(10, 89.9999, 1000)[::2] == (-180.0, 180.0)
