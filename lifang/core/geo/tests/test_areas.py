from threading import Thread

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.geo.areas import AreaIndex, LiveAreas
from lifang.core.geo.measure import metres_between

WEST, EAST = shapely.box(117.0, 36.0, 117.02, 36.02), shapely.box(117.02, 36.0, 117.04, 36.02)
RING = shapely.box(117.1, 36.0, 117.2, 36.1) - shapely.box(117.14, 36.04, 117.16, 36.06)
INDEX = AreaIndex([("003", RING), ("002", EAST), ("001", WEST)])


def test_a_point_is_in_its_area_and_a_hole_is_nowhere():
    assert INDEX.locate(117.01, 36.01) == "001"
    assert INDEX.locate(117.03, 36.01) == "002"
    assert INDEX.locate(117.15, 36.05) is None
    assert INDEX.locate(100.0, 36.05) is None
    assert INDEX.codes == ["001", "002", "003"]
    assert len(INDEX) == 3


def test_a_common_border_always_belongs_to_the_lower_code():
    assert INDEX.locate(117.02, 36.01) == "001"
    assert INDEX.locate_many([117.02, 117.02], [36.01, 36.015]) == ["001", "001"]


def test_just_outside_falls_to_the_nearest_but_not_from_afar():
    lon = 117.0 - 0.0004
    away = metres_between(lon, 36.01, 117.0, 36.01)
    assert INDEX.locate(lon, 36.01) is None
    assert INDEX.locate(lon, 36.01, within=away + 1) == "001"
    assert INDEX.locate(lon, 36.01, within=away - 1) is None


@given(
    st.lists(st.tuples(st.floats(116.98, 117.22), st.floats(35.98, 36.12)), min_size=1, max_size=60)
)
def test_in_bulk_the_answers_are_those_of_one_by_one(points):
    lons, lats = zip(*points, strict=True)
    assert INDEX.locate_many(lons, lats) == [INDEX.locate(*point) for point in points]


def test_no_areas_no_points_and_no_numbers_are_no_area():
    assert AreaIndex([]).locate(117, 36, within=50) is None
    assert AreaIndex([]).locate_many([117.0], [36.0]) == [None]
    assert INDEX.locate_many([], []) == []
    assert INDEX.locate(float("nan"), 36.0, within=50) is None
    assert INDEX.locate_many([np.nan, 117.01], [36.0, 36.01]) == [None, "001"]


def test_a_new_version_is_seen_whole_and_an_old_one_is_not_loaded_again():
    state, loads = {"version": 1}, []

    def load():
        loads.append(state["version"])
        return [(f"v{state['version']}", WEST)]

    live = LiveAreas(lambda: state["version"], load)
    assert [live.locate(117.01, 36.01) for _ in range(5)] == ["v1"] * 5
    state["version"] = 2
    assert live.locate_many([117.01], [36.01]) == ["v2"]
    assert loads == [1, 2]


def test_many_readers_build_it_once():
    loads, seen = [], []

    def load():
        loads.append(1)
        return [("001", WEST)]

    live = LiveAreas(lambda: 7, load)
    threads = [Thread(target=lambda: seen.append(live.locate(117.01, 36.01))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["001"] * 8
    assert len(loads) == 1


def test_a_failed_load_leaves_no_half_index():
    calls = []

    def load():
        calls.append(1)
        if len(calls) == 1:
            raise OSError
        return [("001", WEST)]

    live = LiveAreas(lambda: 1, load)
    with pytest.raises(OSError):  # noqa: PT011 -- the loader's own
        live.locate(117.01, 36.01)
    assert live.locate(117.01, 36.01) == "001"
