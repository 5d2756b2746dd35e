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
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from things import Checks, where

ROWS = 30
BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)  # noqa: TID251 -- a program of its own
UNIT = {"name": "degree Celsius", "symbol": "℃", "definition": "ucum:Cel"}
NONCE = uuid.uuid4().hex[:8]
NAME, STREAM = f"Differential{NONCE}", f"Air{NONCE}"  # found again among all others
# name of the request → why the answers differ. What is not here must be the same; what is here must differ.
EXPLAINED = {
    "where it stood": "the standard makes a HistoricalLocation when a Thing gets its Location; the peer does not",
    "expand with options": "the peer answers 400 to $filter within $expand",
    "skip": "the peer skips one fewer than it was asked",
    "orderby phenomenonTime": "the peer answers 500",
    "orderby phenomenonTime desc": "the peer answers 500",
    "count=maybe": "the standard's 400 for a value that cannot be; the peer answers 422",
    "top=-1": "the standard's 400; the peer answers 422",
    "skip=x": "the standard's 400; the peer answers 422",
    "filter mod": "the peer cuts numbers to whole ones first (SQLite's %)",
    "filter substringof": "the peer answers 400: it reads OData 4, which has `contains` instead",
    "filter concat": "the peer answers 500",
    "geo filter": "the peer answers 400: its filters know no places",
    "an unknown option": "the standard's 501; the peer ignores it",
    "unit": "a property by its path; the peer knows none of Datastreams' own objects so",
    "post by navigation": "the peer takes posts at the sets alone (405)",
    "put Thing": "optional in the standard; the peer answers 405",
    "the name after json-patch": "the peer answers 204 to a JSON patch and changes nothing",
    "patch an Observation": "observations are evidence here: neither changed …",
    "delete an Observation": "… nor deleted one by one (decision 8)",
    "a Thing without a name": "the standard's 400; the peer answers 422",
    "an Observation without a result": "the standard's 400; the peer answers 422",
    "an Observation of nowhere": "404 for a Datastream that is not there; the peer answers 500",
    "batch": "the peer has none",
}


class Server:
    """One of the two, with what was made in it."""

    def __init__(self, name: str, base: str, key: str = "") -> None:
        self.name, self.base = name, base
        word = base64.b64encode(f"clients:{key}".encode()).decode()
        self.headers = {"Authorization": f"Basic {word}"} if key else {}
        self.ids: dict[str, str] = {}
        self.stream: Any = None

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        """Status, what was said, headers."""
        path = path.format_map(self.ids) if "{" in path else path
        head, _, query = path.partition("?")
        url = f"{self.base}/{head}" + ("?" + quote(query, safe="=&$,()/'-") if query else "")
        data = None if body is None else json.dumps(self._linked(body)).encode()
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

    def _linked(self, body: Any) -> Any:
        """With the id of the Datastream as this server writes it."""
        if not isinstance(body, dict) or body.get("Datastream") not in ("{D}", "nowhere"):
            return body
        nowhere = 987_654_321 if isinstance(self.stream, int) else str(uuid.UUID(int=1))
        return {**body, "Datastream": {"@iot.id": self.stream if body["Datastream"] == "{D}" else nowhere}}  # fmt: skip

    def make(self, thing: dict[str, Any]) -> None:
        """A deep Thing and its observations by data array."""
        status, _, told = self.ask("POST", "Things", thing)
        if status != 201:
            raise RuntimeError(f"{self.name}: a deep Thing was answered {status}")
        self.ids["T"] = _id(told["location"])
        _, found, _ = self.ask("GET", f"Things({self.ids['T']})/Datastreams")
        stream = found["value"][0]
        self.stream = stream["@iot.id"]
        self.ids["D"] = _id(stream["@iot.selfLink"])
        for name, relation in (("S", "Sensor"), ("P", "ObservedProperty")):
            _, one, _ = self.ask("GET", f"Datastreams({self.ids['D']})/{relation}")
            self.ids[name] = _id(one["@iot.selfLink"])
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
    "its Sensor's Datastreams": f"Sensors({{S}})/Datastreams?$filter=name eq '{STREAM}'",
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
    "filter by a relation": "Datastreams({D})/Observations?$filter=Datastream/name ne 'x'&$top=1&$orderby=result&$select=result",
    "filter substringof": f"Things?$filter=substringof('ifferential',name) and name eq '{NAME}'&$select=name",
    "filter startswith": f"Things?$filter=startswith(name,'Diff') and name eq '{NAME}'&$select=name",
    "filter endswith": f"Things?$filter=endswith(name,'x') and name eq '{NAME}'&$select=name",
    "filter length": f"Things?$filter=length(name) gt 3 and name eq '{NAME}'&$select=name",
    "filter tolower": f"Things?$filter=tolower(name) eq '{NAME.lower()}'&$select=name",
    "filter concat": f"Things?$filter=concat(name,'!') eq '{NAME}!'&$select=name",
    "filter indexof": f"Things?$filter=indexof(name,'ff') eq 2 and name eq '{NAME}'&$select=name",
    "filter property": f"Things?$filter=properties/colour eq 'green' and name eq '{NAME}'&$select=name",
    "geo filter": "Things({T})/Locations?$filter=st_within(location,geography'POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))')&$select=name",
    "a filter that is none": "Things?$filter=name eq",
    "a function that is none": "Things?$filter=magic(name) eq 1",
    "an unknown option": "Things({T})?$magic=1",
    "unit": "Datastreams({D})/unitOfMeasurement",
    "filter by unit": f"Datastreams?$filter=unitOfMeasurement/definition eq 'ucum:Cel' and name eq '{STREAM}'&$select=name",
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
        "name": NAME, "description": "of a test", "properties": {"colour": "green"},
        "Locations": [{"name": "Gate", "description": "of a test", "encodingType": "application/geo+json", "location": {"type": "Point", "coordinates": [lon, lat]}}],
        "Datastreams": [{
            "name": STREAM, "description": "of a test", "unitOfMeasurement": UNIT,
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
        answers = [server.ask(method, path, body, kind) for server in (ours, theirs)]
        if method != "GET":  # the standard leaves the body of an answer to a change open
            answers = [(status, None, headers) for status, _, headers in answers]
        yield _verdict(name, *answers)


def _writes() -> Iterator[tuple[str, str, str, Any, str]]:
    json_, patch = "application/json", "application/json-patch+json"
    yield "post an Observation", "POST", "Observations", {"result": 99, "phenomenonTime": _iso(-100), "Datastream": "{D}"}, json_  # fmt: skip
    yield "it is there", "GET", "Datastreams({D})/Observations?$filter=result eq 99&$select=result", None, json_  # fmt: skip
    yield "post by navigation", "POST", "Datastreams({D})/Observations", {"result": 98, "phenomenonTime": _iso(-99)}, json_  # fmt: skip
    yield "an Observation without a result", "POST", "Observations", {"phenomenonTime": _iso(1), "Datastream": "{D}"}, json_  # fmt: skip
    yield "an Observation of nowhere", "POST", "Observations", {"result": 1, "Datastream": "nowhere"}, json_  # fmt: skip
    yield "patch a Thing", "PATCH", "Things({T})", {"description": "merged"}, json_
    yield "the name after merging", "GET", "Things({T})?$select=name", None, json_
    yield "json-patch", "PATCH", "Things({T})", [{"op": "replace", "path": "/name", "value": "Patched"}], patch  # fmt: skip
    yield "the name after json-patch", "GET", "Things({T})?$select=name", None, json_
    yield "put Thing", "PUT", "Things({T})", {"name": NAME, "description": "whole"}, json_
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
