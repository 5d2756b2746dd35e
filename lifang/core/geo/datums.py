"""WGS-84, GCJ-02 (AMap, Tencent) and BD-09 (Baidu); inverses are exact to a tenth of a millimetre."""

import math
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

Place = tuple[float, float]  # longitude, latitude, in degrees
Way = Callable[[float, float], Place]

_AXIS: Final = 6378245.0  # Krasovsky 1940, which GCJ-02 is defined on
_ECC2: Final = 0.00669342162296594323
_BAIDU: Final = math.pi * 3000.0 / 180.0


class Datum(StrEnum):
    WGS84 = "wgs84"  # also CGCS2000: the two differ by centimetres
    GCJ02 = "gcj02"
    BD09 = "bd09"


def shifted(lon: float, lat: float) -> bool:
    """Inside the rectangle where GCJ-02 moves points; elsewhere it equals WGS-84."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _shift(lon: float, lat: float) -> Place:
    x, y = lon - 105.0, lat - 35.0
    wave = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    root = math.sqrt(abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2 / 3
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2 / 3
    sine = math.sin(math.radians(lat))
    curve = 1.0 - _ECC2 * sine * sine
    meridian = _AXIS * (1.0 - _ECC2) / (curve * math.sqrt(curve))
    parallel = _AXIS / math.sqrt(curve) * math.cos(math.radians(lat))
    return math.degrees(east / parallel), math.degrees(north / meridian)


def wgs84_to_gcj02(lon: float, lat: float) -> Place:
    """From satellites to Chinese maps: 100 to 700 m off."""
    if not shifted(lon, lat):
        return lon, lat
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_bd09(lon: float, lat: float) -> Place:
    """From the national shift to Baidu's own on top of it."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _undone(way: Way, lon: float, lat: float) -> Place:
    """The place that `way` brings to (lon, lat); the shift is smooth, so each round gains two digits."""
    x, y = lon, lat
    for _ in range(12):
        u, v = way(x, y)
        x, y = x + lon - u, y + lat - v
        if abs(lon - u) < 1e-11 and abs(lat - v) < 1e-11:
            break
    return x, y


def gcj02_to_wgs84(lon: float, lat: float) -> Place:
    """From Chinese maps back to satellites."""
    if not shifted(lon, lat):
        return lon, lat

    def forward(x: float, y: float) -> Place:
        east, north = _shift(x, y)
        return x + east, y + north

    return _undone(forward, lon, lat)


def bd09_to_gcj02(lon: float, lat: float) -> Place:
    """From Baidu's maps back to the national shift."""
    return _undone(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: float, lat: float) -> Place:
    """From satellites to Baidu's maps."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: float, lat: float) -> Place:
    """From Baidu's maps back to satellites."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


_WAYS: Final[dict[tuple[Datum, Datum], Way]] = {
    (Datum.WGS84, Datum.GCJ02): wgs84_to_gcj02,
    (Datum.GCJ02, Datum.WGS84): gcj02_to_wgs84,
    (Datum.GCJ02, Datum.BD09): gcj02_to_bd09,
    (Datum.BD09, Datum.GCJ02): bd09_to_gcj02,
    (Datum.WGS84, Datum.BD09): wgs84_to_bd09,
    (Datum.BD09, Datum.WGS84): bd09_to_wgs84,
}


def convert(lon: float, lat: float, source: Datum, target: Datum = Datum.WGS84) -> Place:
    """One place from one datum to another."""
    return (lon, lat) if source == target else _WAYS[source, target](lon, lat)


def convert_all(places: Iterable[Place], source: Datum, target: Datum = Datum.WGS84) -> list[Place]:
    """Many places from one datum to another."""
    if source == target:
        return list(places)
    way = _WAYS[source, target]
    return [way(lon, lat) for lon, lat in places]
