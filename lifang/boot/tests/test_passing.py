"""Observations posted at the web process go on to the gate, and what was acknowledged is there once."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from lifang.boot import passing
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing import actions
from lifang.sensing.models import Counted, Latest, Observation
from lifang.sensing.tests.make import make_device, make_series


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


PATH = "/sta/v1.1/Observations"
PROGRAMS = {
    "gate": ["--interface", "asgi", "--loop", "uvloop", "lifang.boot.gate:app"],
    "web": ["--interface", "wsgi", "--blocking-threads", "2", "lifang.boot.wsgi:application"],
}


def asked(body: bytes = b"{}", **more: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": PATH, "QUERY_STRING": "", "CONTENT_LENGTH": str(len(body)), "HTTP_AUTHORIZATION": "Bearer lf_x", "wsgi.input": BytesIO(body), **more,
    }  # fmt: skip


@contextmanager
def gate_that(answers: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:  # fmt: skip
    """Somebody at the gate's port; closes after what it says, unless that says how long it is."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                while data := line.recv(65_536):
                    heard.append(data)
                    said = answers(data)
                    line.sendall(said)
                    if b"content-length" not in said:
                        break

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    monkeypatch.setattr(passing, "config", lambda: SimpleNamespace(gate_listens=port, host="127.0.0.1"))  # fmt: skip
    monkeypatch.setattr(passing, "_HELD", threading.local())
    try:
        yield heard
    finally:
        held = getattr(passing._HELD, "line", None)
        if held:
            held.close()
        server.shutdown(socket.SHUT_RDWR)  # wakes who waits for a call
        server.close()


def told(environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes] | None:
    found: list[Any] = []
    body = passing.passed(environ, lambda status, headers: found.extend((status, dict(headers))))
    return None if body is None else (found[0], found[1], b"".join(body))


GOOD = b"HTTP/1.1 201 Created\r\nlocation: /x\r\nconnection: close\r\ncontent-length: 4\r\n\r\n"


def test_it_is_passed_on_with_its_key_and_language_and_answered_as_the_gate_answers(monkeypatch):
    with gate_that(lambda _: GOOD + b"true", monkeypatch) as heard:
        for _ in "12":
            answer = told(asked(b'{"a":1}', HTTP_ACCEPT_LANGUAGE="en", HTTP_HOST="lifang.example"))
            assert answer == ("201 Created", {"location": "/x", "content-length": "4"}, b"true")
    head, _, body = heard[1].partition(b"\r\n\r\n")
    assert body == b'{"a":1}'
    assert {b"Authorization: Bearer lf_x", b"Accept-Language: en", b"Host: lifang.example", b"Content-Length: 7"} <= set(head.split(b"\r\n"))  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        {"REQUEST_METHOD": "GET"}, {"HTTP_AUTHORIZATION": ""}, {"PATH_INFO": "/sta/v1.1/Things"}, {"PATH_INFO": f"{PATH}('1-1-1')"}, {"PATH_INFO": f"{PATH}\n"},
        {"QUERY_STRING": "lang=en"}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "-1"}, {"CONTENT_LENGTH": "99999999"},
    ],
    ids=str,
)  # fmt: skip
def test_all_else_is_for_the_pages(monkeypatch, more):
    with gate_that(lambda _: GOOD + b"true", monkeypatch) as heard:
        assert told(asked(**more)) is None
    assert heard == []


def test_what_the_gate_does_not_find_plain_is_answered_here(monkeypatch):
    environ = asked(b"kept")
    with gate_that(lambda _: b"HTTP/1.1 421 Misdirected\r\ncontent-length: 0\r\n\r\n", monkeypatch) as heard:  # fmt: skip
        assert told(environ) is None
    assert b"x-lifang-passed: 1" in heard[0]
    assert environ["wsgi.input"].read() == b"kept"


def test_without_a_gate_the_web_process_answers_itself(monkeypatch):
    with gate_that(lambda _: b"", monkeypatch):
        pass
    environ = asked(b"kept")
    assert told(environ) is None
    assert environ["wsgi.input"].read() == b"kept"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 201", b"SSH-2.0\r\n\r\n", GOOD[:30], GOOD.replace(b"content-length: 4", b"x: 4"), b"HTTP/1.1 201 Created\r\ncontent-Length: x\r\n\r\n", GOOD.replace(b"content-length", b"Content-Length") + b"t"])  # fmt: skip
