import json

import pytest
import shapely
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.geo.shapes import BadShape, Feature, geometry_of, read_area, read_features, written

SQUARE = [[117.0, 36.0], [117.0, 36.1], [117.1, 36.1], [117.1, 36.0], [117.0, 36.0]]


def polygon(*rings):
    return json.dumps({"type": "Polygon", "coordinates": rings})


def refusal(data, **limits):
    with pytest.raises(BadShape) as caught:
        read_area(data, **limits)
    return caught.value


def test_a_clockwise_open_ring_with_heights_is_mended():
    area = read_area(polygon([[*corner, 12.5] for corner in SQUARE[:-1]]))
    assert area.equals(shapely.box(117, 36, 117.1, 36.1))
    assert area.exterior.is_ccw
    assert not area.has_z


def test_a_spike_is_cut_off():
    spiked = [*SQUARE[:2], [117.05, 36.1], [117.05, 36.2], [117.05, 36.1], *SQUARE[2:]]
    assert read_area(polygon(spiked)).equals(shapely.box(117, 36, 117.1, 36.1))


def test_a_bow_tie_is_refused_and_says_where():
    bow = refusal(polygon([[117, 36], [117.1, 36.1], [117.1, 36], [117, 36.1], [117, 36]]))
    assert bow.reason == "shape_crosses"
    with override("en"):
        assert (
            str(bow)
            == "The border crosses itself near 117.05, 36.05; move it apart and save again."
        )
    with override("zh-hans"):
        assert str(bow) == "边界在 117.05, 36.05 附近自己相交，请调整后再保存。"


def test_a_hole_stays_a_hole():
    hole = [[117.02, 36.02], [117.04, 36.02], [117.04, 36.04], [117.02, 36.04], [117.02, 36.02]]
    area = read_area(polygon(SQUARE, hole))
    assert area.area == pytest.approx(0.01 - 0.0004)
    assert not area.interiors[0].is_ccw


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "shape_unreadable"),
        ("[1, 2]", "shape_unreadable"),
        (b"\xff\xfe", "shape_unreadable"),
        ("[" * 100_000, "shape_unreadable"),
        ('{"type": "Polygon", "coordinates": NaN}', "shape_unreadable"),
        ('{"type": "Point", "coordinates": [117, 36]}', "shape_kind"),
        ('{"type": "Polygon"}', "shape_few_corners"),
        ('{"type": "Polygon", "coordinates": []}', "shape_few_corners"),
        ('{"type": "Polygon", "coordinates": 5}', "shape_few_corners"),
        ('{"type": "Polygon", "coordinates": [5]}', "shape_unreadable"),
        ('{"type": "MultiPolygon", "coordinates": [5]}', "shape_few_corners"),
        ('{"type": "FeatureCollection", "features": []}', "shape_no_features"),
        ('{"type": "FeatureCollection", "features": [7]}', "shape_unreadable"),
        ('{"type": "Feature", "geometry": null}', "shape_kind"),
        ('{"type": "Feature", "properties": 3, "geometry": null}', "shape_unreadable"),
        (polygon([[117, 36], [118, 36], [117, 36]]), "shape_few_corners"),
        (polygon([[117, 36], [118, 36], [119, 36], [117, 36]]), "shape_few_corners"),
        (polygon([[117, 36], [118, True], [119, 36]]), "shape_numbers"),
        (polygon([[117, 36], [118], [119, 36]]), "shape_numbers"),
        (polygon([[117, 36], [118, 36], "x"]), "shape_numbers"),
        (polygon([[36, 117], [36, 118], [37, 118]]), "shape_swapped"),
        (polygon([[200, 36], [118, 36], [119, 37]]), "shape_range"),
        (polygon([[1.0e308, 36], [118, 36], [119, 37]]), "shape_range"),
    ],
)
def test_what_cannot_be_an_area_is_refused_with_a_reason(data, reason):
    bad = refusal(data)
    assert bad.reason == reason
    assert str(bad) != reason
    assert "{" not in str(bad)


def test_too_many_corners_are_refused_before_any_geometry_is_made():
    assert refusal(polygon(SQUARE), max_corners=4).facts == {"found": 5, "limit": 4}


def test_two_areas_are_not_one():
    both = written([Feature(shapely.box(0, 0, 1, 1)), Feature(shapely.box(2, 2, 3, 3))])
    assert refusal(both).reason == "shape_kind"
    assert len(read_features(both)) == 2


@given(
    st.floats(-170, 170),
    st.floats(-80, 80),
    st.floats(0.001, 5),
    st.floats(0.001, 5),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)
def test_what_is_written_is_read_back(lon, lat, wide, high, properties):
    shape = shapely.box(lon, lat, lon + wide, lat + high)
    (back,) = read_features(b"\xef\xbb\xbf" + written([Feature(shape, properties)]))
    assert dict(back.properties) == properties
    assert back.shape.equals_exact(shape, 1e-6, normalize=True)


def test_coordinates_are_rounded_to_a_centimetre():
    geometry = geometry_of(shapely.Point(117.123456789, 36.0))
    assert geometry == {"type": "Point", "coordinates": [117.1234568, 36.0]}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["type", "coordinates", "features", "geometry", "properties"]),
                inner
                | st.sampled_from(["Polygon", "MultiPolygon", "Feature", "FeatureCollection"]),
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_an_area_or_a_refusal_never_a_crash(value):
    try:
        found = read_features(json.dumps(value))
    except BadShape:
        return
    assert all(feature.shape.is_valid for feature in found)
