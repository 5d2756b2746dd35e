"""Divisions, where a point lies, and the shapes of maps."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from django.db.models import Max, Min, QuerySet, TextField
from django.db.models.functions import Cast

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within as lies_within
from lifang.core.geo.areas import LiveAreas
from lifang.core.geo.coverage import Coverage, coverage
from lifang.core.geo.divisions import Level, level_below
from lifang.core.geo.shapes import Area
from lifang.core.site import site
from lifang.orgs.models import Division
from lifang.orgs.selectors.names import codes_inside, names_of, revision

_LEVELS = (Level.GRID, Level.COMMUNITY)


def division(actor: Actor, code: str) -> Division:
    """One area, abolished or not. Raises `Refused("not_found")`."""
    found = _bare().filter(pk=code).first()
    if found is None:
        raise Refused("not_found")
    return found


def divisions(
    actor: Actor, within: str = "", level: int | None = None, abolished: bool = False
) -> QuerySet[Division]:
    """Areas of a level inside an area (itself included), without their shapes; those of today unless asked."""
    rows = _bare().filter(lies_within(within, "code"))
    if level is not None:
        rows = rows.filter(level=level)
    return rows if abolished else rows.filter(valid_to__isnull=True)


def children(actor: Actor, code: str) -> QuerySet[Division]:
    """The next smaller areas."""
    return divisions(actor).filter(parent_id=code)


def home_of(actor: Actor) -> str:
    """Where this actor's work begins: the widest area posted to, else the site's county."""
    return min((grant.area for grant in actor.grants if grant.area), key=len, default=site().county)


def parts_of(actor: Actor, also: Iterable[str] = ()) -> dict[str, str]:
    """The parts of an actor's own area by their names, for a choice; and areas that are `also` asked for."""
    home = home_of(actor)
    found = list(dict.fromkeys([*codes_inside(home, level_below(home)), *also]))
    return _apart(found)


def _apart(codes: list[str]) -> dict[str, str]:
    """Names for a choice; those that two areas bear are said with what the area lies in, and with its code if that does not help."""
    names = names_of(codes, 1)
    for depth in (2, 3):
        again = [code for code, many in _shared(names) if many]
        names |= names_of(again, depth)
    return {code: f"{names[code]} ({code})" if many and names[code] else names[code] or code for code, many in _shared(names)}  # fmt: skip


def _shared(names: dict[str, str]) -> list[tuple[str, bool]]:
    """Each code, and whether another bears its name."""
    times = Counter(names.values())
    return [(code, times[name] > 1) for code, name in names.items()]


def _bare() -> QuerySet[Division]:
    return Division.objects.defer("polygon")


def _shapes_of(level: int) -> Iterable[tuple[str, Area]]:
    rows = list(
        Division.objects.filter(level=level, valid_to__isnull=True, polygon__isnull=False)
        .annotate(text=Cast("polygon", TextField()))
        .values_list("code", "text")
    )
    read = shapely.from_geojson(np.array([text for _, text in rows], dtype=object))
    return [(code, shape) for (code, _), shape in zip(rows, read, strict=True)]


_maps = [LiveAreas(revision, lambda level=level: _shapes_of(level)) for level in _LEVELS]  # type: ignore[misc]


def locate(lon: float, lat: float, within: float = 0.0) -> str | None:
    """The grid (15 digits) that holds a WGS-84 point, else its community (12), else None.

    `within` metres, a point just outside belongs to the nearest.
    """
    for margin in dict.fromkeys((0.0, within)):
        for areas in _maps:
            found = areas.locate(lon, lat, margin)
            if found is not None:
                return found
    return None


def stands_in(lon: float, lat: float, area: str) -> bool:
    """Whether a point lies in an area, or where nothing is drawn that says otherwise."""
    there = locate(lon, lat) or ""
    return there.startswith(area) or area.startswith(there)


def locate_many(lons: Iterable[float], lats: Iterable[float]) -> list[str | None]:
    """As `locate`, for many points at once."""
    x, y = list(lons), list(lats)
    grids, communities = (areas.locate_many(x, y) for areas in _maps)
    return [grid or community for grid, community in zip(grids, communities, strict=True)]


def shape_of(actor: Actor, code: str) -> Area | None:
    """The drawn outline of an area."""
    text = (
        Division.objects.filter(pk=code, polygon__isnull=False)
        .annotate(text=Cast("polygon", TextField()))
        .values_list("text", flat=True)
        .first()
    )
    return None if text is None else shapely.from_geojson(text)


def extent(actor: Actor) -> tuple[float, float, float, float] | None:
    """West, south, east, north of everything that is drawn."""
    rows = Division.objects.filter(valid_to__isnull=True, polygon__isnull=False)
    box = rows.aggregate(w=Min("west"), s=Min("south"), e=Max("east"), n=Max("north"))
    return None if box["w"] is None else (box["w"], box["s"], box["e"], box["n"])


def shapes(actor: Actor, within: str, level: int) -> dict[str, Any]:
    """The drawn areas of a level inside an area, as a GeoJSON FeatureCollection; its version is `revision()`."""
    rows = (
        Division.objects.filter(lies_within(within, "code"))
        .filter(level=level, valid_to__isnull=True, polygon__isnull=False)
        .order_by("code")
    )
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row.code,
                "properties": {
                    "code": row.code,
                    "name": row.shown,
                    "level": row.level,
                    "kind": row.kind,
                    "square_metres": round(row.square_metres or 0),
                },
                "geometry": row.polygon,
            }
            for row in rows
        ],
    }


def fit_of(actor: Actor, code: str) -> Coverage:
    """How the parts of an area cover it: overlaps, gaps, what sticks out."""
    parts = Division.objects.filter(parent_id=code, valid_to__isnull=True, polygon__isnull=False)
    read = {
        part: shapely.from_geojson(text)
        for part, text in parts.annotate(text=Cast("polygon", TextField())).values_list(
            "code", "text"
        )
    }
    return coverage(read, shape_of(actor, code) if len(code) < Level.GRID else None)
