"""Observations of SensorThings posted at the gate: the answers of the views, stored once, looked at, for whose they are."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.api.models import TurnedAway
from lifang.core.api.rates import BUCKETS
from lifang.core.api.tests.make import make_key
from lifang.core.audit.models import Entry
from lifang.core.testing import hostile
from lifang.core.testing.places import COMMUNITY
from lifang.sensing import actions
from lifang.sensing.actions.looking import Part, look
from lifang.sensing.api.batches import Asked, Gate
from lifang.sensing.api.things import letterbox, views
from lifang.sensing.api.things.letterbox import LetterBox, posted
from lifang.sensing.models import Alarm, Counted, Latest, Observation, Quarantined
from lifang.sensing.terms import DeviceState, Quality, micros
from lifang.sensing.tests.make import make_device, make_series
from lifang.sensing.tests.test_things import LAT, LON, Asker

BASE = "/sta/v1.1"


class Later:
    """What waits to be looked at."""

    def __init__(self) -> None:
        self.parts: list[Part] = []

    def await_room(self) -> None:
        """There is."""

    def lay(self, parts: list[Part]) -> None:
        self.parts += parts


class Here(Gate):
    """A gate that works in the test's own thread and transaction."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.looker = Later()  # type: ignore[assignment]

    async def takes(self, owner: Any, letter: Any, size: int) -> Any:
        return self._commit([Asked(owner, range(size), None, letter=letter)])[0]  # type: ignore[arg-type]


class Poster:
    """A program with a key, at the gate."""

    def __init__(self, box: LetterBox, token: str) -> None:
        word = base64.b64encode(f"anybody:{token}".encode())
        self.box, self.headers = box, [(b"authorization", b"Basic " + word), (b"content-type", b"application/json")]  # fmt: skip

    def post(self, path: str, body: Any, method: str = "POST") -> tuple[int, dict[str, str], Any]:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": sent}

        async def send(event: dict[str, Any]) -> None:
            told.append(event)

        scope = {"type": "http", "method": method, "path": f"{BASE}/{path}", "query_string": b"", "headers": self.headers}  # fmt: skip
        with pytest.raises(
            StopIteration
        ):  # it waits for nothing: no loop, so that the database may be asked
            posted(self.box, scope, receive, send).send(None)
        start, end = told
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        assert int(headers["content-length"]) == len(end["body"])
        return start["status"], headers, json.loads(end["body"]) if end["body"] else None


@pytest.fixture
def box(db, at, monkeypatch) -> LetterBox:
    async def here(work: Any, *given: Any) -> Any:
        return work(*given)

    monkeypatch.setattr(letterbox.asyncio, "to_thread", here)
    for module in ("batches", "scribes", "things.letterbox"):
        monkeypatch.setattr(f"lifang.sensing.api.{module}.close_old_connections", lambda: None)
    BUCKETS.clear()
    return LetterBox(Here(lambda: at))


@pytest.fixture
def slow(box, monkeypatch) -> list[str]:
    """The requests that the views had to answer."""
    found: list[str] = []
    asked = LetterBox.slowly
    monkeypatch.setattr(LetterBox, "slowly", lambda self, scope, *rest: found.append(scope["path"]) or asked(self, scope, *rest))  # fmt: skip
    return found


@pytest.fixture
def tank(db):
    return make_device(type="water_level", code="W-1", lon=LON, lat=LAT)


@pytest.fixture
def level(tank) -> int:
    return make_series(tank, "water_level").pk


@pytest.fixture
def token(tank, at) -> str:
    return actions.issue_device_key(actor=SYSTEM, device=tank, at=at).token


@pytest.fixture
def device(box, token) -> Poster:
    return Poster(box, token)


@pytest.fixture
def person(box, community_secretary, at) -> Poster:
    return Poster(box, make_key(community_secretary, at, capabilities=["sensing.send_observations"]).token)  # fmt: skip


def kept() -> list[tuple[float, int]]:
    with behind(SYSTEM):
        return list(Observation.objects.order_by("at").values_list("value", "quality"))


