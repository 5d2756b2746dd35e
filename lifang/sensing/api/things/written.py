"""Creating, changing and ending: each becomes an act of the register; one request is all or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.action import together
from lifang.core.api.body import read_json
from lifang.sensing import actions
from lifang.sensing.api.things.door import answer
from lifang.sensing.api.things.making import Stream, make_thing, open_stream, place_told, put
from lifang.sensing.api.things.observing import feature_fits, reading, refused_of
from lifang.sensing.api.things.patching import patched
from lifang.sensing.api.things.paths import Place, base, link_to
from lifang.sensing.api.things.shown import entity
from lifang.sensing.models import Series, Stay
from lifang.sensing.rules.things import RESERVED, measure_meant, number_of, type_meant
from lifang.sensing.selectors import things
from lifang.sensing.selectors.things import KINDS, Asked, Kind, Unfit, Who

_CHANGED = ("Thing", "Datastream", "Location")


def writer(who: Who) -> Actor:
    """In whose name the register is changed: a device's key has no account."""
    return who.actor if who.owner is None else SYSTEM


def _told(body: bytes) -> dict[str, Any]:
    told = read_json(body)
    if not isinstance(told, dict):
        raise Unfit("One entity, a JSON object, is expected.")
    return told


def post(who: Who, where: Place, body: bytes, at: datetime) -> HttpResponse:
    """Create. The answer is the entity and, in `Location`, where it is."""
    if where.key or where.property or where.refs:
        raise Unfit("Entities are posted to their set.", 405)
    told = _told(body)
    for step in where.way:
        _linked(told, step.kind, step.key)
    makers = {
        "Thing": _thing, "Datastream": _datastream, "Observation": _observation, "Location": _location,
        "Sensor": _entry, "ObservedProperty": _entry,
    }  # fmt: skip
    if where.kind.name not in makers:
        raise Refused("register_closed")
    kind, key = makers[where.kind.name](who, where.kind, told, at)
    return _made(who, kind, key, at, 201)


def _linked(told: dict[str, Any], kind: Kind, key: str) -> None:
    """`Things(1)/Datastreams`: the posted one belongs to that Thing."""
    if not key:
        return
    name = kind.set if kind.name == "Thing" and "Locations" in told else kind.name
    told.setdefault(name, {"@iot.id": int(key) if key.isdigit() else key})


def _made(who: Who, kind: Kind, key: str, at: datetime, status: int) -> HttpResponse:
    row = things.found(who, kind, (), key, at)
    if row is None:  # written, and not for whoever wrote it to see
        response = HttpResponse(status=status)
        response["Location"] = f"{base()}/{kind.set}({key})"
        return response
    response = answer(entity(kind, row, Asked()), status)
    response["Location"] = link_to(kind, row)
    return response


def _thing(who: Who, kind: Kind, told: dict[str, Any], at: datetime) -> tuple[Kind, str]:
    with together(actor=writer(who), at=at):
        device = make_thing(who, writer(who), told, at)
    return kind, str(device.number)


def _datastream(who: Who, kind: Kind, told: dict[str, Any], at: datetime) -> tuple[Kind, str]:
    thing = told.get("Thing")
    if not isinstance(thing, dict):
        raise Unfit("A Datastream belongs to a Thing.")
    with together(actor=writer(who), at=at):
        if "@iot.id" in thing:
            device = things.own_device(who, number=_number(thing))
        else:
            device = make_thing(who, writer(who), {**thing, "Datastreams": []}, at, told)
        series = open_stream(who, writer(who), device, Stream.of(told), at)
    return kind, str(series.pk)


def _observation(who: Who, kind: Kind, told: dict[str, Any], at: datetime) -> tuple[Kind, str]:
    stream = told.get("Datastream")
    if not isinstance(stream, dict):
        raise Unfit("An Observation belongs to a Datastream.")
    feature_fits(told)
    if "@iot.id" not in stream:
        _, key = _datastream(who, KINDS["Datastream"], stream, at)
        stream = {"@iot.id": int(key)}
    one = reading(things.target(who, _number(stream)), told, at)
    wrong = refused_of(who, [one], at)
    if wrong:
        raise Refused("observation_refused", why=f"{wrong[0].reason.value} {wrong[0].detail}".strip())  # fmt: skip
    return kind, str(one.id)


