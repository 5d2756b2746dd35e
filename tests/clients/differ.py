"""The same SensorThings requests to us and to PyPI `django-ogc-sensorthings`; every difference is one of those explained below, and every explanation still holds."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from things import Checks, where

ROWS = 30
BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)  # noqa: TID251 -- a program of its own
UNIT = {"name": "degree Celsius", "symbol": "℃", "definition": "ucum:Cel"}
NOT = "the peer answers 400: its filters know "
# name of the request → why the answers differ. What is not here must be the same; what is here must differ.
EXPLAINED = {
    "orderby phenomenonTime": "the peer answers 500",
    "orderby phenomenonTime desc": "the peer answers 500",
    "count=maybe": "the standard's 400 for a value that cannot be; the peer answers 422",
    "top=-1": "the standard's 400; the peer answers 422",
    "skip=x": "the standard's 400; the peer answers 422",
    "put Thing": "optional in the standard; the peer answers 405",
    "json-patch": "the peer answers success and changes nothing",
    "the name after json-patch": "so the old name is still there",
    "an unknown option": "the standard's 501; the peer ignores it",
    "batch": "the peer has none",
    "geo filter": NOT + "no places",
    "delete an Observation": "observations are evidence here and are not deleted one by one (decision 8)",
    "patch an Observation": "nor changed",
}


class Server:
    """One of the two, with what was made in it."""

    def __init__(self, name: str, base: str, key: str = "") -> None:
        self.name, self.base = name, base
        word = base64.b64encode(f"clients:{key}".encode()).decode()
        self.headers = {"Authorization": f"Basic {word}"} if key else {}
        self.ids: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        """Status, what was said, headers."""
        path = path.format_map(self.ids) if "{" in path else path
        head, _, query = path.partition("?")
        url = f"{self.base}/{head}" + ("?" + quote(query, safe="=&$,()/'-") if query else "")
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(url, data, {**self.headers, "Content-Type": kind}, method=method)  # fmt: skip
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                status, raw, told = answer.status, answer.read(), _lower(answer.headers)
        except urllib.error.HTTPError as fault:
            status, raw, told = fault.code, b"", _lower(fault.headers)
        try:
            return status, json.loads(raw) if raw else None, told
        except ValueError:
            return status, raw.decode(errors="replace"), told

    def make(self, thing: dict[str, Any]) -> None:
        """A deep Thing and its observations by data array."""
        status, _, told = self.ask("POST", "Things", thing)
        if status != 201:
            raise RuntimeError(f"{self.name}: a deep Thing was answered {status}")
        self.ids["T"] = _id(told["location"])
        _, found, _ = self.ask("GET", f"Things({self.ids['T']})/Datastreams")
        stream = found["value"][0]
        self.ids["D"] = str(stream["@iot.id"])
        for name, relation in (("S", "Sensor"), ("P", "ObservedProperty")):
            _, one, _ = self.ask("GET", f"Datastreams({self.ids['D']})/{relation}")
            self.ids[name] = str(one["@iot.id"])
        rows = [[_iso(n), n / 2] for n in range(ROWS)]
        body = [{"Datastream": {"@iot.id": stream["@iot.id"]}, "components": ["phenomenonTime", "result"], "dataArray@iot.count": ROWS, "dataArray": rows}]  # fmt: skip
        status, made, _ = self.ask("POST", "CreateObservations", body)
        if status != 201 or len(made) != ROWS or "error" in made:
            raise RuntimeError(f"{self.name}: a data array was answered {status} {str(made)[:200]}")
        first = made[0]["@iot.selfLink"] if isinstance(made[0], dict) else made[0]
        self.ids["O"] = _id(first)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _id(link: str) -> str:
    return re.findall(r"\(([^()]*)\)/?$", link)[0]


def _iso(number: int) -> str:
    return (BEGUN + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")


READS = {
    "a Thing": "Things({T})",
    "its name": "Things({T})/name",
    "the plain value of its name": "Things({T})/name/$value",
    "no such Thing": "Things(987654321)",
    "no such set": "Chairs",
    "no such property": "Things({T})/colour",
    "Datastreams of a Thing": "Things({T})/Datastreams",
    "links only": "Things({T})/Datastreams/$ref",
    "from an Observation to its Thing": "Datastreams({D})/Thing",
    "its Sensor's Datastreams, ours": "Sensors({S})/Datastreams?$filter=id eq {D}",
    "where a Thing stands": "Things({T})/Locations",
    "where it stood": "Things({T})/HistoricalLocations?$count=true",
    "select": "Things({T})?$select=name,description",
    "expand": "Things({T})?$expand=Locations,Datastreams",
    "expand deep": "Things({T})?$expand=Datastreams($expand=ObservedProperty;$select=name)",
    "expand with options": "Datastreams({D})?$expand=Observations($filter=result gt 10;$orderby=result desc;$top=3;$select=result)",
    "expand and count": "Datastreams({D})?$expand=Observations($count=true;$top=1;$orderby=result;$select=result)",
    "count": "Datastreams({D})/Observations?$count=true&$top=0",
    "count=maybe": "Datastreams({D})/Observations?$count=maybe",
    "top": "Datastreams({D})/Observations?$top=3&$orderby=result&$select=result",
    "top=-1": "Datastreams({D})/Observations?$top=-1",
    "skip": "Datastreams({D})/Observations?$skip=28&$orderby=result&$select=result",
    "skip=x": "Datastreams({D})/Observations?$skip=x",
    "skip all": "Datastreams({D})/Observations?$skip=500",
    "orderby result desc": "Datastreams({D})/Observations?$orderby=result desc&$top=4&$select=result",
    "orderby phenomenonTime": "Datastreams({D})/Observations?$orderby=phenomenonTime&$top=4&$select=result",
    "orderby phenomenonTime desc": "Datastreams({D})/Observations?$orderby=phenomenonTime desc&$top=4&$select=result",
    "filter eq": "Datastreams({D})/Observations?$filter=result eq 7&$select=result",
    "filter and or not": "Datastreams({D})/Observations?$filter=(result lt 1 or result gt 14) and not (result eq 0)&$select=result&$orderby=result",
    "filter arithmetic": "Datastreams({D})/Observations?$filter=result add 1 eq 3&$select=result",
    "filter mod": "Datastreams({D})/Observations?$filter=result mod 5 eq 0&$select=result&$orderby=result",
    "filter by time": f"Datastreams({{D}})/Observations?$filter=phenomenonTime ge {_iso(27)}&$select=result&$orderby=result",
    "filter minute": f"Datastreams({{D}})/Observations?$filter=minute(phenomenonTime) eq {(BEGUN.minute + 3) % 60}&$select=result",
    "filter by a relation": "Datastreams({D})/Observations?$filter=Datastream/id eq {D}&$top=1&$orderby=result&$select=result",
    "filter substringof": "Things?$filter=substringof('ifferential',name) and id eq {T}&$select=name",
    "filter startswith": "Things?$filter=startswith(name,'Diff') and id eq {T}&$select=name",
    "filter endswith": "Things?$filter=endswith(name,'x') and id eq {T}&$select=name",
    "filter length": "Things?$filter=length(name) gt 3 and id eq {T}&$select=name",
    "filter tolower": "Things?$filter=tolower(name) eq 'differential' and id eq {T}&$select=name",
    "filter concat": "Things?$filter=concat(name,'!') eq 'Differential!' and id eq {T}&$select=name",
    "filter indexof": "Things?$filter=indexof(name,'ff') eq 2 and id eq {T}&$select=name",
    "filter property": "Things?$filter=properties/colour eq 'green' and id eq {T}&$select=name",
    "geo filter": "Locations?$filter=st_within(location,geography'POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))') and Things/id eq {T}&$select=name",
    "a filter that is none": "Things?$filter=name eq",
    "a function that is none": "Things?$filter=magic(name) eq 1",
    "an unknown option": "Things({T})?$magic=1",
    "unit": "Datastreams({D})/unitOfMeasurement",
    "filter by unit": "Datastreams?$filter=unitOfMeasurement/definition eq 'ucum:Cel' and id eq {D}&$select=name",
    "data array": "Datastreams({D})/Observations?$resultFormat=dataArray&$top=3&$orderby=result&$select=result",
}  # fmt: skip


def simple(told: Any) -> Any:
    """What two servers must agree on: no links, ids and wording of faults; times as moments."""
    if isinstance(told, dict):
        kept = {name: simple(value) for name, value in told.items() if name == "@iot.count" or not ("@iot." in name or name in ("properties", "serverSettings"))}  # fmt: skip
        return {name: value for name, value in kept.items() if value not in (None, {}, [])}
    if isinstance(told, list):
        return [simple(one) for one in told]
    if isinstance(told, str) and re.match(r"\d{4}-\d\d-\d\dT", told):
        return [_moment(one) for one in told.split("/")]
    if isinstance(told, int | float) and not isinstance(told, bool):
        return round(float(told), 9)
    return told


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="seconds")


# Parts that are the register's here and free text there.
OURS_ALONE = ("metadata", "encodingType", "observedArea", "feature", "location", "description", "time", "phenomenonTime", "resultTime", "name@", "definition", "validTime")  # fmt: skip


def plain(told: Any) -> Any:
    """Without what the register says in its own words."""
    if isinstance(told, dict):
        catalogue = "unitOfMeasurement" not in told and ("definition" in told or "metadata" in told)
        return {name: plain(value) for name, value in told.items() if name not in OURS_ALONE and not (catalogue and name == "name")}  # fmt: skip
    return [plain(one) for one in told] if isinstance(told, list) else told


def differ(url: str, key: str) -> Checks:
    """The script: the same deep Thing and observations in both, the same reads, the same writes."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free()
        env = {
            name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
        }
        with (Path(folder) / "log").open("wb") as log:
            peer = subprocess.Popen([sys.executable, str(Path(__file__).with_name("peer.py")), str(port), folder], env=env, stdout=log, stderr=log)  # fmt: skip
        try:
            ours = Server("lifang", f"{url}/sta/v1.1", key)
            theirs = Server("django-ogc-sensorthings", f"http://127.0.0.1:{port}/v1.1")
            _await(theirs)
            yield from _compare(ours, theirs, url)
        finally:
            peer.send_signal(signal.SIGTERM)
            peer.wait(20)


