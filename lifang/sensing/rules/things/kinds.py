"""The eight kinds of SensorThings as views of the register: what each is called, holds and leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
from django.utils.translation import get_language

from lifang.core.access import Actor
from lifang.core.access import Kind as ActorKind
from lifang.core.access.scope import Scope
from lifang.sensing.catalogue import MEASURES, TYPES, UNITS, DeviceType, Measure
from lifang.sensing.rules.things import number_of
from lifang.sensing.terms import Owner

TYPE_OF: Final = {
    "flag": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_TruthObservation",
    "state": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CategoryObservation",
    "count": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CountObservation",
    "number": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
}
DEFINITION: Final = "urn:lifang:measure:"


class Who(NamedTuple):
    """Who asks: an actor, and with a device's or a maker's key only what it speaks for."""

    actor: Actor
    owner: Owner | None = None

    @classmethod
    def by_key(cls, owner: Owner) -> "Who":
        """A device's key sees as far as its device, a maker's as far as its admission, and of that what it speaks for."""
        areas = frozenset(owner.areas or (owner.area,))
        return cls(Actor(None, owner.source, ActorKind.MACHINE, scope=Scope(areas=areas)), owner)


class Column(NamedTuple):
    """A property: what it is in SQL over the alias `{t}`, and of which sort."""

    sql: str
    sort: str  # num text time flag json point
    empty: bool = False  # it may be null


class Link(NamedTuple):
    """A relation: to which kind, one or many, and by what (`{a}` from, `{b}` to)."""

    to: str
    many: bool
    on: str


@dataclass(frozen=True)
class Kind:
    """One entity set."""

    name: str
    set: str
    view: str  # `{sees}`: what the actor may see of the device or series; `{own}`: of the key's devices
    key: tuple[
        str, ...
    ]  # columns that are never null and together unique: the order of last resort
    keys: Mapping[str, str]  # what relations go by, with its type
    columns: Mapping[str, Column]
    links: Mapping[str, Link] = field(default_factory=dict)
    withs: str = ""  # a table of catalogue entries it joins


_STAY: Final = """
SELECT h.id, h.device_id AS device, h.since, h.until, coalesce(h.told->>'name', h.name) AS name, h.lon, h.lat, h.told,
  CASE WHEN EXISTS (SELECT 1 FROM sensing_stay e WHERE e.device_id = h.device_id AND e.since < h.since) THEN h.since ELSE '0001-01-02Z' END AS lower,
  coalesce(h.until, '9999-12-30Z') AS upper
