"""GeoJSON in and out: mended where the meaning is clear, refused with a sentence where it is not."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from lifang.core.i18n import Text, text

Area: TypeAlias = Polygon | MultiPolygon

MAX_CORNERS: Final = 20_000
MAX_BYTES: Final = 20_000_000
# A mend may move this part of the area, no more: a spike or a doubled corner, not a bow tie.
_MENDABLE: Final = 0.01

SENTENCES: Final[Mapping[str, Text]] = {
    "shape_unreadable": text("这不是可读的 GeoJSON 文件。", "This is not a readable GeoJSON file."),
    "shape_too_large": text(
        "图形过大：{found}，上限 {limit}。",
        "The shape is too large: {found}; the limit is {limit}.",
    ),
    "shape_kind": text("需要多边形，得到的是 {found}。", "A polygon is needed, this is a {found}."),
    "shape_numbers": text(
        "第 {place} 个坐标不是两个数字。", "Coordinate number {place} is not two numbers."
    ),
    "shape_range": text(
        "坐标 {lon}, {lat} 不在地球上：经度 -180 至 180，纬度 -90 至 90。",
        "Coordinate {lon}, {lat} is not on the earth: longitude -180 to 180, latitude -90 to 90.",
    ),
    "shape_swapped": text(
        "坐标 {lon}, {lat} 的经度和纬度可能写反了，应先经度后纬度。",
        "Coordinate {lon}, {lat} seems to have longitude and latitude swapped; longitude comes first.",
    ),
    "shape_few_corners": text(
        "多边形至少要有三个不同的角点。", "A polygon needs at least three different corners."
    ),
    "shape_crosses": text(
        "边界在 {lon}, {lat} 附近自己相交，请调整后再保存。",
        "The border crosses itself near {lon}, {lat}; move it apart and save again.",
    ),
    "shape_no_features": text("文件里没有任何图形。", "There is no shape in the file."),
}


class BadShape(ValueError):
    """A shape that cannot be used; `reason` and `facts` for a `Refusal`, `str()` for a person."""

    def __init__(self, reason: str, **facts: Any) -> None:
        self.reason, self.facts = reason, facts
        super().__init__(reason)

    def __str__(self) -> str:
        return str(SENTENCES[self.reason].of(**self.facts))


@dataclass(frozen=True, slots=True)
class Feature:
    """One area of a collection, with what its author said about it."""

    shape: Area
    properties: Mapping[str, Any] = field(default_factory=dict)


def _decoded(data: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(data, str | bytes):
        return data
    if len(data) > MAX_BYTES:
        raise BadShape("shape_too_large", found=f"{len(data)} B", limit=f"{MAX_BYTES} B")
    try:
        raw = data.encode() if isinstance(data, str) else data
        found = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise BadShape("shape_unreadable") from None
    if not isinstance(found, dict):
        raise BadShape("shape_unreadable")
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _corner(value: object, place: int) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 4:
        raise BadShape("shape_numbers", place=place)
    lon, lat = value[0], value[1]  # heights are left out: areas are flat
    if not (_number(lon) and _number(lat)):
        raise BadShape("shape_numbers", place=place)
    if abs(lon) <= 180 and abs(lat) <= 90:
        return float(lon), float(lat)
    swapped = abs(lat) <= 180 and abs(lon) <= 90
    raise BadShape("shape_swapped" if swapped else "shape_range", lon=lon, lat=lat)


def _ring(value: object) -> list[tuple[float, float]]:
    if not isinstance(value, list | tuple):
        raise BadShape("shape_unreadable")
    corners = [_corner(corner, place) for place, corner in enumerate(value, 1)]
    if len(set(corners)) < 3:
        raise BadShape("shape_few_corners")
    return corners if corners[0] == corners[-1] else [*corners, corners[0]]


def _polygon(rings: object) -> Polygon:
    if not isinstance(rings, list | tuple) or not rings:
        raise BadShape("shape_few_corners")
    shell, *holes = (_ring(ring) for ring in rings)
    return Polygon(shell, holes)


def _signed(shape: Area) -> float:
    """The area by the corners' formula, where the loops of a bow tie cancel each other."""
    parts = getattr(shape, "geoms", [shape])
    return float(
        sum(
            abs(Polygon(p.exterior).area) - sum(Polygon(h).area for h in p.interiors) for p in parts
        )
    )


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    return [part for inner in getattr(shape, "geoms", ()) for part in _polygons(inner)]


