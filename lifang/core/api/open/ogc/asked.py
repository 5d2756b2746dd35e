"""The parameters of a request for items. One that is not known is refused, as the standard says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from lifang.core.api.faults import bad_input
from lifang.core.api.open.ogc.layers import Layer
from lifang.core.geo.measure import Box

USUAL, MOST = 100, 1000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ALWAYS = ("f", "lang", "locale")
ITEMS = (*ALWAYS, "limit", "bbox", "bbox-crs", "crs", "datetime", "after")
_FORMATS = ("json", "geojson", "application/json", "application/geo+json")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    limit: int
    after: str
    rows: QuerySet[Any]


def known(request: HttpRequest, names: Iterable[str] = ALWAYS) -> None:
    """Raises `Refused` for a parameter or a format that there is not."""
    for name in request.GET:
        if name not in names:
            raise bad_input(name[:40], **{name[:40]: "not known"})
    if request.GET.get("f", "json").lower() not in _FORMATS:
        raise bad_input("f", f="json")


def in_crs84(request: HttpRequest, *names: str) -> None:
    """Longitude before latitude on WGS 84 is the one reference system here. Raises `Refused` for another."""
    for name in names:
        if request.GET.get(name, CRS84) != CRS84:
            raise bad_input(name, **{name: CRS84})


def asked(request: HttpRequest, layer: Layer, rows: QuerySet[Any]) -> Asked:
    filters = [name for name, fact in layer.facts.items() if fact.filter]
    known(request, (*ITEMS, *filters))
    given = {name: request.GET[name] for name in request.GET}
    in_crs84(request, "bbox-crs", "crs")
    if "bbox" in given:
        rows = rows.filter(layer.inside(box(given["bbox"])))
    if "datetime" in given:
        rows = rows.filter(_moment(given["datetime"], layer.instant))
    for name in filters:
        if name in given:
            rows = _equal(rows, layer, name, given[name])
    return Asked(_limit(given.get("limit", str(USUAL))), given.get("after", ""), rows)


def _equal(rows: QuerySet[Any], layer: Layer, name: str, text: str) -> QuerySet[Any]:
    fact = layer.facts[name]
    value: Any = text
    if fact.kind == "integer":
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise bad_input(name, **{name: "a whole number"})
        value = int(text)
    if len(text) > 200:
        raise bad_input(name, **{name: "too long"})
    try:
        return rows.filter(**{fact.path: value})
    except (ValidationError, ValueError) as wrong:
        raise bad_input(name, **{name: fact.kind}) from wrong


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1):
        raise bad_input("limit", limit=f"1-{MOST}")
    return min(int(text), MOST)


def box(text: str) -> Box:
    """Four numbers, or six with heights that are left aside."""
    parts = text.split(",")
    try:
        numbers = [_number(part) for part in parts]
    except ValueError as wrong:
        raise bad_input("bbox", bbox="west,south,east,north") from wrong
    if len(numbers) == 6:
        numbers = [numbers[i] for i in (0, 1, 3, 4)]
    if len(numbers) != 4 or not _on_earth(*numbers):
        raise bad_input("bbox", bbox="west,south,east,north")
    return Box(*numbers)


def _number(text: str) -> float:
    if len(text) > 40 or not text.strip().isascii() or "_" in text:
        raise ValueError(text)
    return float(text)


def _on_earth(west: float, south: float, east: float, north: float) -> bool:
    # Clients send the whole world with a little over; nonsense and NaN fail every comparison.
    return -181 <= west <= 181 and -181 <= east <= 181 and -91 <= south <= north <= 91


def _moment(text: str, path: str) -> Q:
    """An instant, or an interval with `..` (or nothing) for an open end."""
    first, slash, last = text.partition("/")
    since, until = _end(first, late=False), _end(last if slash else first, late=True)
    if (slash and since is None and until is None) or (since and until and until < since):
        raise bad_input("datetime", datetime="2026-01-01T00:00:00Z/..")
    if not path:
        return Q()  # what has no time is there at any
    within = Q(**{f"{path}__gte": since}) if since else Q()
    return within & (Q(**{f"{path}__lte": until}) if until else Q())


def _end(text: str, *, late: bool) -> datetime | None:
    text = text.strip()
    if text in ("", ".."):
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as wrong:
        raise bad_input("datetime", datetime="2026-01-01T00:00:00Z/..") from wrong
    if not 1900 <= found.year <= 2200:
        raise bad_input("datetime", datetime="1900-2200")
    if "T" not in text and late:
        found += _DAY - timedelta(microseconds=1)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
