"""Decides about utility lines: what a line must say, how a GeoJSON file is read, how far a point lies from one."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from lifang.core.access import Refusal
from lifang.core.geo.datums import Datum, convert_all
from lifang.core.geo.measure import metres_between
from lifang.sensing.catalogue.lines import LINE_FIELDS, LINE_KINDS
from lifang.sensing.terms import LineState

MOST_BYTES = 5_000_000
MOST_LINES = 5_000
MOST_CORNERS = 2_000
LONGEST, SHORTEST = 50_000.0, 0.5  # m
Path = tuple[tuple[float, float], ...]
_LEVELS = (15, 12, 9, 6)


class NewLine(NamedTuple):
    """A line as it is entered."""

    kind: str
    code: str
    keeper: str
    path: Path
    source: str
    state: str = LineState.INSTALLED
    material: str = ""
    diameter: int | None = None
    voltage: int | None = None
    depth: float | None = None
    laid_on: date | None = None
    years: int | None = None
    accuracy: float | None = None


class Wrong(NamedTuple):
    """A row of a file that is not taken, and why."""

    row: int
    code: str
    refusal: Refusal


class Read(NamedTuple):
    """What a file holds."""

    lines: list[tuple[int, NewLine]]
    wrong: list[Wrong]


def metres_of(path: Sequence[Sequence[float]]) -> float:
    return sum(metres_between(a[0], a[1], b[0], b[1]) for a, b in pairwise(path))


def complete(new: NewLine, today: date) -> Refusal | None:
    """The first thing that is wrong with it."""
    if new.kind not in LINE_KINDS:
        return Refusal("line_kind", {"field": "kind"})
    for name, most in (("code", 60), ("keeper", 120), ("source", 120)):
        if not 0 < len(getattr(new, name).strip()) <= most:
            return Refusal("line_blank", {"field": name, "name": name})
    if len(new.material) > 60:
        return Refusal("line_blank", {"field": "material", "name": "material"})
    if new.state not in set(LineState):
        return Refusal("line_state", {"field": "state"})
    return _drawn(new.path) or _measured(new, today)


def _drawn(path: Path) -> Refusal | None:
    if not 2 <= len(path) <= MOST_CORNERS:
        return Refusal("line_corners", {"field": "path", "most": MOST_CORNERS})
    if any(not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90) for x, y in path):  # fmt: skip
        return Refusal("line_numbers", {"field": "path"})
    long = metres_of(path)
    return None if SHORTEST <= long <= LONGEST else Refusal("line_length", {"field": "path", "metres": round(long)})  # fmt: skip


def _measured(new: NewLine, today: date) -> Refusal | None:
    limits: dict[str, tuple[float, float]] = {
        "diameter": (1, 10_000), "voltage": (1, 1_000_000), "depth": (-50, 100), "years": (1, 200), "accuracy": (0, 1_000),
    }  # fmt: skip
    for name, (low, high) in limits.items():
        value = getattr(new, name)
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            return Refusal("line_number", {"field": name, "name": name, "low": low, "high": high})
    if new.laid_on is not None and (new.laid_on > today or new.laid_on.year < 1850):
        return Refusal("line_laid", {"field": "laid_on"})
    return Refusal("line_laid_planned", {"field": "laid_on"}) if new.laid_on and new.state == LineState.PLANNED else None  # fmt: skip


def area_of(codes: Iterable[str | None]) -> str:
    """The smallest area that holds all its corners; `""` where one lies nowhere here."""
    found = list(codes)
    if not found or not all(found):
        return ""
    first, last = min(map(str, found)), max(map(str, found))
    return next((first[:n] for n in _LEVELS if len(last) >= n <= len(first) and first[:n] == last[:n]), "")  # fmt: skip


def distance(path: Sequence[Sequence[float]], lon: float, lat: float) -> float:
    """Metres from a point to the nearest part of a line, on the plane around the point."""
    east = math.radians(1) * 6_371_008.8 * math.cos(math.radians(lat))
    north = math.radians(1) * 6_371_008.8
    corners = [((x - lon) * east, (y - lat) * north) for x, y in path]
    return min(_to_part(a, b) for a, b in pairwise(corners))


def _to_part(a: tuple[float, float], b: tuple[float, float]) -> float:
    """From the origin to the part between two corners."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    along = 0.0 if square == 0 else max(0.0, min(1.0, -(a[0] * dx + a[1] * dy) / square))
    return math.hypot(a[0] + along * dx, a[1] + along * dy)


def over_on(kind: str, laid_on: date | None, years: int | None) -> date | None:
    """The day its service life ends, where it is known when it was laid."""
    if laid_on is None or kind not in LINE_KINDS:
        return None
    year = laid_on.year + (years or LINE_KINDS[kind].years)
    try:
        return laid_on.replace(year=year)
    except ValueError:  # 29 February, or a year there is none of
        return laid_on.replace(year=min(year, 9999), day=28)


