import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.geo.datums import Datum, convert, convert_all, wgs84_to_gcj02

# eviltransform's and coordtransform's published examples
PAIRS = [
    (Datum.WGS84, Datum.GCJ02, (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    (Datum.WGS84, Datum.GCJ02, (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    (Datum.WGS84, Datum.GCJ02, (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    (Datum.WGS84, Datum.GCJ02, (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    (Datum.GCJ02, Datum.BD09, (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
]
inland = st.tuples(st.floats(73.5, 135.0), st.floats(3.9, 53.5))


@pytest.mark.parametrize(("source", "target", "before", "after"), PAIRS)
def test_published_pairs_agree_to_a_centimetre_both_ways(source, target, before, after):
    assert convert(*before, source, target) == pytest.approx(after, abs=1e-7)
    assert convert(*after, target, source) == pytest.approx(before, abs=1e-7)


@given(inland, st.sampled_from(Datum), st.sampled_from(Datum))
def test_there_and_back_is_the_same_place(place, source, target):
    assert convert(*convert(*place, source, target), target, source) == pytest.approx(
        place, abs=1e-9
    )


@given(inland)
def test_the_shift_is_hundreds_of_metres_not_zero_and_not_kilometres(place):
    moved = wgs84_to_gcj02(*place)
    assert moved != place
    assert moved == pytest.approx(place, abs=0.02)


def test_boston_is_not_shifted():
    assert convert(-71.06, 42.36, Datum.WGS84, Datum.GCJ02) == (-71.06, 42.36)
    assert convert(-71.06, 42.36, Datum.GCJ02, Datum.WGS84) == (-71.06, 42.36)


def test_many_places_convert_as_each_does():
    places = [(117.85, 36.8), (117.9, 36.9)]
    assert convert_all(places, Datum.GCJ02) == [convert(*p, Datum.GCJ02) for p in places]
    assert convert_all(places, Datum.WGS84) == places
