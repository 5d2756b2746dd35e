"""GA/T 1400: registered by digest, kept alive, states taken; people, vehicles and pictures refused and not kept."""

import contextlib
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.api.viid import Lobby, viid
from lifang.sensing.models import Counted, Latest, Observation, Quarantined
from lifang.sensing.rules import digest
from lifang.sensing.terms import KeyKind, Poison
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.test_hooks import Here

PLATFORM, CAMERA = "99010100001180000001", "99010100001320000001"


@pytest.fixture
def lobby(db, monkeypatch) -> Lobby:
    for module in ("batches", "scribes", "viid"):
        monkeypatch.setattr(f"lifang.sensing.api.{module}.close_old_connections", lambda: None)
    return Lobby(Here(lambda: MONDAY))


@pytest.fixture
def password(db) -> str:
    hub = make_device(type="gateway", code="NVR", video_code=PLATFORM)
    make_device(type="camera", code="C1", video_code=CAMERA, gateway=hub.pk)
    return actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY, kind=KeyKind.DIGEST).token


def ask(lobby: Lobby, path: str, said: Any, method: str = "POST", client: str = "192.0.2.7", **headers: str) -> httpx.Response:  # fmt: skip
    sent: list[dict[str, Any]] = []
    body = said if isinstance(said, bytes) else json.dumps(said).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    given = [(name.replace("_", "-").encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]  # fmt: skip
    scope = {"path": f"/VIID/{path}", "method": method, "headers": given, "client": (client, 40000)}
    with contextlib.suppress(StopIteration):
        viid(lobby, scope, receive, send).send(None)
    return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=sent[1]["body"])


def proved(lobby: Lobby, path: str, said: Any, password: str, user: str = PLATFORM, **more: Any) -> httpx.Response:  # fmt: skip
    """As httpx's own client does it: asked, then proved."""
    flow = httpx.DigestAuth(user, password).auth_flow(httpx.Request("POST", f"http://gate/VIID/{path}"))  # fmt: skip
    next(flow)
    first = ask(lobby, path, said, **more)
    first.request = httpx.Request("POST", f"http://gate/VIID/{path}")
    assert first.status_code == 401
    request = flow.send(first)
    return ask(lobby, path, said, authorization=request.headers["authorization"], **more)


def register(lobby: Lobby, password: str, **more: Any) -> httpx.Response:
    return proved(lobby, "System/Register", {"RegisterObject": {"DeviceID": PLATFORM}}, password, **more)  # fmt: skip


def notification(**lists: Any) -> dict[str, Any]:
    return {"SubscribeNotificationListObject": {"SubscribeNotificationObject": [{"NotificationID": "n1", "Title": "x", **lists}]}}  # fmt: skip


def status(online: str = "2") -> dict[str, Any]:
    return {"APEStatusObject": [{"ApeID": CAMERA, "CurrentTime": "20261123100000", "IsOnline": online}]}  # fmt: skip


def state(code: str) -> Any:
    with behind(SYSTEM):
        found = Latest.objects.filter(series__device__video_code=code, series__measure="online").first()  # fmt: skip
        return found and found.value


def test_a_platform_registers_by_digest_and_tells_states_of_its_cameras(lobby, password):
    assert register(lobby, password).json()["ResponseStatusObject"]["StatusCode"] == 0
    assert state(PLATFORM) == 1.0
    answer = ask(lobby, "SubscribeNotifications", notification(DeviceStatusList=status()), user_identify=PLATFORM)  # fmt: skip
    [said] = answer.json()["ResponseStatusListObject"]["ResponseStatusObject"]
    assert (answer.status_code, said["StatusCode"], said["Id"]) == (200, 0, "n1")
    assert state(CAMERA) == 0.0
    again = ask(lobby, "SubscribeNotifications", notification(DeviceStatusList=status()), user_identify=PLATFORM)  # fmt: skip
    assert again.status_code == 200
    with behind(SYSTEM):
        assert Observation.objects.filter(series__device__video_code=CAMERA).count() == 1
        assert {row.way for row in Counted.objects.all()} == {"viid"}


def test_it_is_let_in_for_five_minutes_from_where_it_registered(lobby, password):
    register(lobby, password)
    alive = {"KeepaliveObject": {"DeviceID": PLATFORM}}
    lobby.gate.clock = lambda: MONDAY + timedelta(minutes=4)
    assert ask(lobby, "System/Keepalive", alive, user_identify=PLATFORM).status_code == 200
    lobby.gate.clock = lambda: MONDAY + timedelta(minutes=8)
    assert ask(lobby, "System/Keepalive", alive, user_identify=PLATFORM, client="192.0.2.8").status_code == 401  # fmt: skip
    assert ask(lobby, "System/Keepalive", alive, user_identify=PLATFORM).status_code == 200
    lobby.gate.clock = lambda: MONDAY + timedelta(minutes=14)
    assert ask(lobby, "System/Keepalive", alive, user_identify=PLATFORM).status_code == 401
    register(lobby, password)
    lobby.gate.clock = lambda: MONDAY + timedelta(minutes=15)
    ask(lobby, "System/UnRegister", {"UnRegisterObject": {"DeviceID": PLATFORM}}, user_identify=PLATFORM)  # fmt: skip
    assert ask(lobby, "System/Keepalive", alive, user_identify=PLATFORM).status_code == 401
    assert state(PLATFORM) == 0.0


