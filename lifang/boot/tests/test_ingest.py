"""From a device over MQTT to a committed row, on a real NATS and a real PostgreSQL, with workers that are killed."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
import psutil
import pytest

from lifang.boot.engines.nats import Nats, free
from lifang.boot.lanes import BULK, GUARD, LANES, RECEIVED, STREAM, asked, ensure, url_of
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.mqtt import Line
from lifang.sensing import actions
from lifang.sensing.models import Device, Latest, Observation, Quarantined
from lifang.sensing.terms import Poison
from lifang.sensing.tests.make import make_device

SECRETS = {name: name[0] * 40 for name in ("app", "sys", "ingest", "issuer")}
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def _port() -> int:
    return next(port for port in range(21_000 + os.getpid() % 5000, 60_000) if free("127.0.0.1", port))  # fmt: skip


class Site:
    """A broker, a database, and as many workers as a test wants."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port, self.workers = port, list[subprocess.Popen[bytes]]()
        self.nats = Nats(folder / "nats", folder / "nats.log", folder / "nats.pid", SECRETS, "", f"127.0.0.1:{port}")  # fmt: skip
        self.log = folder / "ingest.log"

    def start_worker(self) -> subprocess.Popen[bytes]:
        env = {**os.environ, "LIFANG_NATS_URL": self.nats.url, "LIFANG_DEVICES_URL": self.nats.devices_url, "LIFANG_NATS_ISSUER_SECRET": SECRETS["issuer"]}  # fmt: skip
        with self.log.open("ab") as log:
            worker = subprocess.Popen([sys.executable, "-m", "lifang.boot.ingest"], env=env, stdout=log, stderr=log)  # fmt: skip
        self.workers.append(worker)
        return worker

    def line(self, user: str, password: str = "") -> Line:
        """Opened as soon as somebody lets devices in."""
        last: Exception | None = None
        for _ in range(150):
            try:
                return Line(self.port, user, password)
            except (ConnectionError, TimeoutError) as error:
                last = error
                time.sleep(0.2)
        raise AssertionError(f"nobody lets devices in: {last}\n{self.log.read_text()[-2000:]}")

    def close(self) -> None:
        for worker in self.workers:
            with suppress(ProcessLookupError):
                worker.kill()
            worker.wait()
        self.nats.stop()


@pytest.fixture
def site(real_db) -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="lf-"))  # short, and open to the user NATS runs as
    folder.chmod(0o755)
    made = Site(folder, _port())
    made.nats.start()
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def hub(real_db) -> tuple[Device, str]:
    """A gateway and the text of its key."""
    device = make_device(type="gateway", code="HUB", at=NOW)
    return device, actions.issue_device_key(actor=SYSTEM, device=device, at=datetime.now(UTC)).token


def eventually(asked: Callable[[], Any], wanted: Any, seconds: float = 30) -> None:
    """Asks until the answer is the wanted one."""
    deadline = time.monotonic() + seconds
    with behind(SYSTEM):
        while (found := asked()) != wanted:
            assert time.monotonic() < deadline, (found, wanted)
            time.sleep(0.1)


def test_devices_speak_by_mqtt_and_only_for_themselves(site: Site, hub):
    device, token = hub
    make_device(type="smoke", code="kitchen", gateway=device.pk, at=NOW)
    prefix = token.split("_")[1]
    site.start_worker()
    with site.line(prefix, token) as line:
        line.publish([(f"d/{prefix}/zigbee2mqtt/kitchen", b'{"smoke": true, "battery": 90}')])
        eventually(lambda: {row.series.measure: row.value for row in Latest.objects.select_related("series")}, {"smoke": 1.0, "battery": 90.0})  # fmt: skip
        # ThingsBoard's topic does not say who speaks; the line does.
        line.publish([("v1/devices/me/telemetry", b'{"temperature": 31.5}')])
        eventually(lambda: Latest.objects.filter(series__device=device, value=31.5).count(), 1)
        # A receipt is no proof: what one may not say is acknowledged by the broker and goes nowhere.
        line.publish([("d/ANOTHER9/zigbee2mqtt/kitchen", b'{"smoke": false}')])
        line.publish([(f"d/{prefix}/zigbee2mqtt/*", b"{}"), (f"d/{prefix}/zigbee2mqtt/a>", b"{}"), (f"d/{prefix}/zigbee2mqtt/kitchen", b"\xff\xfe")])  # fmt: skip
        eventually(lambda: sorted(Quarantined.objects.values_list("reason", flat=True)), sorted([Poison.TOPIC, Poison.TOPIC, Poison.NOT_JSON]))  # fmt: skip
        with behind(SYSTEM):
            assert Latest.objects.get(series__measure="smoke").value == 1.0
    # A blank in a topic ends the line; nothing of it is stored.
    with pytest.raises(ConnectionError), site.line(prefix, token) as line:
        line.publish([(f"d/{prefix}/zigbee2mqtt/front door", b"{}")])
    for user, password in ((prefix, token[:-1] + "?"), ("OTHER234", token), ("", ""), (prefix, "")):
        with pytest.raises(ConnectionError):
            Line(site.port, user, password, client="x")
    with behind(SYSTEM):
        actions.revoke_device_key(actor=SYSTEM, device=device, at=datetime.now(UTC))
    with pytest.raises(ConnectionError):
        Line(site.port, prefix, token)


