"""GB/T 26875.3 on a real port of TCP with a real PostgreSQL: what was confirmed is stored, also after `kill -9`."""

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
from lifang.sensing.adapters.gb26875 import BEIJING, TAKEN, clock_of, read
from lifang.sensing.models import Alarm, Observation
from lifang.sensing.terms import KeyKind
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.test_panels import OURS, packet, part, system


class Listener:
    """The process, and a transmission device's line."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "panels.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.child: subprocess.Popen[bytes] | None = None
        self.line: socket.socket | None = None

    def start(self) -> None:
        env = {**os.environ, "LIFANG_FIRE_LISTEN": f"127.0.0.1:{self.port}", "LIFANG_FIRE_FROM": "127.0.0.0/8"}  # fmt: skip
        with self.log.open("ab") as log:
            self.child = subprocess.Popen([sys.executable, "-m", "lifang.boot.panels"], env=env, stdout=log, stderr=log)  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            with suppress(OSError):
                self.line = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                return
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def send(self, data: bytes) -> None:
        assert self.line
        self.line.sendall(data)

    def confirmed(self) -> int:
        """The number of the next confirmation."""
        assert self.line
        said = b""
        while len(said) < 30:
            said += self.line.recv(30 - len(said))
        found = read(said)
        assert found.command == TAKEN
        return found.number

    def kill(self) -> None:
        if self.child:
            self.child.kill()
            self.child.wait()
        if self.line:
            self.line.close()


@pytest.fixture
def listener(real_db, tmp_path) -> Iterator[Listener]:
    made = Listener(tmp_path)
    yield made
    made.kill()


@pytest.mark.covers("S4-06")
def test_what_was_confirmed_is_stored_also_after_a_kill(listener: Listener):
    now = datetime.now(UTC).replace(microsecond=0)
    hub = make_device(type="fire_transmitter", code=OURS, at=now)
    make_device(type="fire_panel", code=f"{OURS}-1-1", gateway=hub.pk, at=now)
    actions.issue_device_key(actor=SYSTEM, device=hub, at=now, kind=KeyKind.LINE)
    confirmed = set[int]()
    for turn in range(2):
        listener.start()
        for n in range(40):
            number = turn * 100 + n
            app = bytearray(part(0x02 if n == 20 else 0x00, f"部位 {number}"))
            app[-6:] = clock_of(now.astimezone(BEIJING))
            listener.send(packet(number, bytes(app)))
            confirmed.add(listener.confirmed())
        listener.send(packet(turn * 100 + 90, system(0x03, now)))  # nobody waits for this answer
        listener.kill()  # -9, with nothing said
    assert len(confirmed) == 80
    with behind(SYSTEM):
        rows = Observation.objects.filter(series__device__code=f"{OURS}-1-1", series__measure__in=["fire", "heartbeat"])  # fmt: skip
        said = [row.facts.get("said", "") for row in rows if row.facts and row.facts.get("said")]
        assert sorted(said) == sorted(
            f"部位 {number}" for number in confirmed
        )  # none lost, none double
        assert Alarm.objects.filter(rule="fire").count() == 1