def _compare(ours: Server, theirs: Server, url: str) -> Checks:
    lon, lat = where(url)
    thing = {
        "name": "Differential", "description": "of a test", "properties": {"colour": "green"},
        "Locations": [{"name": "Gate", "description": "of a test", "encodingType": "application/geo+json", "location": {"type": "Point", "coordinates": [lon, lat]}}],
        "Datastreams": [{
            "name": "Air", "description": "of a test", "unitOfMeasurement": UNIT,
            "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "Sensor": {"name": "Other sensor", "description": "any", "encodingType": "text/html", "metadata": "none"},
            "ObservedProperty": {"name": "Temperature", "definition": "urn:lifang:measure:temperature", "description": "air"},
        }],
    }  # fmt: skip
    for server in (ours, theirs):
        server.make(thing)
    yield "both take a deep Thing and a data array", True
    for name, path in READS.items():
        yield _verdict(name, ours.ask("GET", path), theirs.ask("GET", path))
    for name, method, path, body, kind in _writes():
        yield _verdict(name, ours.ask(method, path, body, kind), theirs.ask(method, path, body, kind))  # fmt: skip


def _writes() -> Iterator[tuple[str, str, str, Any, str]]:
    json_, patch = "application/json", "application/json-patch+json"
    yield "post an Observation", "POST", "Datastreams({D})/Observations", {"result": 99, "phenomenonTime": _iso(100 - 200)}, json_  # fmt: skip
    yield "it is there", "GET", "Datastreams({D})/Observations?$filter=result eq 99&$select=result", None, json_  # fmt: skip
    yield "an Observation without a result", "POST", "Datastreams({D})/Observations", {"phenomenonTime": _iso(1)}, json_  # fmt: skip
    yield "an Observation of nowhere", "POST", "Datastreams(987654321)/Observations", {"result": 1}, json_  # fmt: skip
    yield "patch a Thing", "PATCH", "Things({T})", {"description": "merged"}, json_
    yield "the name after merging", "GET", "Things({T})?$select=name", None, json_
    yield "json-patch", "PATCH", "Things({T})", [{"op": "replace", "path": "/name", "value": "Patched"}], patch  # fmt: skip
    yield "the name after json-patch", "GET", "Things({T})?$select=name", None, json_
    yield "put Thing", "PUT", "Things({T})", {"name": "Differential", "description": "whole"}, json_
    yield "patch an Observation", "PATCH", "Observations({O})", {"result": 1}, json_
    yield "delete an Observation", "DELETE", "Observations({O})", None, json_
    yield "a Thing without a name", "POST", "Things", {"description": "x"}, json_
    yield "batch", "POST", "$batch", {"requests": [{"id": "1", "method": "get", "url": "Things({T})"}]}, json_  # fmt: skip
    yield "delete a Thing", "DELETE", "Things({T})", None, json_
    yield "it is gone", "GET", "Things({T})", None, json_
    yield "its Datastream is gone", "GET", "Datastreams({D})", None, json_


def _verdict(name: str, ours: tuple[int, Any, Any], theirs: tuple[int, Any, Any]) -> tuple[str, bool]:  # fmt: skip
    """Whether they say the same, or differ as explained."""
    same = _same_status(ours[0], theirs[0]) and (ours[0] >= 300 or plain(simple(ours[1])) == plain(simple(theirs[1])))  # fmt: skip
    why = EXPLAINED.get(name)
    if same:
        return f"{name}: the same ({ours[0]})" + (", although it is explained why not" if why else ""), not why  # fmt: skip
    if why:
        return f"{name}: {ours[0]} against {theirs[0]}: {why}", True
    return f"{name}: {ours[0]} {_short(ours[1])} against {theirs[0]} {_short(theirs[1])}", False


def _same_status(one: int, other: int) -> bool:
    """200, 201 and 204 all say done: the standard leaves the body of an answer to a change open."""
    return one == other or (one < 300 and other < 300)


def _short(told: Any) -> str:
    return json.dumps(plain(simple(told)), ensure_ascii=False)[:300]


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(server: Server) -> None:
    for _ in range(300):
        try:
            if server.ask("GET", "")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{server.name} does not start")
