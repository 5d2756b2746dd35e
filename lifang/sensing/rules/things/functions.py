"""What may be called in a `$filter`, each as PostgreSQL says it. Times are UTC; distances are in degrees, as the standard asks for WGS-84."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from shapely.geometry import Point, Polygon

from lifang.sensing.rules.things.grammar import Unfit
from lifang.sensing.rules.things.parts import Asking, Part

_MOST_CORNERS: Final = 2_000


class Function(NamedTuple):
    sorts: tuple[str, ...]
    make: Callable[..., Part]
    least: int


def _plain(sql: str, sort: str, *sorts: str, least: int | None = None) -> Function:
    """A function that is a template over its arguments."""

    def make(where: Asking, *args: Part) -> Part:
        return Part(sql.format(*(one.sql for one in args)), sort)

    return Function(sorts, make, len(sorts) if least is None else least)


def _substring(where: Asking, text: Part, first: Part, length: Part | None = None) -> Part:
    start = f"greatest(least({first.sql}, 1e6), 0)::int + 1"
    if length is None:
        return Part(f"substr({text.sql}, {start})", "text")
    return Part(f"substr({text.sql}, {start}, greatest(least({length.sql}, 1e6), 0)::int)", "text")


def _now(where: Asking) -> Part:
    return Part(f"{where.statement.add(where.at)}::timestamptz", "time")


def _two(left: Part, right: Part) -> tuple[Part, Any]:
    """A column and a figure, in either order."""
    if left.sort == "point" and right.sort == "geo":
        return left, right.value
    if right.sort == "point" and left.sort == "geo":
        return right, left.value
    raise Unfit("A location and a geography'…' are expected.")


def _distance(where: Asking, left: Part, right: Part) -> Part:
    column, figure = _two(left, right)
    if not isinstance(figure, Point) or figure.is_empty:
        raise Unfit("The distance from a POINT is known, of other figures not.", 501)
    return Part(f"({column.sql} <-> point({where.statement.add(figure.x)}::float8, {where.statement.add(figure.y)}::float8))", "num")  # fmt: skip


def _inside(where: Asking, left: Part, right: Part) -> Part:
    column, figure = _two(left, right)
    add = where.statement.add
    if isinstance(figure, Point) and not figure.is_empty:
        return Part(f"({column.sql} ~= point({add(figure.x)}::float8, {add(figure.y)}::float8))", "flag")  # fmt: skip
    if not isinstance(figure, Polygon) or figure.is_empty:
        raise Unfit("A POINT or a POLYGON is expected.", 501)
    rings = [figure.exterior, *figure.interiors]
    if sum(len(ring.coords) for ring in rings) > _MOST_CORNERS:
        raise Unfit("The polygon has too many corners.")
    out, *holes = [f"{column.sql} <@ {add(_ring(ring))}::polygon" for ring in rings]
    return Part(f"({' AND NOT '.join([out, *holes])})", "flag")


def _outside(where: Asking, left: Part, right: Part) -> Part:
    return Part(f"NOT {_inside(where, left, right).sql}", "flag")


def _ring(ring: Any) -> str:
    return f"({','.join(f'({x!r},{y!r})' for x, y, *_ in ring.coords)})"


def _part_of(field: str) -> Function:
    return _plain(f"extract({field} FROM {{0}} AT TIME ZONE 'UTC')::float8", "num", "time")


_GEO: Final = ("geo", "geo")
FUNCTIONS: Final[dict[str, Function]] = {
    "substringof": _plain("(strpos({1}, {0}) > 0)", "flag", "text", "text"),
    "contains": _plain("(strpos({0}, {1}) > 0)", "flag", "text", "text"),
    "startswith": _plain("starts_with({0}, {1})", "flag", "text", "text"),
    "endswith": _plain("(right({0}, length({1})) = {1})", "flag", "text", "text"),
    "length": _plain("length({0})::float8", "num", "text"),
    "indexof": _plain("(strpos({0}, {1}) - 1)::float8", "num", "text", "text"),
    "substring": Function(("text", "num", "num"), _substring, 2),
    "tolower": _plain("lower({0})", "text", "text"),
    "toupper": _plain("upper({0})", "text", "text"),
    "trim": _plain("btrim({0})", "text", "text"),
    "concat": _plain("({0} || {1})", "text", "text", "text"),
    **{name: _part_of(name) for name in ("year", "month", "day", "hour", "minute")},
    "second": _plain("floor(extract(second FROM {0}))::float8", "num", "time"),
    "fractionalseconds": _plain("(extract(second FROM {0}) %% 1)::float8", "num", "time"),
    "date": _plain("date_trunc('day', {0}, 'UTC')", "time", "time"),
    "time": _plain("({0} - date_trunc('day', {0}, 'UTC'))", "span", "time"),
    "totaloffsetminutes": _plain("({0} IS NULL)::int::float8 * 0", "num", "time"),
    "now": Function((), _now, 0),
    "mindatetime": _plain("'0001-01-02Z'::timestamptz", "time"),
    "maxdatetime": _plain("'9999-12-30Z'::timestamptz", "time"),
    "round": _plain("round({0}::numeric)::float8", "num", "num"),
    "floor": _plain("floor({0})", "num", "num"),
    "ceiling": _plain("ceil({0})", "num", "num"),
    "geo.distance": Function(_GEO, _distance, 2),
    "geo.intersects": Function(_GEO, _inside, 2),
    "st_intersects": Function(_GEO, _inside, 2),
    "st_within": Function(_GEO, _inside, 2),
    "st_equals": Function(_GEO, _inside, 2),
    "st_disjoint": Function(_GEO, _outside, 2),
}