def test_who_does_not_know_the_password_is_not_let_in(lobby, password):
    assert register(lobby, password + "x").status_code == 401
    body = {"RegisterObject": {"DeviceID": CAMERA}}
    assert proved(lobby, "System/Register", body, password, user=CAMERA).status_code == 401
    other = proved(lobby, "System/Register", body, password)  # in another's name
    assert other.json()["ResponseStatusObject"]["StatusCode"] != 0
    assert lobby.here == {}
    with behind(SYSTEM):
        assert not Observation.objects.exists()
        assert Quarantined.objects.get().reason == Poison.NOT_YOURS


def test_a_proof_counts_once_is_for_one_address_and_not_for_ever(lobby, password):
    request = httpx.Request("POST", "http://gate/VIID/System/Register")
    flow = httpx.DigestAuth(PLATFORM, password).auth_flow(request)
    next(flow)
    body = {"RegisterObject": {"DeviceID": PLATFORM}}
    first = ask(lobby, "System/Register", body)
    first.request = request
    header = flow.send(first).headers["authorization"]
    assert ask(lobby, "SubscribeNotifications", body, authorization=header).status_code == 401
    lobby.gate.clock = lambda: MONDAY + timedelta(minutes=6)
    assert ask(lobby, "System/Register", body, authorization=header).status_code == 401
    lobby.gate.clock = lambda: MONDAY
    assert ask(lobby, "System/Register", body, authorization=header).status_code == 200
    assert ask(lobby, "System/Register", body, authorization=header).status_code == 401


SECRET = b"Zhang-Wuming-990101199001010017"


@pytest.mark.parametrize("name", ["Faces", "Persons", "MotorVehicles", "NonMotorVehicles", "Images", "VideoSlices", "Files", "Images/1/Data"])  # fmt: skip
def test_people_vehicles_and_pictures_are_refused_and_not_kept(lobby, password, name):
    register(lobby, password)
    assert ask(lobby, name, SECRET, user_identify=PLATFORM).status_code == 403
    _nothing_of_it(1)


def test_inside_a_notification_they_are_refused_and_the_states_taken(lobby, password):
    register(lobby, password)
    said = notification(DeviceStatusList=status("1"), FaceObjectList={"FaceObject": [{"Name": SECRET.decode()}]}, ImageList=[{"Data": SECRET.decode() * 99}])  # fmt: skip
    assert ask(lobby, "SubscribeNotifications", said, user_identify=PLATFORM).status_code == 200
    assert state(CAMERA) == 1.0
    _nothing_of_it(2)


def _nothing_of_it(times: int) -> None:
    with behind(SYSTEM):
        assert sum(Counted.objects.filter(reason=Poison.PICTURE).values_list("count", flat=True)) == times  # fmt: skip
        for kept in Quarantined.objects.all():
            assert bytes(kept.body) == b""
            assert SECRET.decode() not in kept.detail + kept.topic


def test_what_cannot_be_read_waits_and_what_cannot_be_stored_is_said(lobby, password, monkeypatch):
    register(lobby, password)
    answer = ask(lobby, "SubscribeNotifications", b"<xml/>", user_identify=PLATFORM)
    assert answer.json()["ResponseStatusObject"]["StatusCode"] == 5
    with behind(SYSTEM):
        assert Quarantined.objects.get().reason == Poison.NOT_JSON

    async def busy(*_: Any) -> None:
        from lifang.sensing.api.batches import NotStored  # noqa: PLC0415 -- beside its use

        raise NotStored

    monkeypatch.setattr(lobby.gate, "take", busy)
    answer = ask(lobby, "SubscribeNotifications", notification(DeviceStatusList=status()), user_identify=PLATFORM)  # fmt: skip
    assert answer.status_code == 503
    assert ask(lobby, "Elsewhere", b"", user_identify=PLATFORM).status_code == 404


def test_the_time_is_told_to_everybody(lobby):
    assert ask(lobby, "System/Time", b"", method="GET").json()["SystemTimeObject"]["LocalTime"] == "20261123100000"  # fmt: skip


def test_hostile_headers_prove_nothing(lobby, password):
    nonce = lobby.nonces.make(MONDAY)
    for one in hostile.sample(150, "digest"):
        text = one.text.replace("\n", " ")
        for header in (text, f"Digest {text}", f'Digest username="{text}", nonce="{nonce}", uri="/VIID/System/Register", response="{text}"', f'Digest username="{PLATFORM}", nonce="{text}", uri="/VIID/System/Register", response="x"'):  # fmt: skip
            assert ask(lobby, "System/Register", b"{}", authorization=header).status_code == 401
        assert ask(lobby, "System/Keepalive", b"{}", user_identify=text).status_code == 401


def test_digest_as_the_rfc_has_it():
    header = 'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    given_ = digest.parts(header)  # RFC 2617, 3.5
    assert digest.fits(given_, "Circle Of Life", "GET")
    assert not digest.fits(given_, "Circle Of Life", "POST")
    assert not digest.fits(given_ | {"algorithm": "MD5-sess"}, "Circle Of Life", "GET")
    assert digest.parts("Basic eDp5") == {}


_ANY = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["ApeID", "IsOnline", "CurrentTime", "APEStatusObject", "a"]), inner, max_size=3), max_leaves=8)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(lists=st.dictionaries(st.sampled_from(["DeviceStatusList", "APSStatusObjectList", "DeviceList", "FaceObjectList", "Odd", "NotificationID"]), _ANY, max_size=3))  # fmt: skip
def test_any_notification_is_answered(lobby, password, lists):
    if PLATFORM not in lobby.here:
        register(lobby, password)
    answer = ask(lobby, "SubscribeNotifications", notification(**lists), user_identify=PLATFORM)
    assert answer.status_code == 200
