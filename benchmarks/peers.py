"""CPU a message against other systems on the same job (row 18): take an observation, look whether a limit is passed, store it, durable.

`python -m benchmarks peers [--peers FOLDER] [--jobs mqtt http things flow]`: FOLDER keeps what is installed of them (PyPI, npm). All use the same PostgreSQL and, by MQTT, a
broker of the same kind; counted is the CPU of everybody but the load: program, broker, database.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg

from benchmarks import ingest
from benchmarks.figures import Figure, reference
from benchmarks.ingest import free_port, process
from benchmarks.posts import Client, api_key, device_key
from benchmarks.telemetry import Town
from benchmarks.web import web
from lifang.core.testing.mqtt import Line

if TYPE_CHECKING:
    from lifang.boot.launch import Launch

BY_MQTT, BY_FLOW, AHEAD = 20_000, 5_000, 2_000
STA_PEER, NODE_RED, PG = "django-ogc-sensorthings==1.2.0", "node-red@4.1.8", "pg@8.16.3"
THINGSBOARD_US = 720  # published: c5.large, 2 vCPU, 500 to 700 messages a second (reference: its performance page)
MONTH = timedelta(days=20)  # well within what is kept
JOBS = ("mqtt", "http", "things", "flow")
PEER = Path(__file__).with_name("peer_things.py")
FLOW = Path(__file__).with_name("peer_flow.json")


class Meter:
    """CPU seconds of whole trees of processes, also of those that have ended since."""

    def __init__(self, *pids: int) -> None:
        self.pids = pids

    def read(self) -> float:
        spent = 0.0
        for pid in self.pids:
            top = psutil.Process(pid)
            for one in (top, *top.children(recursive=True)):
                try:
                    times = one.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                spent += times.user + times.system + times.children_user + times.children_system
        return spent

    def of(self, work: Callable[[], int]) -> tuple[float, float]:
        """CPU microseconds a message, and messages a second."""
        before, begun = self.read(), time.perf_counter()
        done = work()
        spent = time.perf_counter() - begun
        return (self.read() - before) / done * 1e6, done / spent


def main(launch: "Launch", folder: Path | None, jobs: Sequence[str] = JOBS) -> list[Figure]:
    found: dict[str, tuple[float, float]] = {}
    with _kept(folder) as home:
        database = postmaster(launch)
        town = Town(launch, devices=500, code="PEERS")
        if "mqtt" in jobs:
            _mqtt(launch, town, database, found)
        if "http" in jobs:
            with _gate(launch, town) as pid:
                ingest.by_http(town, 1000, 2)  # meets the devices
                found["HTTP, 1,000 a request, three values, rules: lifang"] = Meter(database, pid).of(lambda: round(ingest.by_http(town, 1000, 4) * ingest.SECONDS))  # fmt: skip
        if "things" in jobs:
            _things(launch, town, home, database, found)
        if "flow" in jobs:
            _node_red(launch, home, database, found)
    print(f"\n  {'CPU microseconds a message (program, broker, database)':<70}{'us':>9}{'a second':>11}")  # fmt: skip
    for name, (used, speed) in found.items():
        print(f"  {name:<70}{used:>9,.0f}{speed:>11,.0f}")
    print(f"  {'ThingsBoard, published (2 vCPU, a value a message)':<70}{THINGSBOARD_US:>9,}")
    print(f"  istSOS4: is not on PyPI and was not run. R = {reference():,.0f} messages a second")
    return _figures({name: used for name, (used, _) in found.items()})


def _mqtt(launch: "Launch", town: Town, database: int, found: dict[str, tuple[float, float]]) -> None:  # fmt: skip
    broker, mqtt = _broker(launch), int(launch.config.mqtt_listen.rpartition(":")[2])
    with ingest.working(town) as workers:
        ingest.lines_to(town, mqtt, 1)[0].__exit__()
        ingest.warm(town)
        pids = [child.pid for child in workers.children]
        found["MQTT QoS 1, three values, rules: lifang"] = Meter(database, broker, *pids).of(lambda: _published(town, mqtt))  # fmt: skip


@contextmanager
def _gate(launch: "Launch", town: Town) -> Iterator[int]:
    """The production gate, answering at the port of the town; its process."""
    gate = ingest.gate_of(town, launch)
    with process(*gate, env=town.env) as child:
        ingest._await(int(town.env["LIFANG_GATE_PORT"]))  # noqa: SLF001 -- of the same kit
        yield child.pid


def _figures(used: dict[str, float]) -> list[Figure]:
    made: list[Figure] = []
    ours = used.get("MQTT QoS 1, three values, rules: lifang")
    flow = used.get("MQTT QoS 1, three values, one limit: Node-RED")
    if ours:
        made.append(Figure("18", "CPU a message by MQTT against ThingsBoard's published", ours / THINGSBOARD_US, "", 1 / 20, 1 / 10, least=False))  # fmt: skip
    if ours and flow:
        made.append(Figure("18", "the same against Node-RED, an insert a message", ours / flow, "", 1 / 4, 1 / 2, least=False))  # fmt: skip
    for what, name in (
        ("one Observation a request", "one"),
        ("the same by an account's key", "one, by an account's key"),
        ("a data array of 1,000", "array"),
    ):
        theirs = used.get(f"SensorThings, {name.partition(',')[0]}: django-ogc-sensorthings")
        if theirs:
            made.append(Figure("18", f"SensorThings, {what}, against django-ogc-sensorthings", used[f"SensorThings, {name}: lifang"] / theirs, "", 1 / 4, 1 / 2, least=False))  # fmt: skip
    return made


def _published(town: Town, mqtt: int) -> int:
    """A steady flood of QoS 1, until the last row is committed."""
    bodies, count = town.batch(BY_MQTT), town.taken()
    lines, begun = ingest.lines_to(town, mqtt, 4), time.perf_counter()
    for first in range(0, len(bodies), 400):
        lines[first // 400 % 4].publish([(town.topic, body) for body in bodies[first : first + 400]])  # fmt: skip
    ingest.until_taken(town, count + BY_MQTT, begun)
    for line in lines:
        line.__exit__()
    return BY_MQTT


def _things(launch: "Launch", town: Town, home: Path, database: int, found: dict[str, tuple[float, float]]) -> None:  # fmt: skip
    """The same posts of SensorThings to us (the address that everybody knows, at the web process) and to the peer, which has a database of its own in the same server."""
    first = datetime.now(UTC).replace(microsecond=0) - MONTH
    with _gate(launch, town) as gate, web(launch) as base:
        root, account = f"{base}/sta/v1.1", api_key("sensing.send_observations")
        person = Client(root, {"Authorization": f"Bearer {account}"})
        stream = person.ask("GET", "Datastreams?$top=1&$filter=unitOfMeasurement/definition eq 'ucum:m'")[1]["value"][0]["@iot.id"]  # fmt: skip
        device = Client(root, {"Authorization": f"Bearer {device_key(stream)}"})
        meter = Meter(database, gate, launch.web_pid)  # type: ignore[attr-defined]
        for client, name, day in ((person, ", by an account's key", 0), (device, "", 4)):
            begun = first + timedelta(days=day)
            client.singles(stream, begun - timedelta(days=2))
            found[f"SensorThings, one{name}: lifang"] = meter.of(lambda c=client, at=begun: c.singles(stream, at))  # type: ignore[misc]  # fmt: skip
        begun = first + timedelta(days=7)
        device.arrays(stream, begun - timedelta(days=1))
        found["SensorThings, array: lifang"] = meter.of(lambda: device.arrays(stream, begun))
    python = home / "bin" / "python"
    if not _installed(home, STA_PEER, "uvicorn", "psycopg[binary]"):
        print(f"  {STA_PEER} could not be installed")
        return
    url = _own_database(launch, "peer")
    port = free_port()
    command = [str(python), str(PEER), str(port), url]
    subprocess.run([*command, "migrate"], check=True, capture_output=True)
    with _running(command) as pid:
        theirs = Client(f"http://127.0.0.1:{port}/v1.1", {})
        _until(lambda: theirs.ask("GET", ""))
        _, _ = theirs.ask("POST", "Things", _THING)
        stream = theirs.ask("GET", "Datastreams?$top=1")[1]["value"][0]["@iot.id"]
        meter = Meter(database, pid)
        theirs.singles(stream, first - timedelta(days=2))
        theirs.arrays(stream, first - timedelta(days=1))
        found["SensorThings, one: django-ogc-sensorthings"] = meter.of(lambda: theirs.singles(stream, first))  # fmt: skip
        found["SensorThings, array: django-ogc-sensorthings"] = meter.of(lambda: theirs.arrays(stream, first + timedelta(days=1)))  # fmt: skip


_THING = {
    "name": "Peer", "description": "of a benchmark", "Locations": [{"name": "x", "description": "x", "encodingType": "application/geo+json", "location": {"type": "Point", "coordinates": [120.1, 36.1]}}],
    "Datastreams": [{
        "name": "Level", "description": "x", "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "metre", "symbol": "m", "definition": "ucum:m"},
        "Sensor": {"name": "x", "description": "x", "encodingType": "text/html", "metadata": "x"},
        "ObservedProperty": {"name": "Level", "definition": "urn:x", "description": "x"},
    }],
}  # fmt: skip


def _node_red(launch: "Launch", home: Path, database: int, found: dict[str, tuple[float, float]]) -> None:  # fmt: skip
    """Node-RED as people wire it: MQTT in, JSON, a switch with the limit, an insert a message, an insert an alarm."""
    folder = home / "node-red"
    program = folder / "node_modules" / "node-red" / "red.js"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), NODE_RED, PG], capture_output=True, text=True, check=False)  # fmt: skip
        if done.returncode or not program.exists():
            print(f"  {NODE_RED} could not be installed: {done.stderr[-300:]}")
            return
    flow = Flow(_own_database(launch, "flow"), free_port())
    flow.write(folder)
    with _plain_broker(flow.mqtt) as broker, _running(["node", str(program), "-u", str(folder / "user")]) as pid:  # fmt: skip
        _until(flow.hears)
        flow.publish(1_000)
        found["MQTT QoS 1, three values, one limit: Node-RED"] = Meter(database, broker, pid).of(lambda: flow.publish(BY_FLOW))  # fmt: skip


class Flow:
    """A flow of Node-RED with tables of its own."""

    def __init__(self, url: str, mqtt: int) -> None:
        self.url, self.mqtt, self.sent = url, mqtt, 0
        with psycopg.connect(url, autocommit=True) as line:
            line.execute("CREATE TABLE said (device text, at timestamptz, level float8, battery int, rssi int, PRIMARY KEY (device, at)); CREATE TABLE alarm (device text, at timestamptz)")  # fmt: skip

    def write(self, folder: Path) -> None:
        """Its settings and its wiring."""
        user = folder / "user"
        shutil.rmtree(user, ignore_errors=True)
        user.mkdir()
        (user / "flows.json").write_text(FLOW.read_text("utf-8").replace('"@PORT@"', f'"{self.mqtt}"'), "utf-8")  # fmt: skip
        parts = psycopg.conninfo.conninfo_to_dict(self.url)
        pool = {"host": parts["host"], "user": parts["user"], "database": parts["dbname"], "max": 10}  # fmt: skip
        (user / "settings.js").write_text(
            f"const {{Pool}} = require('{folder}/node_modules/pg');\n"
            f"module.exports = {{uiPort: {free_port()}, uiHost: '127.0.0.1', flowFile: 'flows.json', credentialSecret: false,"
            f"logging: {{console: {{level: 'warn'}}}}, functionGlobalContext: {{pool: new Pool({json.dumps(pool)})}}}};\n"
        )

    def rows(self) -> int:
        with psycopg.connect(self.url) as line:
            return int(line.execute("SELECT count(*) FROM said").fetchone()[0])  # type: ignore[index]

    def bodies(self, count: int) -> list[bytes]:
        numbers = range(self.sent, self.sent + count)
        self.sent += count
        return [b'{"device":"d%05d","at":%d,"values":{"level":0.%02d,"battery":90,"rssi":-61}}' % (n % 500, 1_790_000_000 + n // 500, n % 36) for n in numbers]  # fmt: skip

    def publish(self, count: int) -> int:
        """So many, never far ahead of what is written: what is not written yet is only in its memory."""
        before, begun, sent = self.rows(), time.perf_counter(), 0
        with Line(self.mqtt, "load", "load") as line:
            while sent < count:
                sent += line.publish([("obs/x", body) for body in self.bodies(min(50, count - sent))])  # fmt: skip
                while sent - (self.rows() - before) > AHEAD:
                    time.sleep(0.05)
        while self.rows() < before + count:
            if time.perf_counter() - begun > ingest.PATIENCE_SECONDS:
                raise RuntimeError(f"Node-RED: {before + count - self.rows()} messages are missing")
            time.sleep(0.05)
        return count

    def hears(self) -> None:
        """Raises until the first message is stored."""
        with Line(self.mqtt, "load", "load") as line:
            line.publish([("obs/x", self.bodies(1)[0])])
        time.sleep(0.3)
        if not self.rows():
            raise OSError("not yet")


# -- what they stand on ---------------------------------------------------------------------------------------


@contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="lifang-peers-") as made:
        yield Path(made)


def _installed(home: Path, *wanted: str) -> bool:
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", *wanted], capture_output=True, check=False)  # fmt: skip
    return done.returncode == 0


@contextmanager
def _running(command: list[str]) -> Iterator[int]:
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield child.pid
        finally:
            child.terminate()
            child.wait(20)


def _until(asked: Callable[[], Any], seconds: float = 60) -> None:
    """Until it answers without a fault."""
    begun = time.perf_counter()
    while True:
        try:
            asked()
        except (OSError, RuntimeError):
            if time.perf_counter() - begun > seconds:
                raise
            time.sleep(0.2)
        else:
            return


def postmaster(launch: "Launch") -> int:
    return next(kept.what.pid() for tier in launch.supervisor.tiers for kept in tier if kept.what.name == "postgres") or 0  # fmt: skip


def _broker(launch: "Launch") -> int:
    return next(kept.what.pid() for tier in launch.supervisor.tiers for kept in tier if kept.what.name == "nats") or 0  # fmt: skip


def _own_database(launch: "Launch", name: str) -> str:
    """Beside ours, in the same server."""
    from lifang.boot import databases  # noqa: PLC0415
    from lifang.boot.engines.postgres import SUPERUSER  # noqa: PLC0415

    server = databases.embedded(launch.config)
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]  # a name of ours
    return server.url(SUPERUSER, name)


@contextmanager
def _plain_broker(mqtt: int) -> Iterator[int]:
    """A NATS of the same version that lets anybody in."""
    from lifang.boot.engines import nats  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "nats.conf"
        settings.write_text(
            f'server_name: plain\nlisten: "127.0.0.1:{free_port()}"\njetstream {{ store_dir: "{folder}/store" }}\nmqtt {{ listen: "127.0.0.1:{mqtt}", max_ack_pending: 10000 }}\n'
        )
        with _running([str(nats.program()), "-c", str(settings)]) as pid:
            time.sleep(1)
            yield pid


if __name__ == "__main__":
    sys.exit("python -m benchmarks peers")