FROM sensing_stay h JOIN sensing_device d ON d.id = h.device_id WHERE d.retired_at IS NULL AND {sees} AND {own}
"""
_STAY_KEYS: Final = {"id": "bigint", "device": "uuid", "lower": "timestamptz", "upper": "timestamptz"}  # fmt: skip
_STOOD: Final = "{b}.device = {a}.device AND {a}.at >= {b}.lower AND {a}.at < {b}.upper"
_ID: Final = Column("{t}.id", "num")
_NAME: Final = Column("{t}.name", "text")
_POINT: Final = Column("point({t}.lon, {t}.lat)", "point")
_GEOJSON: Final = Column("'application/geo+json'", "text")
_PROPERTIES: Final = Column("coalesce({t}.told->'properties', '{{}}'::jsonb)", "json")
_FIRST: Final = "(SELECT m.at FROM sensing_message m WHERE m.device_id = {t}.device AND {t}.id = ANY (m.series) ORDER BY m.at LIMIT 1)"  # fmt: skip
_LAST: Final = "(SELECT f.at FROM sensing_latest f WHERE f.series_id = {t}.id)"

KINDS: Final[dict[str, Kind]] = {
    one.name: one
    for one in (
        Kind(
            "Thing", "Things",
            """
            SELECT d.number AS id, d.id AS device, coalesce(d.told->>'name', d.name) AS name,
              coalesce(nullif(d.told->>'description', ''), nullif(d.position, ''), d.name) AS description,
              coalesce(d.told->'properties', '{{}}'::jsonb)
                || jsonb_build_object('type', d.type, 'code', d.code, 'model', d.model, 'state', d.state, 'area', d.area) AS properties
            FROM sensing_device d WHERE d.retired_at IS NULL AND {sees} AND {own}
            """,
            ("id",), {"id": "bigint", "device": "uuid"},
            {"id": _ID, "name": _NAME, "description": Column("{t}.description", "text"), "properties": Column("{t}.properties", "json")},
            {
                "Locations": Link("Location", True, "{b}.device = {a}.device AND {b}.until IS NULL"),
                "HistoricalLocations": Link("HistoricalLocation", True, "{b}.device = {a}.device"),
                "Datastreams": Link("Datastream", True, "{b}.device = {a}.device"),
            },
        ),
        Kind(
            "Location", "Locations", _STAY, ("id",), _STAY_KEYS | {"until": "timestamptz"},
            {
                "id": _ID, "name": _NAME, "description": Column("coalesce({t}.told->>'description', {t}.name)", "text"),
                "encodingType": _GEOJSON, "location": _POINT, "properties": _PROPERTIES,
            },
            {
                "Things": Link("Thing", True, "{a}.until IS NULL AND {b}.device = {a}.device"),
                "HistoricalLocations": Link("HistoricalLocation", True, "{b}.id = {a}.id"),
            },
        ),
        Kind(
            "HistoricalLocation", "HistoricalLocations", _STAY, ("id",), _STAY_KEYS,
            {"id": _ID, "time": Column("{t}.since", "time")},
            {
                "Thing": Link("Thing", False, "{b}.device = {a}.device"),
                "Locations": Link("Location", True, "{b}.id = {a}.id"),
            },
        ),
        Kind(
            "Datastream", "Datastreams",
            """
            SELECT s.id, s.device_id AS device, s.measure, d.type, coalesce(s.told->>'name', coalesce(d.told->>'name', d.name) || ' · ' || m.name) AS name,
              coalesce(nullif(s.told->>'description', ''), m.name) AS description, m.sort, m.unit AS "unitOfMeasurement",
              m.observed AS "observationType", coalesce(s.told->'properties', '{{}}'::jsonb) AS properties
            FROM sensing_series s JOIN sensing_device d ON d.id = s.device_id JOIN measures m ON m.key = s.measure
            WHERE d.retired_at IS NULL AND {sees} AND {own}
            """,
            ("id",), {"id": "bigint", "device": "uuid", "measure": "text", "type": "text"},
            {
                "id": _ID, "name": _NAME, "description": Column("{t}.description", "text"),
                "unitOfMeasurement": Column('{t}."unitOfMeasurement"', "json"), "observationType": Column('{t}."observationType"', "text"),
                "properties": Column("{t}.properties", "json"),
                "phenomenonTime": Column(_LAST, "time", empty=True), "resultTime": Column(_LAST, "time", empty=True),
            },
            {
                "Thing": Link("Thing", False, "{b}.device = {a}.device"),
                "Sensor": Link("Sensor", False, "{b}.key = {a}.type"),
                "ObservedProperty": Link("ObservedProperty", False, "{b}.key = {a}.measure"),
                "Observations": Link("Observation", True, "{b}.device = {a}.device AND {b}.series = {a}.id"),
            },
            withs="measures",
        ),
        Kind(
            "Sensor", "Sensors", "SELECT k.* FROM kinds k", ("id",), {"id": "bigint", "key": "text"},
            {
                "id": _ID, "name": _NAME, "description": Column("{t}.description", "text"), "encodingType": Column("'text/html'", "text"),
                "metadata": Column("{t}.metadata", "text"), "properties": Column("{t}.properties", "json"),
            },
            {"Datastreams": Link("Datastream", True, "{b}.type = {a}.key")},
            withs="kinds",
        ),
        Kind(
            "ObservedProperty", "ObservedProperties", "SELECT m.* FROM measures m", ("id",), {"id": "bigint", "key": "text"},
            {
                "id": _ID, "name": _NAME, "definition": Column("{t}.definition", "text"), "description": Column("{t}.name", "text"),
                "properties": Column("{t}.properties", "json"),
            },
            {"Datastreams": Link("Datastream", True, "{b}.measure = {a}.key")},
            withs="measures",
        ),
        Kind(
            "Observation", "Observations",
            """
            SELECT s.id AS series, o.at, o.message, o.arrived_at, o.value[p.n] AS value, coalesce(o.quality[p.n], 0::int2) AS quality,
              o.facts[p.n] AS facts, o.device_id AS device, s.measure
            FROM sensing_message o JOIN sensing_series s ON s.device_id = o.device_id JOIN sensing_device d ON d.id = o.device_id
              CROSS JOIN LATERAL (SELECT array_position(o.series, s.id) AS n) AS p
            WHERE p.n IS NOT NULL AND d.retired_at IS NULL AND {sees} AND {own}
            """,
            ("series", "at", "message"), {"series": "bigint", "device": "uuid", "at": "timestamptz"},
            {
                "id": Column("({t}.series || '-' || (extract(epoch FROM {t}.at) * 1000000)::bigint || '-' || {t}.message)", "text"),
                "phenomenonTime": Column("{t}.at", "time"), "result": Column("{t}.value", "num"),
                "resultTime": Column("({t}.facts->>'resultTime')::timestamptz", "time", empty=True),
                "resultQuality": Column("{t}.quality", "num"), "validTime": Column("({t}.facts->>'validTime')", "text", empty=True),
                "parameters": Column("coalesce({t}.facts->'parameters', {t}.facts)", "json", empty=True),
            },
            {
                "Datastream": Link("Datastream", False, "{b}.device = {a}.device AND {b}.id = {a}.series"),
                "FeatureOfInterest": Link("FeatureOfInterest", False, _STOOD),
            },
        ),
        Kind(
            "FeatureOfInterest", "FeaturesOfInterest", _STAY, ("id",), _STAY_KEYS,
            {
                "id": _ID, "name": _NAME, "description": Column("coalesce({t}.told->>'description', {t}.name)", "text"),
                "encodingType": _GEOJSON, "feature": _POINT, "properties": _PROPERTIES,
            },
            {"Observations": Link("Observation", True, _STOOD.replace("{a}", "{x}").replace("{b}", "{a}").replace("{x}", "{b}"))},
        ),
    )
}  # fmt: skip
SETS: Final = {kind.set: kind for kind in KINDS.values()}
_TABLES: Final = {
    "measures": ("measures AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(measures)s::jsonb) AS m"
                 "(key text, id bigint, name text, definition text, sort text, unit jsonb, observed text, properties jsonb))"),
    "kinds": ("kinds AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(kinds)s::jsonb) AS k"
              "(key text, id bigint, name text, description text, metadata text, properties jsonb))"),
}  # fmt: skip


def tables(needed: set[str], params: dict[str, Any]) -> str:
    """`WITH …`: the catalogue entries that a statement joins, in the reader's language."""
    language = "en" if (get_language() or "zh").startswith("en") else "zh"
    for name in needed:
        params[name] = _entries(name, language)
    return f"WITH {', '.join(_TABLES[name] for name in sorted(needed))} " if needed else ""