def counted() -> int:
    with behind(SYSTEM):
        return sum(Counted.objects.filter(way="sta", reason="").values_list("count", flat=True))


def plain(number: int, at, **more: Any) -> dict[str, Any]:
    return {"Datastream": {"@iot.id": number}, "result": 0.25, "phenomenonTime": at.isoformat(), **more}  # fmt: skip


def test_one_observation_is_stored_counted_and_answered_as_it_lies_there(device, level, slow, at):
    status, headers, told = device.post("Observations", plain(level, at - timedelta(hours=1), resultTime=at.isoformat(), parameters={"a": 'x"\\'}))  # fmt: skip
    assert (status, slow, counted(), kept()) == (201, [], 1, [(0.25, 0)])
    assert headers["location"] == told["@iot.selfLink"]
    assert headers["access-control-expose-headers"] == "Location"
    read = Asker(base64.b64decode(device.headers[0][1].split()[1]).decode().partition(":")[2])
    assert read.follow(told["@iot.selfLink"]) == told
    assert told["parameters"] == {"a": 'x"\\'}


ODD = [
    {"result": 0.5}, {"result": 7}, {"result": 99}, {"result": "0.5"}, {"result": True},  # out of its range, a text, a truth
    {"result": 0.5, "resultQuality": "good", "validTime": "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"},
    {"result": 0.5, "FeatureOfInterest": {"@iot.id": 3}},
]  # fmt: skip
WRONG = [
    b"", b"{", b"[]", b"null", b"3", b'{"a":1,"a":2}', b'{"result":NaN}', b"\xff", b"[" * 5000, b"{}",
    {"result": 1}, {"result": None}, {"result": [1]}, {"result": {"a": 1}}, {"result": "many"}, {"result": 10**25}, {"result": 1e300, "parameters": {"x": "y" * 5000}},
    {"result": 1, "phenomenonTime": "yesterday"}, {"result": 1, "phenomenonTime": 3}, {"result": 1, "phenomenonTime": "2001-01-01T00:00:00Z"},
    {"result": 1, "Datastream": 3}, {"result": 1, "Datastream": {"@iot.id": "1"}}, {"result": 1, "Datastream": {"@iot.id": True}}, {"result": 1, "Datastream": {"@iot.id": 10**17}},
    {"result": 1, "Datastream": {"@iot.id": -1}}, {"result": 1, "FeatureOfInterest": {"name": "Lake"}}, {"result": 1, "parameters": {"image": "data:image/png;base64," + "A" * 4000}},
]  # fmt: skip


@pytest.mark.parametrize("body", [*ODD, *WRONG], ids=str)
def test_both_ways_in_say_the_same(device, level, token, at, body):
    """At the web process, then at the gate; a second time it is the same observation."""
    if isinstance(body, dict):
        body = {"phenomenonTime": (at - timedelta(hours=1)).isoformat(), "Datastream": {"@iot.id": level}, **body}  # fmt: skip
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    asker = Asker(token)
    first = asker.client.post(f"{BASE}/Observations", sent, content_type="application/json")
    rows = len(kept())
    status, headers, told = device.post("Observations", sent)
    assert (status, told) == (first.status_code, json.loads(first.content))
    assert headers.get("location") == first.headers.get("Location")
    assert headers["content-type"] == first.headers["Content-Type"]
    assert len(kept()) == rows


def test_anew_at_the_gate_it_says_what_the_web_process_says_again(device, level, token, at):
    """The other order: answered from what was sent, and read back."""
    for number, body in enumerate(ODD):
        sent = json.dumps({"phenomenonTime": (at - timedelta(hours=number + 1)).isoformat(), "Datastream": {"@iot.id": level}, **body}).encode()  # fmt: skip
        status, _, told = device.post("Observations", sent)
        again = Asker(token).client.post(f"{BASE}/Observations", sent, content_type="application/json")  # fmt: skip
        assert (status, told) == (again.status_code, json.loads(again.content)), body