def test_when_the_gate_breaks_off_it_is_to_be_sent_again(monkeypatch, said):
    with gate_that(lambda _: said, monkeypatch):
        answer = told(asked())
    assert answer is not None
    assert (answer[0], answer[1]["Retry-After"], json.loads(answer[2])["code"]) == ("503 Service Unavailable", "2", 503)  # fmt: skip


def test_a_line_that_the_gate_has_closed_is_opened_anew(monkeypatch):
    with gate_that(lambda _: GOOD.replace(b"content-length", b"Content-Length") + b"true", monkeypatch) as heard:  # fmt: skip
        for turn in range(3):
            assert told(asked()) is not None
            deadline = time.monotonic() + 5
            while passing._HELD.line.rests() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert len(heard) == turn + 1


class House:
    """Gate and web as the platform starts them."""

    def __init__(self) -> None:
        self.ports = {"gate": free_port(), "web": free_port()}
        self.env = {**os.environ, "LIFANG_GATE_PORT": str(self.ports["gate"]), "LIFANG_PORT": str(self.ports["web"])}  # fmt: skip
        self.children = {name: self.start(name) for name in PROGRAMS}

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "lifang.boot.serve", "--host", "127.0.0.1", "--no-ws", "--workers", "1", "--port", str(self.ports[name]), *PROGRAMS[name]]  # fmt: skip
        return subprocess.Popen(command, env=self.env, start_new_session=True)

    def await_(self, name: str) -> None:
        deadline = time.monotonic() + 90
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.ports[name]), 1).close()
            except OSError:
                assert time.monotonic() < deadline, name
                time.sleep(0.1)
            else:
                return

    def kill(self, name: str) -> None:
        """-9, with all its workers and with nothing said."""
        child = self.children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def close(self) -> None:
        for name in list(self.children):
            self.kill(name)


@pytest.fixture
def house(real_db) -> Iterator[House]:
    made = House()
    yield made
    made.close()


def test_what_was_acknowledged_is_stored_once_also_when_the_gate_is_killed(house: House):
    """Five post at once; the gate is killed in the middle, and later it is back."""
    now = datetime.now(UTC).replace(microsecond=0)
    tank = make_device(type="water_level", code="W-1", at=now - timedelta(days=1))
    level = make_series(tank, "water_level").pk
    token = actions.issue_device_key(actor=SYSTEM, device=tank, at=now).token
    for name in PROGRAMS:
        house.await_(name)
    answers: dict[int, int] = {}

    def post(first: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", house.ports["web"], timeout=60)
        for number in range(first, first + 30):
            body = {"Datastream": {"@iot.id": level}, "result": 0.1, "phenomenonTime": (now - timedelta(seconds=number)).isoformat()}  # fmt: skip
            line.request("POST", PATH, json.dumps(body), {"Authorization": f"Bearer {token}"})
            answer = line.getresponse()
            answer.read()
            answers[number] = answer.status

    posting = [threading.Thread(target=post, args=(first,)) for first in range(0, 150, 30)]
    for one in posting:
        one.start()
    while len(answers) < 60:
        time.sleep(0.01)
    house.kill("gate")
    for one in posting:
        one.join()
    assert set(answers.values()) <= {201, 503}
    acknowledged = {now - timedelta(seconds=number) for number, status in answers.items() if status == 201}  # fmt: skip
    assert len(acknowledged) >= 140  # the others were on their way when it died
    with behind(SYSTEM):
        there = list(Observation.objects.filter(series=level).values_list("at", flat=True))
        assert len(there) == len(set(there))
        assert acknowledged <= set(there)
        assert sum(Counted.objects.filter(way="sta", reason="").values_list("count", flat=True)) >= len(acknowledged)  # fmt: skip
    house.children["gate"] = house.start("gate")
    house.await_("gate")
    post(1000)
    assert {answers[number] for number in range(1000, 1030)} == {201}
    with behind(SYSTEM):
        await_looked_at(level, now)


def await_looked_at(level: int, now: datetime) -> None:
    """Each observation once, also what the killed gate had not come to."""
    while actions.look_at_left(at=now + timedelta(minutes=5)):
        pass
    deadline = time.monotonic() + 20
    while Latest.objects.get(series=level).readings < Observation.objects.filter(series=level).count():  # fmt: skip
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert Latest.objects.get(series=level).readings == Observation.objects.filter(series=level).count()  # fmt: skip