def read(body: bytes, datum: Datum, keeper: str, source: str, today: date) -> Read | Refusal:
    """The lines of a GeoJSON file, bad ones by row; a refusal where it is no such file."""
    if len(body) > MOST_BYTES:
        return Refusal("lines_large", {"field": "file", "most": MOST_BYTES // 1_000_000})
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Refusal("lines_unreadable", {"field": "file"})
    features = told.get("features") if isinstance(told, dict) and told.get("type") == "FeatureCollection" else None  # fmt: skip
    if not isinstance(features, list) or not features:
        return Refusal("lines_unreadable", {"field": "file"})
    if len(features) > MOST_LINES:
        return Refusal("lines_many", {"field": "file", "most": MOST_LINES})
    made, seen = Read([], []), set()
    for row, feature in enumerate(features, 1):
        new = _line(feature, datum, keeper, source)
        wrong = new if isinstance(new, Refusal) else complete(new, today)
        code = "" if isinstance(new, Refusal) else new.code
        if wrong is None and not isinstance(new, Refusal) and (new.keeper, code) in seen:
            wrong = Refusal("line_twice", {})
        if wrong is not None or isinstance(new, Refusal):
            made.wrong.append(Wrong(row, code[:60], wrong or Refusal("line_kind", {})))
            continue
        seen.add((new.keeper, code))
        made.lines.append((row, new))
    return made


def _line(feature: Any, datum: Datum, keeper: str, source: str) -> NewLine | Refusal:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") != "LineString":
        return Refusal("line_shape", {"found": str((geometry or {}).get("type", "?"))[:30] if isinstance(geometry, dict) else "?"})  # fmt: skip
    path = _path(geometry.get("coordinates"), datum)
    if path is None:
        return Refusal("line_numbers", {})
    facts = feature.get("properties")
    facts = facts if isinstance(facts, dict) else {}
    try:
        return NewLine(
            kind=kind_of(_word(facts, "kind")), code=_word(facts, "code"), path=path,
            keeper=_word(facts, "keeper") or keeper.strip(), source=_word(facts, "source") or source.strip(),
            state=LineState.PLANNED if _word(facts, "state").lower() in LINE_FIELDS["planned"].words else LineState.INSTALLED,
            material=_word(facts, "material"), diameter=_whole(facts, "diameter"), voltage=_whole(facts, "voltage"),
            depth=_number(facts, "depth"), years=_whole(facts, "years"), accuracy=_number(facts, "accuracy"),
            laid_on=_day(facts, "laid_on"),
        )  # fmt: skip
    except ValueError as wrong:
        return Refusal("line_value", {"name": str(wrong)[:40]})


def _path(told: Any, datum: Datum) -> Path | None:
    if not isinstance(told, list) or not 2 <= len(told) <= MOST_CORNERS:
        return None
    corners = []
    for one in told:
        if not isinstance(one, list) or len(one) < 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) <= 180 for n in one[:2]):  # fmt: skip
            return None
        corners.append((float(one[0]), float(one[1])))
    moved = corners if datum == Datum.WGS84 else convert_all(corners, datum)
    return tuple((round(x, 7), round(y, 7)) for x, y in moved)


def kind_of(word: str) -> str:
    """A kind by its key or by how keepers call it; else the word itself."""
    plain = word.strip().lower()
    return next((one.key for one in LINE_KINDS if plain == one.key or plain in {each.lower() for each in one.words}), word[:20])  # fmt: skip


def _told(facts: Mapping[str, Any], name: str) -> Any:
    """What a file says of a property, by its key or by how keepers call it."""
    names = (name, *LINE_FIELDS[name].words)
    return next((facts[one] for one in names if facts.get(one) not in (None, "")), None)


def _word(facts: Mapping[str, Any], name: str) -> str:
    value = _told(facts, name)
    return str(value).replace("\x00", "").strip() if isinstance(value, str | int) else ""


def _number(facts: Mapping[str, Any], name: str) -> float | None:
    value = _told(facts, name)
    if value is None:
        return None
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan  # fmt: skip
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(name)
    return number


def _whole(facts: Mapping[str, Any], name: str) -> int | None:
    value = _number(facts, name)
    return None if value is None else round(value)


def _day(facts: Mapping[str, Any], name: str) -> date | None:
    value = _told(facts, name)
    if value is None:
        return None
    text = str(value)[:10]
    try:
        return date.fromisoformat(f"{text}-01-01" if len(text) == 4 else text)
    except ValueError:
        raise ValueError(name) from None