def _as_area(parts: list[Polygon]) -> Area:
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _crossing(shape: Area) -> BadShape:
    # explain_validity: "Self-intersection[117.85 36.80]"
    told = shapely.is_valid_reason(shape)
    lon, _, lat = told.partition("[")[2].rstrip("]").partition(" ")
    return BadShape("shape_crosses", lon=lon or "?", lat=lat or "?")


def mended(shape: Area) -> Area:
    """Valid, flat, and wound as RFC 7946 asks; a border that truly crosses itself is refused."""
    if not shape.is_valid:
        before = _signed(shape)
        parts = _polygons(shapely.make_valid(shape))
        after = sum(part.area for part in parts)
        if parts and abs(after - before) > _MENDABLE * max(after, before):
            raise _crossing(shape)
        shape = _as_area(parts) if parts else Polygon()
    if shape.is_empty or not shape.area:
        raise BadShape("shape_few_corners")
    oriented: Area = shapely.orient_polygons(shape)
    return oriented


def _listed(value: object) -> list[Any] | tuple[Any, ...]:
    return value if isinstance(value, list | tuple) else ()


def area_from(geometry: Mapping[str, Any] | None, max_corners: int = MAX_CORNERS) -> Area:
    """A usable area from a GeoJSON geometry object."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise BadShape("shape_kind", found=str(kind)[:40])
    coordinates = geometry.get("coordinates") if geometry else None
    several = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(several, list | tuple) or not several:
        raise BadShape("shape_few_corners")
    count = sum(len(ring) for part in several for ring in _listed(part) if _listed(ring))
    if count > max_corners:
        raise BadShape("shape_too_large", found=count, limit=max_corners)
    return mended(_as_area([_polygon(rings) for rings in several]))


def read_area(data: str | bytes | Mapping[str, Any], max_corners: int = MAX_CORNERS) -> Area:
    """One area from GeoJSON text: a geometry, a feature, or a collection of exactly one."""
    found = read_features(data, max_corners)
    if len(found) != 1:
        raise BadShape("shape_kind", found=f"FeatureCollection ({len(found)})")
    return found[0].shape


def read_features(
    data: str | bytes | Mapping[str, Any], max_corners: int = MAX_CORNERS
) -> list[Feature]:
    """Every area of a GeoJSON text, with its properties."""
    found = _decoded(data)
    items: Any = found.get("features") if found.get("type") == "FeatureCollection" else [found]
    if not isinstance(items, list | tuple) or not items:
        raise BadShape("shape_no_features")
    return [_feature(item, max_corners) for item in items]


def _feature(item: object, max_corners: int) -> Feature:
    if not isinstance(item, Mapping):
        raise BadShape("shape_unreadable")
    if item.get("type") != "Feature":
        return Feature(area_from(item, max_corners))
    properties = item.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise BadShape("shape_unreadable")
    return Feature(area_from(item.get("geometry"), max_corners), dict(properties))


def geometry_of(shape: BaseGeometry, digits: int = 7) -> dict[str, Any]:
    """A GeoJSON geometry object; seven digits are a centimetre."""
    return {"type": shape.geom_type, "coordinates": _rounded(mapping(shape)["coordinates"], digits)}


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, float):
        return round(value, digits)
    return [_rounded(inner, digits) for inner in value]


def collection_of(features: Iterable[Feature]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection object."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": dict(f.properties), "geometry": geometry_of(f.shape)}
            for f in features
        ],
    }


def written(features: Iterable[Feature]) -> bytes:
    """A GeoJSON FeatureCollection as a file."""
    return msgspec.json.encode(collection_of(features))
