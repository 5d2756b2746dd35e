"""Metres on the earth, boxes, and integer cells that make "within 40 m" an index look-up."""

import math
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import shapely
from django.db.models import F, FloatField, Model, QuerySet, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from shapely.geometry.base import BaseGeometry

RADIUS: Final = 6_371_008.8  # mean radius of the earth, in metres
_DEGREE: Final = math.radians(1.0) * RADIUS
_AXIS: Final = 6_378_137.0  # WGS-84
_ECC2: Final = 0.0066943799901413165
_COLUMNS: Final = 1 << 32

M = TypeVar("M", bound=Model)


class Box(NamedTuple):
    """West, south, east, north, in degrees."""

    west: float
    south: float
    east: float
    north: float


def snapped(box: Box, digits: int) -> Box:
    """The box of all points that, rounded to so many decimals, lie inside: asking finds no more than is shown."""
    unit, half = 10.0**digits, 0.5 / 10.0**digits

    def up(edge: float) -> float:
        return math.ceil(round(edge * unit, 6)) / unit - half

    def down(edge: float) -> float:
        return math.floor(round(edge * unit, 6)) / unit + half

    return Box(up(box.west), up(box.south), down(box.east), down(box.north))


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Great-circle distance; within 0.6 % of the ellipsoid's."""
    up = math.sin(math.radians(other_lat - lat) / 2.0)
    along = math.sin(math.radians(other_lon - lon) / 2.0)
    part = up * up + math.cos(math.radians(lat)) * math.cos(math.radians(other_lat)) * along * along
    return 2.0 * RADIUS * math.asin(min(1.0, math.sqrt(part)))


def box_around(lon: float, lat: float, metres: float) -> Box:
    """The smallest box that holds everything within so many metres; never crosses the date line."""
    up = metres / _DEGREE
    south, north = max(-90.0, lat - up), min(90.0, lat + up)
    arc = math.sin(min(metres / RADIUS, math.pi / 2.0))
    width = math.cos(math.radians(lat))
    across = math.degrees(math.asin(arc / width)) if arc < width else 360.0
    return Box(max(-180.0, lon - across), south, min(180.0, lon + across), north)


def square_metres(shape: BaseGeometry) -> float:
    """Area on the WGS-84 ellipsoid, by an equal-area projection of the corners."""
    ecc = math.sqrt(_ECC2)

    def flat(corners: np.ndarray) -> np.ndarray:
        sine = np.sin(np.radians(corners[:, 1]))
        height = sine / (1.0 - _ECC2 * sine**2) + np.arctanh(ecc * sine) / ecc
        return np.column_stack(
            (_AXIS * np.radians(corners[:, 0]), _AXIS * (1.0 - _ECC2) / 2.0 * height)
        )

    return float(shapely.area(shapely.transform(shape, flat)))


def mean_width(shape: BaseGeometry, size: float) -> float:
    """Metres across, of a strip of this many square metres."""
    lat = math.radians(shape.centroid.y)
    metres = math.pi * _AXIS / 180.0
    around = shapely.length(
        shapely.transform(shape, lambda corners: corners * (metres * math.cos(lat), metres))
    )
    return 2.0 * size / float(around)


def _row(lat: float, metres: float) -> int:
    return math.floor((lat + 90.0) * _DEGREE / metres)


def _column(lon: float, row: int, metres: float) -> int:
    middle = math.radians((row + 0.5) * metres / _DEGREE - 90.0)
    return math.floor((lon + 180.0) * _DEGREE * max(math.cos(middle), 0.0) / metres)


def cell(lon: float, lat: float, metres: float) -> int:
    """The number of the roughly square cell, so many metres wide, that holds this place (a bigint)."""
    row = _row(lat, metres)
    return row * _COLUMNS + _column(lon, row, metres)


def cells_within(lon: float, lat: float, within: float, metres: float) -> list[int]:
    """Every cell (of the size `metres`) that may hold a place within so many metres; 4 to 9 when equal."""
    box = box_around(lon, lat, within)
    return [
        row * _COLUMNS + column
        for row in range(_row(box.south, metres), _row(box.north, metres) + 1)
        for column in range(_column(box.west, row, metres), _column(box.east, row, metres) + 1)
    ]


def near(
    rows: QuerySet[M],
    lon: float,
    lat: float,
    metres: float,
    *,
    fields: tuple[str, str] = ("lon", "lat"),
    cells: tuple[str, float] | None = None,
) -> QuerySet[M]:
    """Rows within so many metres, nearest first, annotated with `metres_away`.

    With `cells=("cell", 50)`, a column filled by `cell(lon, lat, 50)`, the index look-up is exact;
    without, a B-tree on (lat, lon) serves the box.
    """
    x, y = fields
    if cells is not None:
        rows = rows.filter(**{f"{cells[0]}__in": cells_within(lon, lat, metres, cells[1])})
    box = box_around(lon, lat, metres)
    inside: dict[str, Any] = {
        f"{x}__range": (box.west, box.east),
        f"{y}__range": (box.south, box.north),
    }
    half = Value(0.5, FloatField())
    up = Power(Sin(Radians(F(y) - Value(lat, FloatField())) * half), 2)
    along = Power(Sin(Radians(F(x) - Value(lon, FloatField())) * half), 2)
    part = up + Value(math.cos(math.radians(lat)), FloatField()) * Cos(Radians(F(y))) * along
    away = Value(2.0 * RADIUS, FloatField()) * ASin(Least(Value(1.0, FloatField()), Sqrt(part)))
    found = rows.filter(**inside).annotate(metres_away=away)
    return found.filter(metres_away__lte=metres).order_by("metres_away", "pk")  # type: ignore[return-value]
