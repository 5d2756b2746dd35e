"""Which area a point lies in, from memory."""

import math
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from lifang.core.geo.measure import RADIUS, box_around
from lifang.core.geo.shapes import Area

_NONE: Final = -1


class AreaIndex:
    """A snapshot of coded areas. Never changes; build another (10 ms for 40,000) and swap it in.

    A point on a common border belongs to the area with the lower code: the same every time.
    """

    def __init__(self, areas: Iterable[tuple[str, Area]]) -> None:
        known = sorted(areas, key=lambda item: item[0])
        self.codes: Final = [code for code, _ in known]
        self._names: NDArray[np.object_] = np.array([*self.codes, None], dtype=object)
        self._shapes: NDArray[np.object_] = np.empty(len(known), dtype=object)
        self._shapes[:] = [shape for _, shape in known]
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def __len__(self) -> int:
        return len(self.codes)

    def locate(self, lon: float, lat: float, within: float = 0.0) -> str | None:
        """The code of the area that holds the point, else of the nearest within so many metres."""
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return None
        near = self._tree.query(shapely.points(lon, lat))
        holding = near[shapely.intersects_xy(self._shapes[near], lon, lat)]
        if holding.size:
            return self.codes[int(holding.min())]
        return self._nearest(lon, lat, within) if within > 0 else None

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> list[str | None]:
        """The code (or None) of each point, in order."""
        found: list[str | None] = self._names[self.positions(lons, lats)].tolist()
        return found

    def positions(self, lons: ArrayLike, lats: ArrayLike) -> NDArray[np.intp]:
        """For each point the position of its area in `codes`, -1 for none: the fast way for millions."""
        x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        found = np.full(x.shape, _NONE, dtype=np.intp)
        points, near = self._tree.query(shapely.points(x, y))
        # Area by area: each prepared shape is touched once while it is in the cache, three times faster.
        order = np.argsort(near, kind="stable")[::-1]
        points, near = points[order], near[order]
        inside = shapely.intersects_xy(self._shapes[near], x[points], y[points])
        found[points[inside]] = near[inside]  # the lowest code is written last and stays
        return found

    def _nearest(self, lon: float, lat: float, metres: float) -> str | None:
        near = self._tree.query(shapely.box(*box_around(lon, lat, metres)))
        if not near.size:
            return None
        here = np.array([lon, lat])
        scale = np.radians(1.0) * RADIUS * np.array([math.cos(math.radians(lat)), 1.0])
        flat = shapely.transform(self._shapes[near], lambda corners: (corners - here) * scale)
        away = shapely.distance(flat, shapely.Point(0.0, 0.0))
        best = int(np.lexsort((near, away))[0])
        return self.codes[int(near[best])] if away[best] <= metres else None


class LiveAreas:
    """The current `AreaIndex`, built anew when the version changes; a reader sees the old or the new one whole.

    `version` must be cheap, it is asked at each use; `load` gives (code, shape) pairs of that version.
    """

    def __init__(
        self,
        version: Callable[[], Hashable],
        load: Callable[[], Iterable[tuple[str, Area]]],
    ) -> None:
        self._version, self._load = version, load
        self._lock = Lock()
        self._built: tuple[Hashable, AreaIndex] | None = None

    def index(self) -> AreaIndex:
        """The index of the present version."""
        version = self._version()
        built = self._built
        if built is None or built[0] != version:
            built = self._rebuilt(version)
        return built[1]

    def _rebuilt(self, version: Hashable) -> tuple[Hashable, AreaIndex]:
        with self._lock:
            built = self._built
            if built is None or built[0] != version:
                # The version was read before the rows: a change in between is loaded once more, never missed.
                built = self._built = (version, AreaIndex(self._load()))
            return built

    def locate(self, lon: float, lat: float, within: float = 0.0) -> str | None:
        """As `AreaIndex.locate`, on the present version."""
        return self.index().locate(lon, lat, within)

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> list[str | None]:
        """As `AreaIndex.locate_many`, on the present version."""
        return self.index().locate_many(lons, lats)
