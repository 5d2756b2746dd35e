"""Do the parts of an area fit: what overlaps, what is left open, what sticks out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lifang.core.geo.measure import mean_width, square_metres
from lifang.core.geo.shapes import Area, Feature, collection_of

SLIVER: Final = 1.0  # square metres; less than that is drawing noise
THIN: Final = 0.3  # metres; a strip no wider than that is two drawings of one line


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of ground, how large it is, and which areas it belongs to (none: a gap)."""

    shape: Area
    square_metres: float
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a set of areas covers its parent."""

    overlaps: tuple[Patch, ...]
    gaps: tuple[Patch, ...]
    outside: tuple[Patch, ...]

    @property
    def clean(self) -> bool:
        """No overlap and nothing outside; gaps are shown, not forbidden."""
        return not self.overlaps and not self.outside

    def geojson(self) -> dict[str, Any]:
        """A FeatureCollection: properties `kind` (overlap, gap, outside), `codes`, `square_metres`."""
        kinds = {"overlap": self.overlaps, "gap": self.gaps, "outside": self.outside}
        return collection_of(
            Feature(
                patch.shape,
                {
                    "kind": kind,
                    "codes": list(patch.codes),
                    "square_metres": round(patch.square_metres, 1),
                },
            )
            for kind, patches in kinds.items()
            for patch in patches
        )


def coverage(
    areas: Mapping[str, Area], parent: Area | None = None, sliver: float = SLIVER
) -> Coverage:
    """Compare areas with each other and, if given, with the parent they should fill."""
    return Coverage(
        overlaps=tuple(_overlaps(areas, sliver)),
        gaps=tuple(_gaps(areas, parent, sliver)) if parent is not None else (),
        outside=tuple(_outside(areas, parent, sliver)) if parent is not None else (),
    )


def _patches(ground: BaseGeometry, sliver: float, codes: tuple[str, ...] = ()) -> Iterator[Patch]:
    parts = shapely.get_parts(shapely.get_parts(ground))
    for part in parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]:
        size = square_metres(part)
        if size >= sliver and (not sliver or mean_width(part, size) > THIN):
            yield Patch(shapely.orient_polygons(part), size, codes)


def _overlaps(areas: Mapping[str, Area], sliver: float) -> Iterator[Patch]:
    codes = sorted(areas)
    shapes = np.array([areas[code] for code in codes], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for i, j in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if i < j:
            common = shapely.intersection(shapes[i], shapes[j])
            yield from _patches(common, sliver, (codes[i], codes[j]))


def _gaps(areas: Mapping[str, Area], parent: Area, sliver: float) -> Iterator[Patch]:
    covered = shapely.union_all(list(areas.values()))
    yield from _patches(shapely.difference(parent, covered), sliver)


def _outside(areas: Mapping[str, Area], parent: Area, sliver: float) -> Iterator[Patch]:
    for code in sorted(areas):
        yield from _patches(shapely.difference(areas[code], parent), sliver, (code,))