def test_a_clock_far_ahead_an_interval_and_no_time_at_all(device, level, at):
    """Of an interval its end; what is too far ahead is not believed; two without a time are two."""
    hour = timedelta(hours=1)
    ways = ({"phenomenonTime": (at + 400 * hour).isoformat()}, {"phenomenonTime": f"{(at - 2 * hour).isoformat()}/{(at - hour).isoformat()}"}, {}, {})  # fmt: skip
    told = [device.post(f"Datastreams({level})/Observations", {"result": 0.1, **one})[2] for one in ways]  # fmt: skip
    assert told[0]["resultQuality"] == Quality.CLOCK
    assert told[1]["@iot.id"] == f"{level}-{micros(at - hour)}-0"
    assert len({one["@iot.id"] for one in told}) == 4
    assert len(kept()) == 4


def test_the_same_again_is_the_same_and_what_stands_there_stays(device, level, slow, at):
    first = device.post("Observations", plain(level, at))
    again = device.post("Observations", plain(level, at))
    other = device.post("Observations", plain(level, at, result=0.9))
    assert first == again == other
    assert (kept(), slow) == ([(0.25, 0)], [])


def test_two_datastreams_of_a_device_at_one_time_are_both_kept(device, tank, level, at):
    battery = make_series(tank, "battery").pk
    for number, value in ((level, 0.25), (battery, 80)):
        assert device.post("Observations", plain(number, at, result=value))[0] == 201
    assert sorted(kept()) == [(0.25, 0), (80.0, 0)]


def test_anothers_datastream_does_not_exist_and_nothing_of_it_is_kept(device, person, slow, at):
    """Neither of another device, nor, for a person, of another area."""
    theirs = make_series(make_device(type="water_level", code="W-2"), "water_level").pk
    status, _, told = device.post("Observations", plain(theirs, at))
    assert (status, told["reason"], kept()) == (404, "not_found", [])
    far = make_series(
        make_device("990102001001001", type="water_level", code="W-3"), "water_level"
    ).pk
    assert person.post("Observations", plain(far, at))[0] == 404
    rows = {"Datastream": {"@iot.id": far}, "components": ["result"], "dataArray": [[1]]}
    assert person.post("CreateObservations", [rows])[2] == ["error"]
    assert (kept(), len(slow)) == ([], 3)


def test_a_key_that_opens_nothing_only_reads_or_is_a_sandboxs(box, level, community_secretary, at):
    reader = Poster(box, make_key(community_secretary, at).token)
    assert reader.post("Observations", plain(level, at))[0] == 403
    assert Poster(box, "lf_NOKEY234_x").post("Observations", plain(level, at))[0] == 401
    nobody = Poster(box, "")
    nobody.headers = []
    assert nobody.post("Observations", plain(level, at))[0] == 401
    assert kept() == []


def test_a_device_that_is_retired_or_whose_key_ended_is_heard_no_more(device, tank, level, at):
    assert device.post("Observations", plain(level, at))[0] == 201
    with behind(SYSTEM):
        actions.retire_device(actor=SYSTEM, device=tank, note="x", at=at)
    device.box.gate.register.stale = True  # what the database tells every gate
    assert device.post("Observations", plain(level, at - timedelta(minutes=1)))[0] == 401
    assert Quarantined.objects.count() == 0
    assert len(kept()) == 1


def test_a_person_leaves_a_line_in_the_log_for_each_request(person, level, slow, at):
    before = Entry.objects.filter(action="sensing.send_observations").count()
    for minute in range(3):
        assert person.post("Observations", plain(level, at - timedelta(minutes=minute)))[0] == 201
    lines = Entry.objects.filter(action="sensing.send_observations").order_by("-seq")
    assert (lines.count() - before, slow, lines[0].outcome) == (3, [], "done")
    with behind(SYSTEM):
        assert set(Counted.objects.filter(way="sta").values_list("area", flat=True)) == {make_device().area}  # fmt: skip


