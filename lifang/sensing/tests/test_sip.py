"""GB/T 28181 by datagrams: registered by digest, alarms answered when they are stored, repeats answered alike; and any bytes survived."""

import contextlib
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.adapters import markup
from lifang.sensing.api.batches import NotStored
from lifang.sensing.api.sip import Registrar, parsed
from lifang.sensing.models import Alarm, Counted, Latest, Observation, Quarantined
from lifang.sensing.rules import Refusing, digest
from lifang.sensing.terms import KeyKind, Poison
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.test_hooks import Here

SERVER, PLATFORM, CAMERA = "99010100002000000001", "99010100001180000001", "99010100001320000001"
PEER = ("192.0.2.9", 5060)


@pytest.fixture
def registrar(db, monkeypatch) -> Registrar:
    for module in ("batches", "scribes", "sip"):
        monkeypatch.setattr(f"lifang.sensing.api.{module}.close_old_connections", lambda: None)
    return Registrar(Here(lambda: MONDAY), SERVER)


@pytest.fixture
def password(db) -> str:
    hub = make_device(type="gateway", code="NVR", video_code=PLATFORM)
    make_device(type="camera", code="C1", video_code=CAMERA, gateway=hub.pk)
    return actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY, kind=KeyKind.DIGEST).token


def datagram(method: str, number: int, body: bytes = b"", user: str = PLATFORM, **more: str) -> bytes:  # fmt: skip
    lines = [
        f"{method} sip:{SERVER}@9901010000 SIP/2.0", f"Via: SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bK{method}{number}", f"From: <sip:{user}@9901010000>;tag=1",
        f"To: <sip:{SERVER}@9901010000>", f"Call-ID: {number}@192.0.2.9", f"CSeq: {number} {method}", f"Contact: <sip:{user}@192.0.2.9:5060>", "Max-Forwards: 70",
        *(f"{name.replace('_', '-')}: {value}" for name, value in more.items()), f"Content-Length: {len(body)}", "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + body


def tell(registrar: Registrar, data: bytes, sender: tuple[str, int] = PEER) -> list[bytes]:
    """Nothing in it waits here, so it needs no loop."""
    answers: list[bytes] = []
    hearing = registrar.hear(data, sender)
    try:
        hearing.send(None)
    except StopIteration as done:
        answers = done.value
    return answers


def status(answers: list[bytes]) -> int:
    return int(answers[0].split(b" ", 2)[1])


def proof(challenge: bytes, password: str, user: str = PLATFORM) -> str:
    """As a camera reckons it: RFC 2617 by hand."""
    head = challenge.decode().partition("WWW-Authenticate: ")[2].partition("\r\n")[0]
    asked = digest.parts(head)

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    uri = f"sip:{SERVER}@9901010000"
    first, second = md5(f"{user}:{asked['realm']}:{password}"), md5(f"REGISTER:{uri}")
    response = md5(f"{first}:{asked['nonce']}:{second}")  # without qop, as most cameras
    return f'Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", response="{response}", algorithm=MD5'


def register(registrar: Registrar, password: str, number: int = 1, user: str = PLATFORM, expires: int = 3600, **more: Any) -> list[bytes]:  # fmt: skip
    first = tell(registrar, datagram("REGISTER", number, user=user, Expires=str(expires)), **more)
    assert status(first) == 401
    return tell(registrar, datagram("REGISTER", number + 1, user=user, Expires=str(expires), Authorization=proof(first[0], password, user)), **more)  # fmt: skip


def alarm(serial: int, method: int = 5, kind: int = 2, device: str = CAMERA, said: str = "移动侦测") -> bytes:  # fmt: skip
    text = f'<?xml version="1.0" encoding="UTF-8"?><Notify><CmdType>Alarm</CmdType><SN>{serial}</SN><DeviceID>{device}</DeviceID><AlarmPriority>1</AlarmPriority><AlarmMethod>{method}</AlarmMethod><AlarmTime>2026-11-23T09:59:00</AlarmTime><AlarmDescription>{said}</AlarmDescription><Info><AlarmType>{kind}</AlarmType></Info></Notify>'  # fmt: skip
    return text.encode("gb18030")  # under a header that says UTF-8


def values(code: str = CAMERA) -> dict[str, float]:
    with behind(SYSTEM):
        rows = Latest.objects.filter(series__device__video_code=code).select_related("series")
        return {row.series.measure: row.value for row in rows}


def test_a_platform_registers_and_its_alarm_is_answered_and_responded_to(registrar, password):
    done = register(registrar, password)
    assert status(done) == 200
    assert b"\r\nDate: 2026-11-23T10:00:00.000\r\n" in done[0]
    assert values(PLATFORM) == {"online": 1.0}
    ok, response = tell(registrar, datagram("MESSAGE", 5, alarm(7)))
    assert ok.startswith(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;rport=5060;branch=z9hG4bKMESSAGE5;received=192.0.2.9\r\n")  # fmt: skip
    assert response.startswith(b"MESSAGE sip:" + PLATFORM.encode())
    assert b"<SN>7</SN>" in response
    assert b"<Result>OK</Result>" in response
    assert values() == {"motion": 1.0}
    with behind(SYSTEM):
        assert Observation.objects.get(series__measure="motion").facts["said"] == "移动侦测"
        assert {row.way for row in Counted.objects.all()} == {"sip"}


def test_an_intrusion_is_an_alarm_on_the_wall_and_motion_is_none(registrar, password):
    register(registrar, password)
    tell(registrar, datagram("MESSAGE", 5, alarm(7)))
    with behind(SYSTEM):
        assert not Alarm.objects.exists()
    tell(registrar, datagram("MESSAGE", 6, alarm(8, kind=6, said="入侵")))
    tell(registrar, datagram("MESSAGE", 7, alarm(9, method=2, kind=9)))
    with behind(SYSTEM):
        assert sorted(Alarm.objects.values_list("rule", flat=True)) == [
            "video_event",
            "video_input",
        ]


def test_the_same_datagram_gets_the_same_answer_and_the_same_alarm_is_one(registrar, password):
    register(registrar, password)
    first = tell(registrar, datagram("MESSAGE", 5, alarm(7)))
    assert tell(registrar, datagram("MESSAGE", 5, alarm(7))) == first[:1]
    assert (
        status(tell(registrar, datagram("MESSAGE", 6, alarm(7)))) == 200
    )  # sent anew: no Response had come
    with behind(SYSTEM):
        assert Observation.objects.filter(series__measure="motion").count() == 1


def test_what_is_not_stored_is_not_answered_with_ok(registrar, password, monkeypatch):
    register(registrar, password)

    async def fails(*_: Any) -> None:
        raise NotStored

    monkeypatch.setattr(registrar.gate, "take", fails)
    assert status(tell(registrar, datagram("MESSAGE", 5, alarm(7)))) == 503
    assert values() == {}


def test_alive_and_gone(registrar, password):
    register(registrar, password)
    alive = f"<Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>{PLATFORM}</DeviceID><Status>OK</Status></Notify>".encode()  # fmt: skip
    assert status(tell(registrar, datagram("MESSAGE", 5, alive))) == 200
    registrar.gate.clock = lambda: MONDAY + timedelta(minutes=5)
    register(registrar, password, number=10, expires=0)
    assert values(PLATFORM)["online"] == 0.0
    assert status(tell(registrar, datagram("MESSAGE", 12, alive))) == 403
    registrar.gate.clock = lambda: MONDAY + timedelta(minutes=10)
    register(registrar, password, number=20, expires=600)
    registrar.gate.clock = lambda: MONDAY + timedelta(minutes=21)
    assert status(tell(registrar, datagram("MESSAGE", 23, alive))) == 403


def test_who_does_not_know_the_password_or_comes_from_elsewhere_is_not_heard(registrar, password):
    assert status(register(registrar, password + "x")) == 401
    assert status(tell(registrar, datagram("MESSAGE", 5, alarm(7)))) == 403
    assert status(register(registrar, password, number=10, user=CAMERA)) == 401
    register(registrar, password, number=20)
    assert status(tell(registrar, datagram("MESSAGE", 6, alarm(7)), sender=("192.0.2.10", 5060))) == 403  # fmt: skip
    assert values() == {}
    other = make_device(type="camera", code="C9", video_code="99010100001320000009")
    tell(registrar, datagram("MESSAGE", 7, alarm(8, device=other.video_code)))
    with behind(SYSTEM):
        assert Quarantined.objects.get().reason == Poison.UNKNOWN_DEVICE


def test_a_proof_is_for_one_moment(registrar, password):
    first = tell(registrar, datagram("REGISTER", 1))
    header = proof(first[0], password)
    registrar.gate.clock = lambda: MONDAY + timedelta(minutes=6)
    assert status(tell(registrar, datagram("REGISTER", 2, Authorization=header))) == 401


def test_there_is_no_video(registrar, password):
    register(registrar, password)
    assert status(tell(registrar, datagram("INVITE", 5))) == 405
    assert status(tell(registrar, datagram("OPTIONS", 6))) == 200
    assert tell(registrar, datagram("ACK", 7)) == []


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "' + b"&a;" * 1000 + b'">]><Notify><CmdType>&b;</CmdType></Notify>',
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Notify><CmdType>&x;</CmdType></Notify>',
        b'<!DOCTYPE r SYSTEM "http://192.0.2.1/x.dtd"><Notify/>',
        b"<a>" * 30 + b"</a>" * 30,
        b"<Notify>" + b"<a/>" * 6000 + b"</Notify>",
        b"<Notify" + b" a='1'" * 10 + b">",
        b"\xff\xfe\x00",
        b"",
    ],
)  # fmt: skip
def test_hostile_markup_is_refused_kept_and_answered(registrar, password, body):
    register(registrar, password)
    assert status(tell(registrar, datagram("MESSAGE", 5, body))) == 400
    with behind(SYSTEM):
        assert Quarantined.objects.get().reason in (Poison.NOT_XML, Poison.TOO_LARGE, Poison.SHAPE)