def test_killed_workers_lose_nothing_and_double_nothing(site: Site, hub):
    _, token = hub
    prefix = token.split("_")[1]
    site.start_worker()
    first = site.start_worker()
    sent = 0
    with site.line(prefix, token) as line:
        for round_ in range(12):
            line.publish(_said(prefix, sent, 500))
            sent += 500
            if round_ % 3 == 1:
                os.kill(first.pid, signal.SIGKILL)
                first.wait()
                first = site.start_worker()
    eventually(Observation.objects.count, sent, seconds=90)
    time.sleep(1)
    with behind(SYSTEM):
        assert Observation.objects.count() == sent
        assert Observation.objects.filter(value=float(sent - 1)).count() == 1
        assert Quarantined.objects.count() == 0


def test_what_may_tell_of_danger_is_on_disk_before_its_receipt_and_counts_once(site: Site, hub):
    device, token = hub
    make_device(type="smoke", code="kitchen", gateway=device.pk, at=NOW)
    prefix = token.split("_")[1]
    worker = site.start_worker()
    with site.line(prefix, token) as line:
        worker.kill()
        worker.wait()
        line.publish(_said(prefix, 0, 40))
        line.tell(f"d/{prefix}/lifang", b'{"values": {"heartbeat": 999}}')
        line.hand_over(f"d/{prefix}/lifang", b'{"values": {"heartbeat": 998}}')
        line.publish(_said(prefix, 40, 1))
    kept = asyncio.run(_kept(site.nats.devices_url))
    # The broker's own store of this lane, synced at every message, has all that was acknowledged.
    assert kept[GUARD, RECEIVED] == (42, None)
    assert kept[BULK, RECEIVED] == (0, "async")
    assert kept[BULK, STREAM] == (0, "async")
    site.start_worker()
    eventually(Observation.objects.count, 43)
    time.sleep(1)
    with behind(SYSTEM):
        assert sorted(Observation.objects.values_list("value", flat=True)) == [*map(float, range(41)), 998.0, 999.0]  # fmt: skip
    assert asyncio.run(_kept(site.nats.devices_url))[GUARD, RECEIVED] == (0, None)


async def _kept(devices_url: str) -> dict[tuple[str, str], tuple[int, str | None]]:
    """How many messages each stream has, and how it writes them."""
    found = {}
    for account in (BULK, GUARD):
        client = await nats.connect(url_of(devices_url, account))
        for name in (STREAM, RECEIVED):
            told = await asked(client, f"STREAM.INFO.{name}")
            found[account, name] = told["state"]["messages"], told["config"].get("persist_mode")
        await client.close()
    return found


def test_a_worker_ends_by_itself_when_asked_also_while_the_stream_is_away(site: Site, hub):
    _, token = hub
    worker = site.start_worker()
    with site.line(token.split("_")[1], token):  # it has let somebody in: all its threads run
        worker.terminate()
        assert worker.wait(10) == 0
    site.nats.stop()
    worker = site.start_worker()
    eventually(lambda: "the stream is away" in site.log.read_text(), True)
    worker.terminate()
    assert worker.wait(10) == 0


def test_neither_process_of_a_worker_works_without_the_other(site: Site, hub):
    _, token = hub
    worker = site.start_worker()
    site.line(token.split("_")[1], token).__exit__()
    (guard,) = psutil.Process(worker.pid).children()
    guard.kill()
    worker.wait(30)  # and the supervisor begins both again
    worker = site.start_worker()
    site.line(token.split("_")[1], token).__exit__()
    (guard,) = psutil.Process(worker.pid).children()
    worker.kill()
    guard.wait(30)


def test_a_reader_that_hears_only_of_old_requests_comes_back(site: Site):
    asyncio.run(ensure(site.nats.devices_url))
    line = LANES[0].open(site.nats.devices_url)
    line.most = 100
    for _ in range(
        12
    ):  # a dozen requests, of each of which the server says in five seconds that nothing came
        line.owed = 0
        line._ask()
        time.sleep(0.4)
    begun = time.monotonic()
    for _ in range(8):
        assert line.fetch(0.5) == []
    assert time.monotonic() - begun < 8
    assert line.owed >= 0
    line.close()


def _said(prefix: str, first: int, count: int) -> list[tuple[str, bytes]]:
    """Messages without a time: that of the stream is theirs, however often they come."""
    return [(f"d/{prefix}/lifang", json.dumps({"values": {"heartbeat": n}}).encode()) for n in range(first, first + count)]  # fmt: skip
