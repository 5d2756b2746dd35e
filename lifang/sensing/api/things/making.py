"""Deep inserts: a Thing with where it stands, its Datastreams and what they observed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from lifang.core.access import Actor, Refused
from lifang.core.ids import new_id
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, rules
from lifang.sensing.actions import NewDevice
from lifang.sensing.actions.things import stay_of
from lifang.sensing.api.things.observing import feature_fits, reading, refused_of
from lifang.sensing.catalogue import MEASURES, TYPES
from lifang.sensing.models import Device, Series, Stay
from lifang.sensing.rules.things import RESERVED, measure_meant, number_of, type_meant, unit_fits
from lifang.sensing.selectors import things
from lifang.sensing.selectors.things import Unfit, Who

OTHER: Final = "sensor"  # device_types: any sensor
MOST_STREAMS: Final = 100
_DESCRIBED: Final = ("name", "description", "properties")


class Stream(NamedTuple):
    """A Datastream as it was posted."""

    measure: str
    told: dict[str, Any]
    observations: list[dict[str, Any]]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Stream":
        """Read it. Raises `Unfit`, or `Refused` for a measure or a unit that is none of ours."""
        said = told.get("ObservedProperty")
        if not isinstance(said, dict):
            raise Unfit("A Datastream has an ObservedProperty.")
        number = said.get("@iot.id")
        by_number = {number_of(one.key): one.key for one in MEASURES}
        measure = by_number.get(number, "") if isinstance(number, int) else measure_meant(said)
        if not measure:
            raise Refused("measure_unknown")
        _unit_fits(measure, told.get("unitOfMeasurement"))
        listed = told.get("Observations") or []
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise Unfit("Observations is a list of Observations.")
        return cls(measure, place_told(told), listed)


def _unit_fits(measure: str, told: Any) -> None:
    """A number in another unit would be another number: it is refused before it is stored."""
    ours = MEASURES[measure]
    if not ours.unit or ours.kind != "number" or not isinstance(told, dict):
        return
    if not unit_fits(measure, told):
        raise Refused("unit_differs", unit=ours.symbol or ours.unit)


def place_told(told: Mapping[str, Any]) -> dict[str, Any]:
    """Its words: name, description, properties."""
    found = {name: told[name] for name in _DESCRIBED if told.get(name) is not None}
    if not all(isinstance(found.get(name, ""), str) for name in ("name", "description")):
        raise Unfit("name and description are texts.")
    if not isinstance(found.get("properties", {}), dict):
        raise Unfit("properties is an object.")
    return found


def make_thing(who: Who, actor: Actor, told: Mapping[str, Any], at: datetime, with_stream: Mapping[str, Any] | None = None) -> Device:  # fmt: skip
    """A Thing and all that came with it. Called inside `together`."""
    described = place_told(told)
    if not described.get("name"):
        raise Unfit("A Thing has a name.")
    given = described.get("properties", {})
    streams = _listed(told, "Datastreams")
    places = _listed(told, "Locations")
    if len(places) > 1:
        raise Unfit("A Thing stands at one Location.")
    sensor: dict[str, Any] | None = next((one.get("Sensor") for one in [*streams, with_stream or {}] if isinstance(one.get("Sensor"), dict)), {})  # fmt: skip
    lon, lat = _point(places[0]) if places else (None, None)
    new = NewDevice(
        type=_type(given, sensor), code=_text(given, "code") or f"sta-{new_id().hex[-12:]}", area=_area(who, given, lon, lat),
        name=described["name"][:120], position=_text(places[0], "name")[:120] if places else "", lon=lon, lat=lat,
        model=(_text(given, "model") or ("" if type_meant(sensor or {}) else _text(sensor or {}, "name")))[:60],
    )  # fmt: skip
    device = _entered(who, actor, new, at)
    described["properties"] = {k: v for k, v in given.items() if k not in RESERVED}
    actions.describe_thing(actor=actor, of=device, told=described, at=at)
    if places:
        _say_where(actor, device, places[0], at)
    for one in streams:
        open_stream(who, actor, device, Stream.of(one), at)
    return device


def _entered(who: Who, actor: Actor, new: NewDevice, at: datetime) -> Device:
    owner = who.owner
    if owner is None:
        return actions.install_device(actor=actor, new=new, area=new.area, at=at)
    if owner.admission is None:
        raise Refused("maker_key_needed")
    made = Device(
        area=new.area, type=new.type, name=new.name, code=new.code, position=new.position, model=new.model
    )  # fmt: skip
    if new.lon is not None and new.lat is not None:
        made.stand(new.lon, new.lat)
    return actions.announce_device(actor=actor, new=made, owner=owner, at=at)


def _type(given: Mapping[str, Any], sensor: Any) -> str:
    kind = _text(given, "type")
    if kind:
        if kind not in TYPES:
            raise Refused("device_type", type=kind[:40])
        return kind
    number = sensor.get("@iot.id") if isinstance(sensor, dict) else None
    by_number: dict[Any, str] = {number_of(one.key): one.key for one in TYPES}
    return (
        by_number.get(str(number) if isinstance(number, list | dict) else number, "")
        or type_meant(sensor or {})
        or OTHER
    )


def _area(who: Who, given: Mapping[str, Any], lon: float | None, lat: float | None) -> str:
    """Where it stands: the grid of its point, the area it names, or the one area of the key."""
    found = orgs.locate(lon, lat) if lon is not None and lat is not None else None
    named = _text(given, "area")
    scope = [one for one in who.actor.scope.areas if len(one) >= 12]
    area = found or named or (scope[0] if len(scope) == 1 else "")
    if not area.isascii() or not area.isdigit() or len(area) not in (12, 15):
        raise Refused("thing_nowhere")
    if not who.actor.scope.covers(area):
        raise Refused("not_allowed")
    return area


def open_stream(who: Who, actor: Actor, device: Device, stream: Stream, at: datetime) -> Series:
    """A Datastream of a Thing, with its Observations."""
    series = actions.open_series(actor=actor, device=device, measure=stream.measure, at=at)
    if stream.told:
        actions.describe_thing(actor=actor, of=series, told=stream.told, at=at)
    if stream.observations:
        target = things.target(who if who.owner is None else Who(actor), series.pk)
        for one in stream.observations:
            feature_fits(one)
        wrong = refused_of(who, [reading(target, one, at) for one in stream.observations], at)
        if wrong:
            first = next(iter(wrong.values()))
            raise Refused("observation_refused", why=f"{first.reason.value} {first.detail}".strip())
    return series


def put(who: Who, actor: Actor, device: Device, told: Mapping[str, Any], at: datetime) -> Stay:
    """The Thing stands elsewhere from now on; where it stood stays as a HistoricalLocation."""
    if who.owner is not None:
        raise Refused("not_allowed")  # a maker does not move what is registered
    if "@iot.id" in told and "location" not in told:
        row = things.found(who, things.KINDS["Location"], (), str(told["@iot.id"]), at)
        if row is None:
            raise Refused("not_found")
        told = {"name": row["name"], "location": {"type": "Point", "coordinates": [row["lon"], row["lat"]]}}  # fmt: skip
    lon, lat = _point(told)
    area = orgs.locate(lon, lat) or device.area
    actions.move_device(
        actor=actor, device=device, area=area, lon=lon, lat=lat, position=_text(told, "name")[:120], at=at
    )  # fmt: skip
    return _say_where(actor, device, told, at)


def _say_where(actor: Actor, device: Device, told: Mapping[str, Any], at: datetime) -> Stay:
    stay = stay_of(device.pk)
    if stay is None:
        raise Refused("thing_nowhere")
    described = place_told(told)
    if described:
        actions.describe_thing(actor=actor, of=stay, told=described, at=at)
    return stay


def _point(told: Mapping[str, Any]) -> tuple[float, float]:
    where = told.get("location")
    if isinstance(where, dict) and where.get("type") == "Feature":
        where = where.get("geometry")
    at: Any = where.get("coordinates") if isinstance(where, dict) else None
    point = isinstance(where, dict) and where.get("type") == "Point" and isinstance(at, list)
    if not point or len(at) < 2 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in at[:2]):  # fmt: skip
        raise Unfit("The location is a GeoJSON Point with longitude and latitude.")
    lon, lat = float(at[0]), float(at[1])
    wrong = rules.on_earth(lon, lat)
    if wrong:
        raise Refused(wrong)
    return lon, lat


def _listed(told: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = told.get(name) or []
    if not isinstance(found, list) or len(found) > MOST_STREAMS or not all(isinstance(one, dict) for one in found):  # fmt: skip
        raise Unfit(f"{name} is a list of at most {MOST_STREAMS} objects.")
    return found


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    return found.strip() if isinstance(found, str) else ""
