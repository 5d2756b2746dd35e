"""ONVIF by real SOAP over HTTP against a camera of our own making, and a process that is killed."""

import asyncio
import base64
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import markup, onvif
from lifang.sensing.api.onvif import Asking, Camera, NoAnswer
from lifang.sensing.models import Latest, Pull, Quarantined
from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Poison
from lifang.sensing.tests.make import make_device

AHEAD = timedelta(hours=8)  # its clock is wrong, as of many
NS = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:e="http://www.onvif.org/ver10/events/wsdl" xmlns:n="http://docs.oasis-open.org/wsn/b-2" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:a="http://www.w3.org/2005/08/addressing"'


class Peer:
    """A camera: it checks the proof by itself, keeps subscriptions, hands out each message once."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.asked: list[str] = []
        self.subscribed = 0
        self.renewed = 0
        self.nonces: set[str] = set()
        self.broken = ""
        peer = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, said = peer.answer(ElementTree.fromstring(body), self.path)
                raw = said.encode() if isinstance(said, str) else said
                self.send_response(status)
                self.send_header("Content-Type", "application/soap+xml")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}/onvif/device_service"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def event(self, topic: str, name: str, value: str, operation: str = "Changed") -> None:
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
        self.waiting.append(f'<n:NotificationMessage><n:Topic>tns1:{topic}</n:Topic><n:Message><tt:Message UtcTime="{at}" PropertyOperation="{operation}"><tt:Data><tt:SimpleItem Name="{name}" Value="{value}"/></tt:Data></tt:Message></n:Message></n:NotificationMessage>')  # fmt: skip

    def answer(self, root: ElementTree.Element, path: str) -> tuple[int, Any]:
        what = root.find("{*}Body")[0].tag.rpartition("}")[2]  # type: ignore[index]
        self.asked.append(f"{what} {path}")
        if what == "GetSystemDateAndTime":
            now = datetime.now(UTC) + AHEAD
            return _said(f"<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>")  # fmt: skip
        if not self.proved(root):
            return 400, _said("<s:Fault><s:Reason><s:Text>Sender not Authorized</s:Text></s:Reason></s:Fault>")[1]  # fmt: skip
        if what == "GetCapabilities":
            return _said("<d:GetCapabilitiesResponse><d:Capabilities><tt:Events><tt:XAddr>http://10.9.9.9/onvif/events</tt:XAddr></tt:Events></d:Capabilities></d:GetCapabilitiesResponse>")  # fmt: skip
        if what == "CreatePullPointSubscription":
            self.subscribed += 1
            return _said(f"<e:CreatePullPointSubscriptionResponse><e:SubscriptionReference><a:Address>http://10.9.9.9/onvif/sub/{self.subscribed}</a:Address></e:SubscriptionReference></e:CreatePullPointSubscriptionResponse>")  # fmt: skip
        if what == "PullMessages":
            return self._pulled()
        self.renewed += what == "Renew"
        return _said(f"<e:{what}Response/>")

    def _pulled(self) -> tuple[int, Any]:
        if self.broken:
            return 200, self.broken
        for _ in range(100):
            if self.waiting:
                break
            time.sleep(0.02)
        told, self.waiting = self.waiting, []
        return _said(f"<e:PullMessagesResponse>{''.join(told)}</e:PullMessagesResponse>")

    def proved(self, root: ElementTree.Element) -> bool:
        """By the text of the UsernameToken profile, by hand."""
        texts = {one.tag.rpartition("}")[2]: one.text or "" for one in root.iter()}
        nonce, created = texts.get("Nonce", ""), texts.get("Created", "")
        if texts.get("Username") != "admin" or nonce in self.nonces:
            return False
        self.nonces.add(nonce)
        off = datetime.fromisoformat(created) - datetime.now(UTC) - AHEAD
        wanted = base64.b64encode(hashlib.sha1(base64.b64decode(nonce) + created.encode() + "geheim&<密".encode()).digest())  # fmt: skip
        return abs(off) < timedelta(seconds=10) and texts.get("Password", "").encode() == wanted


def _said(body: str) -> tuple[int, str]:
    return 200, f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {NS}><s:Body>{body}</s:Body></s:Envelope>'  # fmt: skip


@pytest.fixture
def peer() -> Iterator[Peer]:
    made = Peer()
    yield made
    made.close()


def camera(peer: Peer, password: str = "geheim&<密") -> Camera:
    return Camera(new_id(), GRID, peer.url, "admin", password)


def asked(peer: Peer, parcels: int, password: str = "geheim&<密", clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[Parcel]:  # fmt: skip
    """What a camera says until so much was heard; or the error."""
    found: list[Parcel] = []

    async def run() -> None:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            enough = asyncio.Event()

            async def tell(given_: list[Parcel]) -> None:
                found.extend(given_)
                if len(found) >= parcels:
                    enough.set()

            async def opened() -> None:
                pass

            task = asyncio.create_task(Asking(camera(peer, password), client, clock).run(tell, opened))  # fmt: skip
            waiting = asyncio.create_task(enough.wait())
            await asyncio.wait({task, waiting}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if task.done():
                task.result()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    return found


def test_a_camera_is_asked_with_its_own_clock_at_the_host_that_was_entered(peer):
    peer.event("RuleEngine/CellMotionDetector/Motion", "IsMotion", "true")
    peer.event("Device/Trigger/DigitalInput", "LogicalState", "false", "Initialized")
    found = asked(peer, 2)
    assert [one.said.values for one in found] == [{"motion": True}, {"input": False}]
    assert [one.split()[0] for one in peer.asked[:5]] == ["GetSystemDateAndTime", "GetCapabilities", "CreatePullPointSubscription", "SetSynchronizationPoint", "PullMessages"]  # fmt: skip
    assert peer.asked[3] == "SetSynchronizationPoint /onvif/sub/1"
    assert peer.asked[-1] == "Unsubscribe /onvif/sub/1"  # it is let go in order


def test_a_subscription_is_renewed(peer):
    began, real = time.monotonic(), datetime.now(UTC)

    def fast() -> datetime:  # five minutes a second, until it is renewed
        return real + timedelta(seconds=(time.monotonic() - began) * (300 if not peer.renewed else 1))  # fmt: skip

    peer.proved = lambda root: True  # type: ignore[method-assign, assignment]
    found = asked(peer, 1, clock=fast)
    assert peer.renewed == 1
    assert found[0].said.values == {"online": True}


def test_a_wrong_password_is_told_as_such(peer):
    with pytest.raises(NoAnswer, match="HTTP 400"):
        asked(peer, 1, password="wrong")
    assert peer.subscribed == 0


@pytest.mark.parametrize(
    "body",
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "<a>" * 100, "x" * 400_000, "{}", "<a/>", f"<s:Envelope {NS}><s:Body><s:Fault><s:Reason><s:Text>no</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"],
)  # fmt: skip
def test_an_answer_that_is_none_ends_the_line(peer, body):
    peer.broken = body
    with pytest.raises((NoAnswer, Refusing)):
        asked(peer, 99)


def test_people_are_refused_and_nothing_of_them_is_kept(peer):
    peer.event("RuleEngine/FaceDetector/Face", "Name", "Zhang-Wuming")
    peer.event("VideoSource/MotionAlarm", "State", "true")
    refused, taken = sorted(asked(peer, 2), key=lambda one: one.said is not None)
    assert (refused.wrong.reason, refused.body) == (Poison.PICTURE, b"")
    assert taken.said.values == {"motion": True}


_PIECES = st.lists(st.sampled_from(["<a>", "</a>", "<NotificationMessage>", "</NotificationMessage>", "<Topic>VideoSource/MotionAlarm</Topic>", "<Message>", "</Message>", '<SimpleItem Name="State" Value="true"/>', "<Data>", "</Data>", "<!DOCTYPE a>", "<![CDATA[x]]>", "&lt;"]) | st.text(max_size=5), max_size=14)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(text=_PIECES.map("".join))
def test_any_answer_is_read_or_refused(text):
    assert _outcome(text.encode(errors="replace")) in ("heard", *Poison)


def test_hostile_answers_are_read_or_refused():
    for one in hostile.sample(200, "onvif"):
        body = f"<a><NotificationMessage><Topic>{one.text}</Topic><Message><Message UtcTime='{one.text}'/></Message></NotificationMessage></a>"  # fmt: skip
        assert _outcome(body.encode(errors="replace")) in ("heard", *Poison)


def _outcome(body: bytes) -> str:
    try:
        onvif.read(markup.read(body))
    except Refusing as refused:
        return refused.reason
    return "heard"


# ------------------------------------------------------------------ who is asked


@pytest.mark.django_db
def test_a_camera_is_entered_changed_and_let_go(community_secretary, refused):
    device = make_device(type="camera", code="C1")
    page = community_secretary.get("sensing:act", device.pk, "events").content.decode()
    assert "ONVIF" in page
    given_ = {"url": "http://192.0.2.7/onvif/device_service", "username": "admin", "password": "geheim"}  # fmt: skip
    assert community_secretary.post("sensing:act", device.pk, "events", data=given_).status_code == 302  # fmt: skip
    page = community_secretary.get("sensing:act", device.pk, "events").content.decode()
    assert "192.0.2.7" in page
    assert "geheim" not in page
    assert "192.0.2.7" in community_secretary.get("sensing:device", device.pk).content.decode()
    community_secretary.post("sensing:act", device.pk, "events", data=given_ | {"password": ""})
    with behind(SYSTEM):
        [pull] = selectors.pulls(SYSTEM)
        assert pull.password == "geheim"  # left empty it stays
    elsewhere = given_ | {"url": "http://192.0.2.8/onvif/device_service", "password": ""}
    community_secretary.post("sensing:act", device.pk, "events", data=elsewhere)
    with behind(SYSTEM):
        assert selectors.pulls(SYSTEM)[0].password == ""  # and is shown to no other host
    for url in ("ftp://x/", "http://", "javascript:1", "http://a b/", "http://u:p@x/", "http://x:99999/"):  # fmt: skip
        with refused("camera_address"):
            actions.watch_camera(actor=SYSTEM, device=device, url=url, username="", password="", at=MONDAY)  # fmt: skip
    community_secretary.post("sensing:act", device.pk, "events", data={"url": "", "username": ""})
    with behind(SYSTEM):
        assert not Pull.objects.exists()


# ------------------------------------------------------------------ the process


@pytest.fixture
def asker(real_db, tmp_path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        with (tmp_path / "onvif.log").open("ab") as log:
            started.append(subprocess.Popen([sys.executable, "-m", "lifang.boot.onvif"], env={**os.environ}, stdout=log, stderr=log))  # fmt: skip
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def _eventually(what: Callable[[], Any], wanted: Any) -> None:
    deadline = time.monotonic() + 60
    with behind(SYSTEM):
        while (found := what()) != wanted:
            assert time.monotonic() < deadline, (found, wanted)
            time.sleep(0.1)


def test_what_happens_at_a_camera_is_stored_and_its_absence_is_said(peer, asker):
    device = make_device(type="camera", code="C1", at=datetime.now(UTC))
    actions.watch_camera(actor=SYSTEM, device=device, url=peer.url, username="admin", password="geheim&<密", at=datetime.now(UTC))  # fmt: skip
    child = asker()
    peer.event("Device/Trigger/DigitalInput", "LogicalState", "true")

    def latest() -> dict[str, float]:
        return {row.series.measure: row.value for row in Latest.objects.select_related("series")}

    _eventually(latest, {"online": 1.0, "input": 1.0})
    child.kill()  # -9
    child.wait()
    time.sleep(2.5)  # the camera still answers whoever was killed: what it hands out then is lost
    asker()
    peer.event("RuleEngine/CellMotionDetector/Motion", "IsMotion", "true")
    _eventually(latest, {"online": 1.0, "input": 1.0, "motion": 1.0})
    peer.broken = "no"
    _eventually(lambda: latest()["online"], 0.0)
    with behind(SYSTEM):
        assert Pull.objects.get().why.startswith("Refusing")
        assert Quarantined.objects.filter(way="onvif").exists()
    peer.broken = ""
    _eventually(lambda: latest()["online"], 1.0)
