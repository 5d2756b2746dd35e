"""Programs for OGC SensorThings, as their own users would use them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

Checks = Iterator[tuple[str, bool]]
MANY = 10_000
DAY = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 -- a program of its own


def frost(url: str, key: str) -> Checks:
    """PyPI `frost-sta-client`: create a deep Thing, ten thousand observations by data array, page, filter, patch, delete."""
    import frost_sta_client as fsc
    from frost_sta_client.model.ext.data_array_document import DataArrayDocument
    from frost_sta_client.model.ext.data_array_value import DataArrayValue
    from geojson import Point

    service = fsc.SensorThingsService(f"{url}/sta/v1.1", auth_handler=fsc.AuthHandler("key", key))
    place = fsc.Location(name="Gate", description="of a test", location=Point(where(url)), encoding_type="application/geo+json")  # fmt: skip
    stream = fsc.Datastream(
        name="Air", description="of a test", observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit_of_measurement=fsc.UnitOfMeasurement(name="degree Celsius", symbol="°C", definition="ucum:Cel"),
        sensor=fsc.Sensor(name="Other sensor", description="any", encoding_type="text/html", metadata="none"),
        observed_property=fsc.ObservedProperty(name="Temperature", definition="urn:lifang:measure:temperature", description="air"),
    )  # fmt: skip
    thing = fsc.Thing(name="Test of clients", description="leaves again", properties={"colour": "green"}, locations=[place], datastreams=[stream])  # fmt: skip
    service.create(thing)
    yield f"creates a deep Thing: {thing.id}", isinstance(thing.id, int)
    found = service.things().find(thing.id)
    yield "finds it again", (found.name, found.properties["colour"]) == (thing.name, "green")
    streams = found.get_datastreams().query().list().entities
    yield "goes to its Datastream", [one.name for one in streams] == ["Air"]
    stream = streams[0]
    document = DataArrayDocument()
    column = DataArrayValue()
    column.components = {column.Property.PHENOMENON_TIME, column.Property.RESULT}
    column.datastream = stream
    for number in range(MANY):
        at = (DAY - timedelta(minutes=number + 1)).isoformat().replace("+00:00", "Z")
        column.add_observation(fsc.Observation(result=number / 10, phenomenon_time=at, datastream=stream))  # fmt: skip
    document.add_data_array_value(column)
    made = service.observations().create(document)
    yield f"adds {MANY} observations by data array", len(made) == MANY
    of = service.datastreams().find(stream.id).get_observations()
    pages = of.query().top(100).count().list()
    yield f"counts {pages.count}", pages.count == MANY
    yield "pages to the end", len(list(pages)) == MANY
    high = of.query().filter("result gt 900 and result lt 900.5").orderby("phenomenonTime", "DESC").list().entities  # fmt: skip
    yield f"filters and orders: {[one.result for one in high]}", [one.result for one in high] == [900.1, 900.2, 900.3, 900.4]  # fmt: skip
    wide = service.things().query().filter(f"id eq {thing.id}").expand("Locations,Datastreams/ObservedProperty").list().entities[0]  # fmt: skip
    yield "expands", wide.locations.entities[0].name == "Gate"
    service.patch(found, [{"op": "replace", "path": "/name", "value": "Patched"}])
    yield "patches", service.things().find(thing.id).name == "Patched"
    found.name, found.description = "Put", "whole"
    service.update(found)
    yield "updates", service.things().find(thing.id).name == "Put"
    service.delete(found)
    try:
        service.things().find(thing.id)
    except Exception as error:  # noqa: BLE001 -- whatever it raises is its word for "gone"
        yield "deletes", "404" in str(error)
    else:
        yield "deletes", False


def istsos(url: str, key: str) -> Checks:
    """PyPI `istsos4-client`: strict about shapes, whole numbers as ids."""
    from istsos4_client import Client, Datastream, Thing

    client = Client(f"{url}/sta/v1.1")
    client._session.headers["Authorization"] = (
        f"Bearer {key}"  # it asks istSOS's own login otherwise
    )
    made = client.post(Thing(name="istSOS", description="leaves again", properties={"area": area(url)}))  # fmt: skip
    yield f"creates a Thing: {made.iot_id}", isinstance(made.iot_id, int)
    yield "gets it", client.get(Thing, made.iot_id).name == "istSOS"
    listed = list(client.list(Datastream, top=5))
    yield f"lists Datastreams: {len(listed)}", True
    client.delete(Thing, made.iot_id)
    yield "deletes it", True


def where(url: str) -> tuple[float, float]:
    """A point of this platform: the middle of its first public case."""
    import json
    import urllib.request

    with urllib.request.urlopen(f"{url}/ogc/collections/cases/items?limit=1", timeout=60) as told:
        lon, lat = json.load(told)["features"][0]["geometry"]["coordinates"][:2]
    return lon, lat


def area(url: str) -> str:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{url}/ogc/collections/communities/items?limit=1", timeout=60) as told:  # fmt: skip
        feature = json.load(told)["features"][0]
    return str(feature["properties"].get("code") or feature["id"])