def test_another_key_of_the_same_person_opens_what_it_opens_and_no_more(person, box, slow, community_secretary, level, at):  # fmt: skip
    assert person.post("Observations", plain(level, at))[0] == 201
    elsewhere = make_key(community_secretary, at, capabilities=["sensing.send_observations"], areas=[f"{COMMUNITY}002"])  # fmt: skip
    minute = timedelta(minutes=1)
    assert Poster(box, elsewhere.token).post("Observations", plain(level, at - minute))[0] == 404
    assert person.post("Observations", plain(level, at - 2 * minute))[0] == 201
    assert (len(kept()), len(slow), len(box.eyes)) == (2, 1, 2)


def test_a_key_bound_to_networks_or_ways_or_watched_is_for_the_views(box, slow, community_secretary, level, at):  # fmt: skip
    """They know where each request comes from: it is asked each time, refused and counted once."""
    for bound, status in (({"networks": ["10.8.0.0/16"]}, 403), ({"ways": ["GET sta/v1.1"]}, 403), ({"watched": True}, 201)):  # fmt: skip
        poster = Poster(box, make_key(community_secretary, at, capabilities=["sensing.send_observations"], **bound).token)  # fmt: skip
        assert poster.post("Observations", plain(level, at))[0] == status
        poster.headers.append((b"x-lifang-passed", b"1"))
        assert poster.post("Observations", plain(level, at))[0] == 421
    assert len(slow) == 3
    assert list(TurnedAway.objects.values_list("count", flat=True)) == [1, 1]
    assert len(kept()) == 1


def test_too_many_requests_are_told_to_wait(device, level, at, monkeypatch):
    monkeypatch.setattr(letterbox, "PER_MINUTE", 2)
    told = [device.post("Observations", plain(level, at - timedelta(minutes=n)))[0] for n in range(2)]  # fmt: skip
    assert told == [201, 201]
    monkeypatch.setattr("lifang.sensing.api.things.door.PER_MINUTE", 2)
    assert device.post("Observations", plain(level, at - timedelta(minutes=9)))[0] == 429
    assert len(kept()) == 2


def test_what_was_acknowledged_is_looked_at_once_and_a_rule_saw_it(device, tank, level, at):
    """The rules after the receipt: the water stands above its limit."""
    for minutes in (20, 10, 0):
        status, _, _ = device.post("Observations", plain(level, at - timedelta(minutes=minutes), result=5.0))  # fmt: skip
        assert status == 201
    with behind(SYSTEM):
        assert (Observation.objects.count(), Latest.objects.count()) == (3, 0)
        parts = device.box.gate.looker.parts
        look(parts, at)
        look(parts, at)
        assert Latest.objects.get().readings == 3
        assert Alarm.objects.filter(device=tank).exists()


def test_what_was_acknowledged_is_in_every_count_that_is_asked_afterwards(device, token, level, at, monkeypatch):  # fmt: skip
    """A reader waits the moment until it is looked at, and no longer than two seconds."""
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            look(device.box.gate.looker.parts, at)

    monkeypatch.setattr(views.time, "sleep", pause)
    device.post("Observations", plain(level, at))
    asker = Asker(token)
    assert "phenomenonTime" in asker.get(f"Datastreams({level})")
    assert asker.get(f"Datastreams({level})/Observations", count="true")["@iot.count"] == 1
    assert asker.get("Datastreams", expand="Observations($count=true)")["value"][0]["Observations@iot.count"] == 1  # fmt: skip
    assert len(waited) == 3
    device.post("Observations", plain(level, at - timedelta(minutes=1)))
    assert len(asker.get(f"Datastreams({level})/Observations")["value"]) == 2
    assert asker.get("Observations", count="true")["@iot.count"] == 1
    assert len(waited) == 3 + views.PATIENCE


def test_danger_to_life_is_looked_at_before_the_receipt(box, at):
    detector = make_device(type="smoke", code="S-1")
    smoke = make_series(detector, "smoke").pk
    poster = Poster(box, actions.issue_device_key(actor=SYSTEM, device=detector, at=at).token)
    assert poster.post("Observations", plain(smoke, at, result=True))[2]["result"] is True
    with behind(SYSTEM):
        assert Alarm.objects.get().rule == "smoke"
    assert box.gate.looker.parts == []