def _location(who: Who, kind: Kind, told: dict[str, Any], at: datetime) -> tuple[Kind, str]:
    """A Location is where a Thing stands from now on."""
    listed = told.get("Things") or ([told["Thing"]] if isinstance(told.get("Thing"), dict) else [])
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise Unfit("A Location is posted with the one Thing that stands there from now on.", 409)
    with together(actor=writer(who), at=at):
        stay = put(who, writer(who), things.own_device(who, number=_number(listed[0])), told, at)
    return kind, str(stay.pk)


def _entry(who: Who, kind: Kind, told: dict[str, Any], at: datetime) -> tuple[Kind, str]:
    """Sensors and ObservedProperties are a closed list: a post finds the one that is meant."""
    key = measure_meant(told) if kind.name == "ObservedProperty" else type_meant(told)
    if not key:
        raise Refused("measure_unknown" if kind.name == "ObservedProperty" else "register_closed")
    return kind, str(number_of(key))


def _number(told: Mapping[str, Any]) -> int:
    key = told.get("@iot.id")
    if not isinstance(key, int) or isinstance(key, bool):
        raise Refused("not_found")
    return key


# -- change ------------------------------------------------------------------------------------------


def change(
    who: Who, where: Place, body: bytes, at: datetime, *, whole: bool, typed: str
) -> HttpResponse:
    """PATCH: a merge, or a list of JSON Patch; PUT: all of what may be changed."""
    if not where.key or where.property:
        raise Unfit("One entity is changed at a time.", 405)
    if where.kind.name == "Observation":
        raise Refused("observations_stay")
    if where.kind.name not in _CHANGED:
        raise Refused("register_closed")
    row = things.found(who, where.kind, where.way, where.key, at)
    if row is None:
        raise Refused("not_found")
    told = read_json(body)
    if "json-patch" in typed or isinstance(told, list):
        told = patched(entity(where.kind, row, Asked()), told)
    if not isinstance(told, dict):
        raise Unfit("One entity, a JSON object, is expected.")
    if whole and not all(told.get(name) for name in ("name", "description")):
        raise Unfit("PUT replaces the whole entity: name and description are missing.")
    with together(actor=writer(who), at=at):
        _changed(who, where.kind, row, told, at)
    return _made(who, where.kind, where.key, at, 200)


def _changed(who: Who, kind: Kind, row: dict[str, Any], told: dict[str, Any], at: datetime) -> None:
    device = things.own_device(who, pk=row["device"])
    actor = writer(who)
    described = place_told(told)
    if kind.name == "Datastream":
        one: Any = Series.objects.get(pk=row["id"])
    elif kind.name == "Location":
        if told.get("location"):
            put(who, actor, device, told, at)
            return
        one = Stay.objects.get(pk=row["id"])
    else:
        one = device
        if told.get("Locations"):
            put(who, actor, device, _one_of(told["Locations"]), at)
    if isinstance(described.get("properties"), dict):
        described["properties"] = {k: v for k, v in described["properties"].items() if k not in RESERVED}  # fmt: skip
    if described:
        actions.describe_thing(actor=actor, of=one, told=described, at=at)


def _one_of(listed: Any) -> dict[str, Any]:
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        raise Unfit("A Thing stands at one Location.")
    found: dict[str, Any] = listed[0]
    return found


def delete(who: Who, where: Place, at: datetime) -> HttpResponse:
    """A Thing is retired: it and its Datastreams are gone from here; what was observed stays until its term is over."""
    if not where.key or where.property:
        raise Unfit("One entity is deleted at a time.", 405)
    row = things.found(who, where.kind, where.way, where.key, at)
    if row is None:
        raise Refused("not_found")
    if where.kind.name in ("Observation", "Datastream"):
        raise Refused("observations_stay")
    if where.kind.name != "Thing":
        raise Refused("register_closed")
    if who.owner is not None:
        raise Refused("not_allowed")
    device = things.own_device(who, pk=row["device"])
    actions.retire_device(actor=who.actor, device=device, note="SensorThings", at=at)
    return HttpResponse(status=200)
