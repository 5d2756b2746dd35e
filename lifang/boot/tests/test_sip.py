"""GB/T 28181 on a real port of UDP with a real PostgreSQL: what was answered with 200 is stored, also after `kill -9`."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing import actions
from lifang.sensing.models import Observation
from lifang.sensing.terms import KeyKind
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.test_sip import CAMERA, PLATFORM, SERVER, alarm, datagram, proof

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


class Listener:
    """The process, and a camera's socket."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "sip.log"
        self.camera = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.camera.bind(("127.0.0.1", 0))
        self.camera.settimeout(2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {**os.environ, "LIFANG_SIP_LISTEN": f"127.0.0.1:{self.port}", "LIFANG_SIP_ID": SERVER}
        with self.log.open("ab") as log:
            self.child = subprocess.Popen([sys.executable, "-m", "lifang.boot.sip"], env=env, stdout=log, stderr=log)  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            with suppress(TimeoutError, ConnectionError):
                self.ask(datagram("OPTIONS", time.monotonic_ns()), seconds=0.3)
                return
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]

    def ask(self, data: bytes, seconds: float = 10) -> bytes:
        """Sent as RFC 3261 sends by UDP: again until it is answered."""
        deadline, pause = time.monotonic() + seconds, 0.25
        while time.monotonic() < deadline:
            with suppress(ConnectionError):
                self.camera.sendto(data, ("127.0.0.1", self.port))
            self.camera.settimeout(pause)
            with suppress(TimeoutError, ConnectionError):
                while True:
                    said = self.camera.recv(65_535)
                    if said.startswith(b"SIP/2.0") and _mark(data) in said:
                        return said
            pause = min(pause * 2, 2)
        raise TimeoutError

    def register(self, password: str, number: int) -> None:
        first = self.ask(datagram("REGISTER", number))
        done = self.ask(datagram("REGISTER", number + 1, Authorization=proof(first, password)))
        assert done.startswith(b"SIP/2.0 200"), done

    def kill(self) -> None:
        if self.child:
            self.child.kill()
            self.child.wait()

    def close(self) -> None:
        self.kill()
        self.camera.close()


def _mark(data: bytes) -> bytes:
    return next(line for line in data.split(b"\r\n") if line.startswith(b"CSeq:"))


@pytest.fixture
def listener(real_db, tmp_path) -> Iterator[Listener]:
    made = Listener(tmp_path)
    yield made
    made.close()


@pytest.mark.covers("S0-29")
def test_what_was_answered_is_stored_also_after_a_kill(listener: Listener):
    hub = make_device(type="gateway", code="NVR", video_code=PLATFORM, at=NOW)
    make_device(type="camera", code="C1", video_code=CAMERA, gateway=hub.pk, at=NOW)
    password = actions.issue_device_key(actor=SYSTEM, device=hub, at=datetime.now(UTC), kind=KeyKind.DIGEST).token  # fmt: skip
    answered: list[int] = []
    for turn in range(3):
        listener.start()
        listener.register(password, 1 + turn * 1000)
        for n in range(40):
            serial = turn * 1000 + 100 + n
            if listener.ask(datagram("MESSAGE", serial, alarm(serial))).startswith(b"SIP/2.0 200"):
                answered.append(serial)
        listener.kill()  # -9, with nothing said
    assert len(answered) == 120
    with behind(SYSTEM):
        kept = Observation.objects.filter(series__device__video_code=CAMERA, series__measure="motion")  # fmt: skip
        assert kept.count() == 120  # none lost, none double
