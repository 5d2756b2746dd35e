"""Outlines for the demo county: a blob cut into streets, communities and grids that fit exactly."""

import math
import random
from collections.abc import Iterator

import shapely
from shapely import MultiPoint, Point, Polygon

from lifang.demo.county import County

KM_PER_DEGREE = 111.32
GRIDS = 5  # per community
DIGITS = 6  # about ten centimetres


def outlines(county: County, dice: random.Random) -> Iterator[tuple[str, Polygon]]:
    """(code, outline) from the county down to its grids, wider areas first."""
    whole = _blob(county, dice)
    yield county.code, whole
    for s, street in enumerate(_parts(whole, len(county.streets), dice), 1):
        street_code = f"{county.code}{s:03d}"
        yield street_code, street
        wanted = len(county.streets[s - 1].communities)
        for c, community in enumerate(_parts(street, wanted, dice), 1):
            community_code = f"{street_code}{c:03d}"
            yield community_code, community
            for g, grid in enumerate(_parts(community, GRIDS, dice), 1):
                yield f"{community_code}{g:03d}", grid


def _blob(county: County, dice: random.Random) -> Polygon:
    lon, lat = county.centre
    wide = county.width_km / 2 / KM_PER_DEGREE / math.cos(math.radians(lat))
    high = county.height_km / 2 / KM_PER_DEGREE
    waves = [(n, dice.uniform(-0.09, 0.09), dice.uniform(0, math.tau)) for n in (2, 3, 5)]
    ring = []
    for step in range(72):
        angle = step / 72 * math.tau
        reach = 1 + sum(size * math.sin(n * angle + turn) for n, size, turn in waves)
        # Between an ellipse and a box: towns are seldom round.
        corner = (abs(math.cos(angle)) ** 4 + abs(math.sin(angle)) ** 4) ** -0.25
        ring.append(
            (
                lon + wide * reach * corner * math.cos(angle),
                lat + high * reach * corner * math.sin(angle),
            )
        )
    return shapely.set_precision(Polygon(ring), 10**-DIGITS)


def _parts(whole: Polygon, count: int, dice: random.Random) -> list[Polygon]:
    """Cut a shape into so many parts of about one size (Voronoi cells, settled by Lloyd's steps)."""
    points = [_inside(whole, dice) for _ in range(count)]
    cells: list[Polygon] = []
    for _ in range(14):
        cells = _cells(whole, points)
        points = [cell.centroid for cell in cells]
    # From the north-west, row by row, as people would number them.
    return sorted(cells, key=lambda cell: (-round(cell.centroid.y, 2), cell.centroid.x))


def _cells(whole: Polygon, points: list[Point]) -> list[Polygon]:
    raw = shapely.voronoi_polygons(MultiPoint(points), extend_to=whole)
    cut = [shapely.intersection(cell, whole, grid_size=10**-DIGITS) for cell in raw.geoms]
    return [max(getattr(cell, "geoms", [cell]), key=lambda part: part.area) for cell in cut]


def _inside(whole: Polygon, dice: random.Random) -> Point:
    west, south, east, north = whole.bounds
    while True:
        point = Point(dice.uniform(west, east), dice.uniform(south, north))
        if whole.contains(point):
            return point