def test_a_deep_insert_of_a_datastream_still_works_here(box, person, slow, community_secretary, tank, at):  # fmt: skip
    able = sorted(one for one in community_secretary.actor.capabilities if one.startswith("sensing."))  # fmt: skip
    poster = Poster(box, make_key(community_secretary, at, capabilities=able).token)
    stream = {"name": "Battery", "Thing": {"@iot.id": tank.number}, "ObservedProperty": {"name": "battery"}}  # fmt: skip
    assert poster.post("Observations", {"result": 80, "Datastream": stream})[0] == 201
    assert (slow, kept()) == ([f"{BASE}/Observations"], [(80.0, 0)])


def test_only_posts_of_observations_are_stored(device, level, at):
    assert device.post("Observations", b"", "PUT")[0] == 405
    status, _, told = device.post("Observations", b"", "GET")
    assert (status, told["value"]) == (200, [])


def test_a_data_array_is_answered_row_by_row(device, level, slow, at):
    hour = timedelta(hours=1)
    rows = [[(at - hour).isoformat(), 0.5], ["yesterday", 1], [(at - 2 * hour).isoformat(), None], [(at - 3 * hour).isoformat()], [(at - 4 * hour).isoformat(), "many"], [(at + 400 * hour).isoformat(), 1]]  # fmt: skip
    group = {"Datastream": {"@iot.id": level}, "components": ["phenomenonTime", "result"], "dataArray": rows}  # fmt: skip
    status, _, told = device.post("CreateObservations", [group])
    assert (status, slow) == (201, [])
    assert [one == "error" for one in told] == [False, True, True, True, True, False]
    asker = Asker(base64.b64decode(device.headers[0][1].split()[1]).decode().partition(":")[2])
    assert [asker.follow(link)["result"] for link in (told[0], told[5])] == [0.5, 1.0]
    assert len(kept()) == 2
    assert device.post("CreateObservations", [group])[2][:5] == told[:5]


def test_rows_without_a_time_are_each_kept_and_other_columns_are_read(device, level, slow, at):
    """Apart by their place in the request."""
    groups = [
        {"Datastream": {"@iot.id": level}, "components": ["result"], "dataArray": [[0.1], [0.2], [0.3]]},
        {"Datastream": {"@iot.id": level}, "components": ["result", "phenomenonTime", "parameters"], "dataArray": [[0.4, at.isoformat(), {"a": "\u4e2d"}]]},
    ]  # fmt: skip
    told = device.post("CreateObservations", groups)[2]
    assert (len(set(told)), len(kept()), slow) == (4, 4, [])
    asker = Asker(base64.b64decode(device.headers[0][1].split()[1]).decode().partition(":")[2])
    assert [asker.follow(link)["result"] for link in told] == [0.1, 0.2, 0.3, 0.4]


def test_hostile_texts_and_arrays_leave_the_gate_whole(device, level, at):
    for one in hostile.sample(60, "letters"):
        raw = one.text.encode(errors="replace")
        assert device.post("Observations", raw)[0] < 500
        assert device.post("CreateObservations", raw)[0] < 500
        assert device.post("Observations", {"Datastream": {"@iot.id": level}, "result": one.text, "parameters": {"x": one.text}})[0] < 500  # fmt: skip
        assert device.post("CreateObservations", [{"Datastream": {"@iot.id": level}, "components": ["phenomenonTime", "result"], "dataArray": [[one.text, one.text]]}])[0] < 500  # fmt: skip
    for body in (b"[{}]", b'[{"components":["result"]}]', b'[{"dataArray":[[1]],"components":["result"],"dataArray":[[2]]}]', b'[{"Datastream":{"@iot.id":1},"components":"result","dataArray":3}]', b'[{"dataArray":[[1e999]],"components":["result"]}]'):  # fmt: skip
        assert device.post("CreateObservations", body)[0] == 400, body


def test_a_device_out_of_service_is_heard_as_a_test(box, tank, level, token, at):
    with behind(SYSTEM):
        type(tank).objects.filter(pk=tank.pk).update(state=DeviceState.OUT)
    assert Poster(box, token).post("Observations", plain(level, at))[2]["resultQuality"] == Quality.TEST  # fmt: skip