@cache
def _entries(name: str, language: str) -> str:
    rows = [_measure(one, language) for one in MEASURES] if name == "measures" else [_type(one, language) for one in TYPES]  # fmt: skip
    return msgspec.json.encode(rows).decode()


def _measure(one: Measure, language: str) -> dict[str, Any]:
    return {
        "key": one.key, "id": number_of(one.key), "name": getattr(one.name, language), "definition": DEFINITION + one.key,
        "sort": one.kind, "unit": unit_of(one, language), "observed": TYPE_OF[one.kind],
        "properties": {"key": one.key, "source": one.source, "states": [state.key for state in one.states]},
    }  # fmt: skip


def _type(one: DeviceType, language: str) -> dict[str, Any]:
    name = getattr(one.name, language)
    return {
        "key": one.key, "id": number_of(one.key), "name": name, "description": name, "metadata": one.source,
        "properties": {"key": one.key, "measures": one.measures, "confirmed": one.confirmed},
    }  # fmt: skip


def unit_of(measure: Measure, language: str = "en") -> dict[str, str | None]:
    """A unit as SensorThings writes it; truth and category have none."""
    if measure.kind in ("flag", "state"):
        return {"name": None, "symbol": None, "definition": None}
    unit = measure.unit or "1"
    name = getattr(UNITS[unit].name, language)
    return {"name": name, "symbol": measure.symbol or "1", "definition": f"ucum:{unit}"}


__all__ = ["KINDS", "SETS", "Column", "Kind", "Link", "Who", "tables", "unit_of"]
