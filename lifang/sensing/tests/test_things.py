"""SensorThings: what is read, what is written, who sees what."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.api.tests.make import make_key
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import COMMUNITY
from lifang.orgs.tests.make import SOUTH, WEST
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.actions.keys import make_key as issue
from lifang.sensing.models import Device, Observation
from lifang.sensing.rules.things import number_of
from lifang.sensing.terms import DeviceState
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

BASE = "/sta/v1.1"
LON, LAT = WEST + 0.001, SOUTH + 0.001


class Asker:
    """A program with a key."""

    def __init__(self, token: str) -> None:
        word = base64.b64encode(f"anybody:{token}".encode()).decode()
        self.client = Client(headers={"Authorization": f"Basic {word}"})

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        query = "&".join(f"${name}={quote(str(text))}" for name, text in options.items())
        response = self.client.get(f"{BASE}/{path}{'?' + query if query else ''}")
        assert response.status_code == status, response.content[:600]
        return json.loads(response.content) if response.content else None

    def send(self, method: str, path: str, body: Any, status: int = 201, kind: str = "application/json") -> Any:  # fmt: skip
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self.client.generic(method, f"{BASE}/{path}", data, content_type=kind)
        assert response.status_code == status, response.content[:600]
        return response

    def follow(self, link: str) -> Any:
        response = self.client.get(link[link.index(BASE) :])
        assert response.status_code == 200, response.content
        return json.loads(response.content)


@pytest.fixture
def asker(community_secretary, at):
    able = sorted(one for one in community_secretary.actor.capabilities if one.startswith("sensing."))  # fmt: skip
    return Asker(make_key(community_secretary, at, capabilities=able).token)


@pytest.fixture
def maker(db):
    admission = actions.ask_admission(actor=SYSTEM, maker="M", type="smoke", model="W", dialect="lifang", area=GRID, at=MONDAY)  # fmt: skip
    with behind(SYSTEM):
        return Asker(issue(MONDAY, 30, admission=admission, areas=[GRID]).token)


def readings(device: Device, measure: str, *values: float, every: int = 60) -> int:
    series = make_series(device, measure)
    rows = [observed(series, MONDAY + timedelta(seconds=every * n), value) for n, value in enumerate(values)]  # fmt: skip
    with behind(SYSTEM):
        actions.store(rows, known_of(series), MONDAY)
    return series.pk


THING = {
    "name": "Shed", "description": "of charging", "properties": {"code": "SHED-1", "colour": "green", "floor": {"n": 3}},
    "Locations": [{"name": "Gate", "description": "by the gate", "encodingType": "application/geo+json",
                   "location": {"type": "Point", "coordinates": [LON, LAT]}}],
    "Datastreams": [{
        "name": "Air", "description": "of the shed", "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"},
        "Sensor": {"name": "DHT22", "description": "d", "encodingType": "text/html", "metadata": "x"},
        "ObservedProperty": {"name": "Temperature", "definition": "http://example.org/temperature", "description": "t"},
        "Observations": [{"phenomenonTime": "2026-03-01T00:00:00Z", "result": 20.5}, {"result": 21}],
    }],
}  # fmt: skip


def thing_at(at) -> dict[str, Any]:
    made = json.loads(json.dumps(THING))
    made["Datastreams"][0]["Observations"][0]["phenomenonTime"] = (at - timedelta(hours=1)).isoformat()  # fmt: skip
    return made


def test_the_root_says_what_there_is_to_everybody(db):
    told = json.loads(Client().get(BASE).content)
    assert told["value"][0]["name"] == "Things"
    assert len(told["value"]) == 8
    assert Client().get(f"{BASE}/Things").status_code == 401


def test_a_whole_thing_is_made_at_once_and_read_back(asker, at):
    response = asker.send("POST", "Things", thing_at(at))
    thing = json.loads(response.content)
    path = response["Location"].rpartition("/")[2]
    assert thing["name"] == "Shed"
    assert thing["properties"]["colour"] == "green"
    assert thing["properties"]["type"] == "sensor"
    told = asker.get(path, expand="Locations,Datastreams($expand=Sensor,ObservedProperty,Observations($orderby=phenomenonTime desc;$top=1;$count=true)),HistoricalLocations")  # fmt: skip
    assert told["Locations"][0]["location"] == {"type": "Point", "coordinates": [LON, LAT]}
    assert told["Locations"][0]["description"] == "by the gate"
    stream = told["Datastreams"][0]
    assert (stream["name"], stream["unitOfMeasurement"]["definition"]) == ("Air", "ucum:Cel")
    assert stream["ObservedProperty"]["@iot.id"] == number_of("temperature")
    assert stream["Observations@iot.count"] == 2
    assert [one["result"] for one in stream["Observations"]] == [21.0]
    assert "Observations@iot.nextLink" in stream
    with behind(SYSTEM):
        device = Device.objects.get(code="SHED-1")
        assert (device.state, device.area, device.model) == (
            DeviceState.INSTALLED,
            COMMUNITY,
            "DHT22",
        )
        assert Observation.objects.count() == 2


def test_a_deep_insert_is_all_or_nothing(asker, at):
    thing = thing_at(at)
    thing["Datastreams"][0]["Observations"][1]["result"] = "warm"
    asker.send("POST", "Things", thing, 409)
    thing = thing_at(at)
    thing["Datastreams"].append({"ObservedProperty": {"name": "love"}})
    asker.send("POST", "Things", thing, 409)
    with behind(SYSTEM):
        assert not Device.objects.filter(code="SHED-1").exists()
        assert Observation.objects.count() == 0


def test_another_unit_is_refused_before_it_is_stored(asker, at):
    thing = thing_at(at)
    thing["Datastreams"][0]["unitOfMeasurement"] = {"name": "degree Fahrenheit", "symbol": "°F", "definition": "ucum:[degF]"}  # fmt: skip
    assert b"unit_differs" in asker.send("POST", "Things", thing, 409).content


def test_a_makers_thing_is_unverified_until_somebody_registers_it(maker, at):
    thing = thing_at(at)
    maker.send("POST", "Things", thing)
    with behind(SYSTEM):
        device = Device.objects.get(code="SHED-1")
        assert (device.state, device.maker.name) == (DeviceState.UNVERIFIED, "M")
    told = maker.get("Things", expand="Datastreams/Observations")
    assert len(told["value"]) == 1
    assert {one["resultQuality"] for one in told["value"][0]["Datastreams"][0]["Observations"]} == {8}  # fmt: skip


def test_a_makers_key_sees_and_speaks_for_its_own_devices_alone(maker, at):
    other = make_device(type="sensor", code="OTHER")
    pk = readings(other, "temperature", 1, 2)
    assert maker.get("Things")["value"] == []
    maker.get(f"Datastreams({pk})", 404)
    maker.get(f"Datastreams({pk})/Observations", 404)
    maker.send("POST", f"Datastreams({pk})/Observations", {"result": 3}, 404)
    rows = [{"Datastream": {"@iot.id": pk}, "components": ["result"], "dataArray": [[3]]}]
    assert json.loads(maker.send("POST", "CreateObservations", rows).content) == ["error"]
    maker.send("DELETE", f"Things({other.number})", {}, 404)


def test_who_may_not_see_the_area_sees_nothing_of_it(stranger, at):
    pk = readings(make_device(type="sensor"), "temperature", 1)
    there = Asker(make_key(stranger, at).token)
    assert there.get("Observations", count="true") == {"@iot.count": 0, "value": []}
    assert there.get("Datastreams")["value"] == []
    there.get(f"Datastreams({pk})", 404)
    there.get(f"Datastreams({pk})/Observations", 404)


def test_a_key_that_only_reads_writes_nothing(community_secretary, at):
    device = make_device(type="sensor")
    pk = readings(device, "temperature", 1)
    reader = Asker(make_key(community_secretary, at).token)
    assert reader.get("Observations")["value"]
    reader.send("POST", "Things", thing_at(at), 403)
    reader.send("POST", f"Datastreams({pk})/Observations", {"result": 3}, 403)
    reader.send("PATCH", f"Things({device.number})", {"name": "x"}, 403)
    reader.send("DELETE", f"Things({device.number})", {}, 403)


def test_a_data_array_is_stored_when_it_is_answered(asker, at):
    pk = readings(make_device(type="sensor"), "temperature", 1)
    rows = [[(at - timedelta(minutes=n + 1)).isoformat(), n / 10] for n in range(500)]
    rows.append(["yesterday", 3])
    groups = [{"Datastream": {"@iot.id": pk}, "components": ["phenomenonTime", "result"], "dataArray@iot.count": 501, "dataArray": rows}]  # fmt: skip
    told = json.loads(asker.send("POST", "CreateObservations", groups).content)
    assert told[-1] == "error"
    assert len(told) == 501
    assert "error" not in told[:-1]
    one = asker.follow(told[7])
    assert one["result"] == 0.7
    assert asker.get(f"Datastreams({pk})/Observations", count="true", top=3)["@iot.count"] == 501
    again = json.loads(asker.send("POST", "CreateObservations", groups).content)
    assert again == told  # the same again is the same
    assert asker.get(f"Datastreams({pk})/Observations", count="true", top=3)["@iot.count"] == 501
    shown = asker.get(f"Datastreams({pk})/Observations", resultFormat="dataArray", select="phenomenonTime,result", top=2, orderby="result desc")  # fmt: skip
    assert shown["value"][0]["dataArray@iot.count"] == 2
    assert shown["value"][0]["dataArray"][0][1] == 49.9


def test_every_page_goes_on_by_key_and_nothing_is_lost_or_double(asker, at):
    ones = [readings(make_device(type="sensor"), "temperature", *range(7), every=60) for _ in range(3)]  # fmt: skip
    for options in (
        {},
        {"orderby": "phenomenonTime desc"},
        {"orderby": "phenomenonTime"},
        {"orderby": "result desc,phenomenonTime"},
        {"orderby": "Datastream/name,result"},
        {"filter": "result ge 0", "orderby": "resultTime"},
    ):
        page = asker.get("Observations", top=4, **options)
        seen, links = [one["@iot.id"] for one in page["value"]], 0
        while "@iot.nextLink" in page:
            page = asker.follow(page["@iot.nextLink"])
            seen += [one["@iot.id"] for one in page["value"]]
            links += 1
        assert (len(seen), len(set(seen)), links) == (21, 21, 5), options
    assert len(ones) == 3


FILTERS = [
    ("Observations", "result gt 3 and result le 5", 2),
    ("Observations", "not (result gt 3) or result eq 6", 5),
    ("Observations", "result add 1 eq 3 or (result mul 2 sub 1) div 3 eq 3", 2),
    ("Observations", "result mod 2 eq 1", 3),
    ("Observations", "result div 0 eq 1", 0),
    ("Observations", "Datastream/Thing/name eq 'Hut' and result lt 2", 2),
    ("Observations", "Datastream/ObservedProperty/definition eq 'urn:lifang:measure:temperature'", 7),
    ("Observations", f"phenomenonTime gt {MONDAY.isoformat()}", 6),
    ("Observations", f"phenomenonTime lt {MONDAY.isoformat()} add duration'PT3M'", 3),
    ("Observations", f"year(phenomenonTime) eq {MONDAY.year} and minute(phenomenonTime) eq 2", 1),
    ("Observations", "now() lt phenomenonTime", 0),
    ("Observations", "FeatureOfInterest/name eq 'Gate'", 7),
    ("Things", "substringof('u', name) and startswith(name, 'H') and endswith(name, 't')", 1),
    ("Things", "length(name) eq 3 and indexof(name,'u') eq 1 and substring(name,1) eq 'ut'", 1),
    ("Things", "tolower(name) eq 'hut' and concat(name,'!') eq 'Hut!' and trim(' a ') eq 'a'", 1),
    ("Things", "properties/type eq 'sensor' and properties/code eq 'H-1'", 1),
    ("Things", "properties/nothing eq 3", 0),
    ("Things", "Datastreams/ObservedProperty/name eq 'Temperature'", 1),
    ("Things", "Datastreams/Observations/result gt 100", 0),
    ("Things", "name eq 'O''Brien'", 0),
    ("Datastreams", "unitOfMeasurement/definition eq 'ucum:Cel'", 1),
    ("Locations", f"geo.distance(location, geography'POINT({LON} {LAT})') lt 0.0001", 1),
    ("Locations", f"st_within(location, geography'POLYGON(({LON - 1} {LAT - 1},{LON + 1} {LAT - 1},{LON + 1} {LAT + 1},{LON - 1} {LAT + 1},{LON - 1} {LAT - 1}))')", 1),
    ("Locations", "st_disjoint(location, geography'POINT(0 0)')", 1),
    ("Sensors", "name eq 'Other sensor'", 1),
    ("ObservedProperties", "substringof('emperature', name)", 1),
    ("Things", "name ne null and not false", 1),
]  # fmt: skip


@pytest.fixture
def hut(db):
    device = make_device(type="sensor", name="Hut", code="H-1", lon=LON, lat=LAT, position="Gate")
    readings(device, "temperature", *range(7))
    return device


@pytest.mark.parametrize(("path", "filter", "many"), FILTERS)
def test_filters(hut, asker, path, filter, many):  # noqa: A002 -- the option's word
    response = asker.client.get(f"{BASE}/{path}?$filter={quote(filter)}&lang=en")
    assert response.status_code == 200, response.content
    assert len(json.loads(response.content)["value"]) == many


WRONG = [
    ("Things", {"filter": "name eq"}, 400),
    ("Things", {"filter": "love eq 3"}, 400),
    ("Things", {"filter": "name eq 3"}, 400),
    ("Things", {"filter": "name"}, 400),
    ("Things", {"filter": "name gt null"}, 400),
    ("Things", {"filter": "name eq 'x'; DROP TABLE sensing_device"}, 400),
    ("Things", {"filter": "(" * 60 + "true" + ")" * 60}, 400),
    ("Things", {"filter": "not " * 3000 + "true"}, 400),
    ("Things", {"filter": " or ".join(["name eq 'x'"] * 3000)}, 400),
    ("Things", {"filter": "explode(name) eq 1"}, 400),
    ("Observations", {"filter": "result gt 1e999"}, 400),
    ("Observations", {"filter": "phenomenonTime gt 2026-99-01T00:00:00Z"}, 400),
    ("Locations", {"filter": "st_relate(location, geography'POINT(0 0)')"}, 501),
    ("Locations", {"filter": "st_within(location, geography'POLYGON((')"}, 400),
    ("Things", {"count": "maybe"}, 400),
    ("Things", {"top": "-1"}, 400),
    ("Things", {"top": "1e9"}, 400),
    ("Things", {"skip": "99999999999999999999999"}, 400),
    ("Things", {"skip": "9999999999"}, 400),
    ("Things", {"skiptoken": "AAAA"}, 400),
    ("Things", {"skiptoken": base64.b64encode(b'["x"]').decode()}, 400),
    ("Things", {"skiptoken": base64.b64encode(b"[1e300]").decode()}, 400),
    ("Things", {"orderby": "love"}, 400),
    ("Things", {"orderby": "Datastreams/name"}, 400),
    ("Things", {"select": "love"}, 400),
    ("Things", {"expand": "Love"}, 400),
    ("Things", {"expand": "/".join(["Datastreams", "Thing"] * 6)}, 400),
    ("Things", {"expand": "Datastreams($expand=Thing(" * 20 + ")" * 40}, 400),
    ("Things", {"format": "xml"}, 501),
    ("Observations", {"resultFormat": "CSV"}, 501),
    ("Loves", {}, 404),
    ("Things(abc)", {}, 404),
    ("Things(1)/Things(2)", {}, 404),
    ("Things('1' OR '1'='1')", {}, 404),
    ("Observations('1-1-1')", {}, 404),
    ("Observations('9999999999999999999-1-1')", {}, 404),
]


@pytest.mark.parametrize(("path", "options", "status"), WRONG)
def test_what_cannot_be_is_said_and_harms_nothing(hut, asker, path, options, status):
    assert asker.get(path, status, **options)["message"]
    with behind(SYSTEM):
        assert Device.objects.count() == 1


def test_a_giant_top_is_capped_and_goes_on(hut, asker):
    told = asker.get("Observations", top=999999999)
    assert len(told["value"]) == 7


def test_hostile_texts_in_every_option_and_address(hut, asker):
    for one in hostile.sample(60, "things"):
        for name in ("$filter", "$orderby", "$select", "$expand", "$top", "$skiptoken", "$count"):
            response = asker.client.get(f"{BASE}/Observations", {name: one.text})
            assert response.status_code < 500, (name, one.text, response.content)
        for text in (f"name eq '{one.text}'", f"substringof('{one.text}', name)"):
            assert asker.client.get(f"{BASE}/Things", {"$filter": text}).status_code < 500
        assert asker.client.get(f"{BASE}/Things('{quote(one.text, safe='')}')").status_code < 500
        asker.client.post(f"{BASE}/Things", one.text.encode(errors="replace"), content_type="application/json")  # fmt: skip
    for body in (b"[]", b"3", b"{}", b'{"name": 3}', b'{"name": "x", "Locations": 3}', b'{"name":"x","Datastreams":[3]}', b'{"name":"x","properties":[]}'):  # fmt: skip
        for path in ("Things", "Datastreams", "Observations", "Locations", "CreateObservations", "$batch", "Sensors", "FeaturesOfInterest"):  # fmt: skip
            response = asker.client.post(f"{BASE}/{path}", body, content_type="application/json")
            assert response.status_code < 500, (path, body, response.content)


def test_properties_references_and_values(hut, asker):
    thing = f"Things({hut.number})"
    assert asker.get(f"{thing}/name") == {"name": "Hut"}
    assert asker.client.get(f"{BASE}/{thing}/name/$value").content == b"Hut"
    stream = asker.get(f"{thing}/Datastreams")["value"][0]["@iot.id"]
    refs = asker.get(f"{thing}/Datastreams/$ref")["value"]
    assert refs == [{"@iot.selfLink": refs[0]["@iot.selfLink"]}]
    assert asker.get(f"{thing}/Datastreams({stream})/Observations", top=1, orderby="phenomenonTime desc")["value"][0]["result"] == 6  # fmt: skip
    one = asker.get(f"Datastreams({stream})/Observations")["value"][0]["@iot.id"]
    assert asker.get(f"Observations('{one}')/Datastream/Thing")["@iot.id"] == hut.number
    assert asker.get(f"Observations('{one}')/FeatureOfInterest")["name"] == "Gate"
    assert asker.client.get(f"{BASE}/Observations('{one}')/resultTime").status_code == 204
    assert "phenomenonTime" in asker.get(f"Datastreams({stream})")
    assert len(asker.get(f"FeaturesOfInterest({asker.get('FeaturesOfInterest')['value'][0]['@iot.id']})/Observations")["value"]) == 7  # fmt: skip


def test_a_thing_is_patched_moved_and_retired(hut, asker):
    thing = f"Things({hut.number})"
    told = json.loads(asker.send("PATCH", thing, {"name": "Barn", "properties": {"a": 1}}, 200).content)  # fmt: skip
    assert (told["name"], told["properties"]["a"], told["properties"]["code"]) == ("Barn", 1, "H-1")
    steps = [{"op": "test", "path": "/name", "value": "Barn"}, {"op": "replace", "path": "/properties/a", "value": 2}, {"op": "add", "path": "/properties/b", "value": "x"}]  # fmt: skip
    told = json.loads(asker.send("PATCH", thing, steps, 200, "application/json-patch+json").content)
    assert (told["properties"]["a"], told["properties"]["b"]) == (2, "x")
    asker.send("PATCH", thing, [{"op": "replace", "path": "/@iot.id", "value": 7}], 400, "application/json-patch+json")  # fmt: skip
    asker.send("PUT", thing, {"name": "Barn"}, 400)
    asker.send("PUT", thing, {"name": "Barn 2", "description": "put"}, 200)
    place = {"name": "Yard", "location": {"type": "Point", "coordinates": [LON + 0.0001, LAT]}}
    asker.send("POST", f"{thing}/Locations", place)
    assert asker.get(f"{thing}/Locations")["value"][0]["name"] == "Yard"
    assert len(asker.get(f"{thing}/HistoricalLocations", expand="Locations")["value"]) == 2
    with behind(SYSTEM):
        assert Device.objects.get(pk=hut.pk).name == "Barn 2"
    asker.send("DELETE", "Sensors(1)", {}, 404)
    stream = asker.get(f"{thing}/Datastreams")["value"][0]["@iot.id"]
    asker.send("DELETE", f"Datastreams({stream})", {}, 409)
    asker.send("DELETE", thing, {}, 200)
    asker.get(thing, 404)
    asker.get(f"Datastreams({stream})", 404)
    with behind(SYSTEM):
        assert Device.objects.get(pk=hut.pk).state == DeviceState.RETIRED
        assert Observation.objects.count() == 7


def test_a_batch_answers_each_and_a_change_set_is_all_or_nothing(hut, asker):
    stream = asker.get(f"Things({hut.number})/Datastreams")["value"][0]["@iot.id"]
    parts = [
        "--b\r\nContent-Type: application/http\r\n\r\nGET Things?$top=1 HTTP/1.1\r\nHost: x\r\n\r\n\r\n",
        ("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
        "--c\r\nContent-Type: application/http\r\nContent-ID: one\r\n\r\n"
        f'POST Things HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{json.dumps({"name": "New", "properties": {"area": GRID}})}\r\n'
        "--c\r\nContent-Type: application/http\r\n\r\n"
        'POST $one/Datastreams HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"name":"T","ObservedProperty":{"name":"humidity"}}\r\n--c--\r\n'),
        ("--b\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n"
        f'--d\r\nContent-Type: application/http\r\n\r\nPOST Datastreams({stream})/Observations HTTP/1.1\r\n\r\n{{"result": 99}}\r\n'
        '--d\r\nContent-Type: application/http\r\n\r\nPOST Things HTTP/1.1\r\n\r\n{"description": "nameless"}\r\n--d--\r\n'),
        "--b--\r\n",
    ]  # fmt: skip
    response = asker.send("POST", "$batch", "".join(parts).encode(), 200, "multipart/mixed; boundary=b")  # fmt: skip
    told = response.content.decode()
    assert told.count("HTTP/1.1 200") == 1
    assert told.count("HTTP/1.1 201") == 2
    assert told.count("HTTP/1.1 400") == 1
    assert len(asker.get("Things", filter="name eq 'New'", expand="Datastreams")["value"][0]["Datastreams"]) == 1  # fmt: skip
    with behind(SYSTEM):
        assert not Observation.objects.filter(value=99).exists()
    body = {"requests": [{"id": "a", "method": "get", "url": "Things?$count=true&$top=1"}, {"id": "b", "method": "post", "url": f"Datastreams({stream})/Observations", "body": {"result": 5}}]}  # fmt: skip
    told = json.loads(asker.send("POST", "$batch", body, 200).content)["responses"]
    assert [one["status"] for one in told] == [200, 201]


def test_the_script_of_an_outside_client(asker, at):
    """A deep Thing, ten thousand observations by data array, pages of a hundred, filter, expand, order, patch, delete."""
    path = asker.send("POST", "Things", thing_at(at))["Location"].rpartition("/")[2]
    stream = asker.get(f"{path}/Datastreams")["value"][0]["@iot.id"]
    rows = [[(at - timedelta(seconds=n + 1)).isoformat(), n / 10] for n in range(10_000)]
    group = {"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"], "dataArray": rows}  # fmt: skip
    told = json.loads(asker.send("POST", "CreateObservations", [group]).content)
    assert len(told) == 10_000
    assert "error" not in told
    with behind(SYSTEM):
        assert Observation.objects.filter(series=stream).count() == 10_001
    page, seen = asker.get(f"Datastreams({stream})/Observations", top=100, count="true"), 0
    assert page["@iot.count"] == 10_001
    while True:
        seen += len(page["value"])
        if "@iot.nextLink" not in page:
            break
        page = asker.follow(page["@iot.nextLink"])
    assert seen == 10_001
    found = asker.get(f"Datastreams({stream})/Observations", filter="result gt 900 and result lt 900.5", orderby="phenomenonTime desc", expand="Datastream($select=name)")["value"]  # fmt: skip
    assert [one["result"] for one in found] == [900.1, 900.2, 900.3, 900.4]
    assert found[0]["Datastream"] == {"name": "Air"}
    asker.send("PATCH", path, {"name": "Patched"}, 200)
    asker.send("DELETE", path, {}, 200)
    with behind(SYSTEM):
        device = Device.objects.get(code="SHED-1")
        assert (device.name, device.state) == ("Patched", DeviceState.RETIRED)


def test_lists_cost_the_same_for_one_and_thirty(asker, grows):
    def make() -> None:
        device = make_device(type="sensor", lon=LON, lat=LAT)
        readings(device, "temperature", 1, 2)
        readings(device, "humidity", 1, 2)

    grows(make, lambda: asker.client.get(f"{BASE}/Things?$count=true&$expand=Locations,HistoricalLocations/Locations,Datastreams($count=true;$expand=Sensor,ObservedProperty,Observations($count=true;$expand=FeatureOfInterest;$top=2))"))  # fmt: skip
    grows(make, lambda: asker.client.get(f"{BASE}/Observations?$orderby=phenomenonTime desc&$expand=Datastream/Thing/Locations&$filter=Datastream/Thing/name ne 'x'"))  # fmt: skip