def test_markup_is_read_whatever_its_header_says():
    for encoding in ("utf-8", "gb18030", "gb2312", "gbk"):
        said = '<?xml version="1.0" encoding="iso-8859-1"?><a x="1"><b>烟雾</b></a>'.encode(
            encoding
        )
        assert markup.read(said).said("b") == "烟雾"
    with pytest.raises(Refusing):
        markup.read(b"<a>" + b"x" * 300_000 + b"</a>")


_PIECES = st.lists(st.sampled_from([b"REGISTER", b"MESSAGE", b" ", b"sip:x SIP/2.0", b"\r\n", b"Via: ", b"From: <sip:99010100001180000001@x>", b"To: x", b"Call-ID: 1", b"CSeq: 1 MESSAGE", b"Content-Length: -1", b"\r\n\r\n", b"<Notify/>", b"\x00", b"Authorization: Digest username="]) | st.binary(max_size=12), max_size=20)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(data=_PIECES.map(b"".join) | st.binary(max_size=200))
def test_any_datagram_is_answered_or_passed_over(registrar, data):
    for one in tell(registrar, data):
        assert one.startswith(b"SIP/2.0 ")
        assert parsed(one) is None  # two of us do not talk to one another


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(body=st.binary(max_size=120), number=st.integers(10, 10_000_000))
def test_any_body_of_a_registered_device_is_stored_or_refused_with_a_counted_reason(registrar, password, body, number):  # fmt: skip
    if PLATFORM not in registrar.here:
        register(registrar, password)
    with behind(SYSTEM):
        before = sum(Counted.objects.values_list("count", flat=True))
    registrar.answered.clear()
    assert status(tell(registrar, datagram("MESSAGE", number, body))) in (200, 400)
    with behind(SYSTEM):
        assert sum(Counted.objects.values_list("count", flat=True)) == before + 1


def test_hostile_headers_break_no_line(registrar, password):
    for number, one in enumerate(hostile.sample(150, "sip")):
        with contextlib.suppress(UnicodeEncodeError):
            for answer in tell(registrar, datagram("REGISTER", 1000 + number, user=one.text, Authorization=one.text)):  # fmt: skip
                assert b"\r\n\r\n" not in answer[:-4]
