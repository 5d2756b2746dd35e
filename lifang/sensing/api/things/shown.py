"""Rows as SensorThings writes them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec

from lifang.sensing.api.things.paths import id_of, link_to
from lifang.sensing.catalogue import MEASURES
from lifang.sensing.selectors.things import Asked, Kind, Page, Unfit

Row = dict[str, Any]
_CONTROLS: Final = {"@iot.id", "@iot.selfLink", "id"}


def entity(kind: Kind, row: Row, asked: Asked) -> dict[str, Any]:
    """One entity, with what was asked for of it."""
    chosen = {path[0] for path in asked.select}
    unknown = chosen - kind.columns.keys() - kind.links.keys() - _CONTROLS
    if unknown:
        raise Unfit(f"{kind.name} has no property {min(unknown)[:60]}.")
    self_link = link_to(kind, row)
    made = _own(kind, row, self_link, chosen)
    for name, link in kind.links.items():
        if name in asked.expand:
            _expanded(made, name, link.many, row["_with"][name], asked.expand[name], self_link)
        elif not chosen or name in chosen:
            made[f"{name}@iot.navigationLink"] = f"{self_link}/{name}"
    return made


def _own(kind: Kind, row: Row, self_link: str, chosen: set[str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if not chosen or chosen & {"id", "@iot.id"}:
        made["@iot.id"] = id_of(kind, row)
    if not chosen or "@iot.selfLink" in chosen:
        made["@iot.selfLink"] = self_link
    for name, show in _SHOWN[kind.name].items():
        told = show(row) if not chosen or name in chosen else _LEFT_OUT
        if told is not _LEFT_OUT:
            made[name] = told
    return made


def _expanded(
    made: dict[str, Any], name: str, many: bool, page: Page, inner: Asked, above: str
) -> None:
    rows = [entity(page.kind, row, inner) for row in page.rows]
    if not many:
        made[name] = rows[0] if rows else None
        return
    if page.count is not None:
        made[f"{name}@iot.count"] = page.count
    made[name] = rows
    if going := further(page, inner.raw, f"{above}/{name}"):
        made[f"{name}@iot.nextLink"] = going


def further(page: Page, raw: Mapping[str, str], address: str) -> str:
    """The link to the next page; empty on the last."""
    if not page.token and not page.skip:
        return ""
    kept = {name: text for name, text in raw.items() if name not in ("$skip", "$skiptoken")}
    kept |= {"$skiptoken": page.token} if page.token else {"$skip": str(page.skip)}
    return f"{address}?{'&'.join(f'{name}={quote(text)}' for name, text in kept.items())}"


def value(row: Row, name: str) -> Any:
    """A column of JSON, read."""
    told = row.get(name)
    return msgspec.json.decode(told) if isinstance(told, str) else told


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def result(row: Row) -> Any:
    """A value as what it is: a truth, a word, a whole number, a number."""
    measure, number = MEASURES[row["measure"]], row["value"]
    if measure.kind == "flag":
        return number != 0
    if measure.kind == "state":
        place = int(number)
        return measure.states[place].key if 0 <= place < len(measure.states) else number
    return int(number) if measure.kind == "count" and number == int(number) else number


_LEFT_OUT: Final = object()


def _told(name: str) -> Callable[[Row], Any]:
    return lambda row: value(row, name) if row.get(name) is not None else _LEFT_OUT


def _of_told(name: str) -> Callable[[Row], Any]:
    def show(row: Row) -> Any:
        found = (value(row, "told") or {}).get(name)
        return found or (row["name"] if name == "description" else {})

    return show


def _point(row: Row) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [row["lon"], row["lat"]]}


def _span(row: Row) -> Any:
    first, last = row.get("first"), row.get("last")
    return f"{moment(first)}/{moment(last)}" if first and last else _LEFT_OUT


def _facts(name: str) -> Callable[[Row], Any]:
    def show(row: Row) -> Any:
        return (value(row, "facts") or {}).get(name, _LEFT_OUT)

    return show


def _parameters(row: Row) -> Any:
    facts = value(row, "facts") or {}
    return facts.get("parameters", _LEFT_OUT) if facts.keys() & _POSTED else facts or _LEFT_OUT


_POSTED: Final = {"parameters", "resultTime", "validTime", "resultQuality"}
_NAMED: Final[dict[str, Callable[[Row], Any]]] = {
    "name": lambda row: row["name"], "description": lambda row: row["description"],
}  # fmt: skip
_PLACE: Final[dict[str, Callable[[Row], Any]]] = {
    "name": lambda row: row["name"], "description": _of_told("description"),
    "encodingType": lambda row: "application/geo+json",
}  # fmt: skip
_SHOWN: Final[dict[str, dict[str, Callable[[Row], Any]]]] = {
    "Thing": {**_NAMED, "properties": _told("properties")},
    "Location": {**_PLACE, "location": _point, "properties": _of_told("properties")},
    "HistoricalLocation": {"time": lambda row: moment(row["since"])},
    "Datastream": {
        **_NAMED, "observationType": lambda row: row["observationType"],
        "unitOfMeasurement": _told("unitOfMeasurement"), "phenomenonTime": _span, "resultTime": _span, "properties": _told("properties"),
    },
    "Sensor": {
        **_NAMED, "encodingType": lambda row: "text/html", "metadata": lambda row: row["metadata"], "properties": _told("properties"),
    },
    "ObservedProperty": {
        "name": lambda row: row["name"], "definition": lambda row: row["definition"], "description": lambda row: row["name"],
        "properties": _told("properties"),
    },
    "Observation": {
        "phenomenonTime": lambda row: moment(row["at"]), "resultTime": lambda row: (value(row, "facts") or {}).get("resultTime"),
        "result": result, "resultQuality": lambda row: row["quality"] or _facts("resultQuality")(row),
        "validTime": _facts("validTime"), "parameters": _parameters,
    },
    "FeatureOfInterest": {**_PLACE, "feature": _point, "properties": _of_told("properties")},
}  # fmt: skip


def shows(kind: Kind, row: Row, name: str) -> Any:
    """One property; None where there is none."""
    if name == "id":
        return id_of(kind, row)
    told = _SHOWN[kind.name][name](row)
    return None if told is _LEFT_OUT else told
