"""Telemetry to committed rows beside R (rows 2, 3, 4, 5, 6, 7, 10): the real register, rules, keys, quality limits, idempotency and the newest of each series.

A message is some 100 bytes of one device with three values: three observations.
"""

import asyncio
import json
import multiprocessing
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks import storm
from benchmarks.figures import Figure, at_share, median, reference
from benchmarks.load import post
from benchmarks.telemetry import Town, asked, observations

if TYPE_CHECKING:
    from lifang.boot.launch import Launch

MET, DRAINED, BY_MQTT, KILLED, ROUNDS, WORKERS = 45_000, 120_000, 60_000, 60_000, 2, 2
SECONDS, PATIENCE_SECONDS, LOOK_SECONDS = 4.0, 120.0, 0.004
OFFERED, PROBES, WINDOW, MOST_POSTED = 5_000, 100, 400, 1_000_000


class Workers:
    """Processes of ingest, as `lifang up` starts them."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.children = [self.start() for _ in range(WORKERS)]

    def start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-m", "lifang.boot.ingest"], env=self.town.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip

    def tell(self, number: int) -> None:
        for child in self.children:
            child.send_signal(number)

    def cpu(self) -> float:
        mine = [psutil.Process(child.pid) for child in self.children]
        spent = [one.cpu_times() for top in mine for one in (top, *top.children())]
        return sum(one.user + one.system for one in spent)

    def kill_one(self) -> None:
        self.children[0].kill()
        self.children[0].wait()
        self.children[0] = self.start()

    def stop(self) -> None:
        self.tell(signal.SIGCONT)
        self.tell(signal.SIGTERM)
        for child in self.children:
            child.wait(20)


@contextmanager
def working(town: Town) -> Iterator[Workers]:
    workers = Workers(town)
    try:
        yield workers
    finally:
        workers.stop()


def until_taken(town: Town, count: int, begun: float) -> float:
    """Seconds until so many messages are committed."""
    while town.taken() < count:
        time.sleep(0.02)
        if time.perf_counter() - begun > PATIENCE_SECONDS:
            raise RuntimeError(f"{count - town.taken()} messages are missing")
    return time.perf_counter() - begun


def warm(town: Town, count: int = 12_000) -> None:
    """Every worker has met every device."""
    wanted = town.taken() + count
    fill(town, town.batch(count))
    until_taken(town, wanted, time.perf_counter())


def drain(town: Town, workers: Workers) -> tuple[float, float]:
    """Messages a second, and CPU microseconds of the workers a message: a full stream, stored and acknowledged.

    The workers are started anew on the full stream, and looked at once they have met every device.
    """
    workers.stop()
    first = town.taken() + MET
    fill(town, town.batch(MET + DRAINED))
    workers.children = [workers.start() for _ in range(WORKERS)]
    until_taken(town, first, time.perf_counter())
    met, used, begun = town.taken(), workers.cpu(), time.perf_counter()
    spent = until_taken(town, first + DRAINED, begun)
    done = first + DRAINED - met
    return done / spent, (workers.cpu() - used) / done * 1e6


def killed(town: Town, workers: Workers) -> tuple[float, int]:
    """Messages a second with a worker killed in full flow, and how many observations are too many or too few."""
    before, begun = _settled(), time.perf_counter()
    fill(town, town.batch(KILLED // 2))
    workers.kill_one()
    fill(town, town.batch(KILLED // 2))
    wanted = before + 3 * KILLED
    while observations() < wanted and time.perf_counter() - begun < PATIENCE_SECONDS:
        time.sleep(0.3)
    spent = time.perf_counter() - begun
    return KILLED / spent, abs(observations() - wanted)


def _settled() -> int:
    """How many observations there are once nothing more of what was sent before comes."""
    before = -1
    while (now := observations()) != before:
        before = now
        time.sleep(2)
    return now


def fill(town: Town, bodies: list[bytes]) -> None:
    """Publish with a window of acknowledgements, so that the stream drops none."""
    import nats  # noqa: PLC0415

    async def go() -> None:
        client = await nats.connect(town.env["LIFANG_DEVICES_URL"])
        js = client.jetstream(publish_async_max_pending=4000)
        for first in range(0, len(bodies), 2000):
            for body in bodies[first : first + 2000]:
                await js.publish_async(town.subject, body, wait_stall=60)
            await js.publish_async_completed()
        await client.close()

    asyncio.run(go())


def lines_to(town: Town, port: int, count: int) -> list[Any]:
    """MQTT lines, opened as soon as somebody lets devices in."""
    from lifang.core.testing.mqtt import Line  # noqa: PLC0415

    lines: list[Line] = []
    for _ in range(300):
        try:
            lines.append(Line(port, town.prefix, town.token, f"bench{time.monotonic_ns()}"))
        except (ConnectionError, OSError):
            time.sleep(0.1)
        if len(lines) == count:
            return lines
    raise RuntimeError("nobody lets devices in")


def by_mqtt(town: Town, port: int) -> float:
    """Messages a second from the first publish to the last committed row: load, broker, workers, database."""
    bodies, before, count = town.batch(BY_MQTT), observations(), town.taken()
    lines = lines_to(town, port, 4)
    each = BY_MQTT // len(lines)

    def publish(number: int, line: Any) -> None:
        mine = bodies[number * each : (number + 1) * each]
        for first in range(0, each, WINDOW):
            line.publish([(town.topic, body) for body in mine[first : first + WINDOW]])

    threads = [threading.Thread(target=publish, args=pair) for pair in enumerate(lines)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    spent = until_taken(town, count + BY_MQTT, begun)
    for thread, line in zip(threads, lines, strict=True):
        thread.join()
        line.__exit__()
    if observations() != before + 3 * BY_MQTT:
        raise RuntimeError("lost or doubled")
    return BY_MQTT / spent


def latency(town: Town, guard: Town, smoke: list[bytes], port: int) -> tuple[list[float], float]:
    """Milliseconds from a smoke alarm's publish to the committed alarm, while others publish; and how many a second they were.

    Those others are a process of their own, as devices are, and the alarm is looked for every few milliseconds: who measures must not take a core.
    """
    other, found = lines_to(guard, port, 1)[0], []
    fork = multiprocessing.get_context("fork")
    over, sent = fork.Event(), fork.Value("q", 0)
    crowd, begun = fork.Process(target=_publish, args=(town, port, over, sent)), time.perf_counter()
    crowd.start()
    time.sleep(2)
    for device in smoke:
        at = time.perf_counter()
        other.publish([(guard.topic, b'{"device":"%b","values":{"smoke":1}}' % device)])
        while not guard.alarmed(device):
            time.sleep(LOOK_SECONDS)
        found.append((time.perf_counter() - at) * 1000)
        time.sleep(0.05)
    over.set()
    crowd.join()
    town.next += sent.value
    return found, sent.value / (time.perf_counter() - begun)


def _publish(town: Town, port: int, over: Any, sent: Any) -> None:
    """The others, at the offered rate until it is over."""
    line, begun = lines_to(town, port, 1)[0], time.perf_counter()
    while not over.is_set():
        line.publish([(town.topic, body) for body in town.batch(50)])
        sent.value += 50
        time.sleep(max(0.0, begun + sent.value / OFFERED - time.perf_counter()))


async def _post(port: int, token: str, bodies: Iterator[bytes], lines: int, until: float) -> int:
    """One connection that posts until the time is over; messages stored."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < until:
        body = next(bodies)
        head = f"POST /api/sensing/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"  # fmt: skip
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        size = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        told = json.loads(await reader.readexactly(size))
        if told.get("taken") != lines:
            raise RuntimeError(f"{answer[:20]!r} {told}")
        done += lines
    writer.close()
    return done


def by_http(town: Town, lines: int, connections: int) -> float:
    """Messages a second of requests answered after commit, with authentication."""
    port = int(town.env["LIFANG_GATE_PORT"])
    if shutil.which("wrk"):
        before, url = town.taken(), f"http://127.0.0.1:{port}/api/sensing/batches"
        ready = town.batch(MOST_POSTED if lines > 1 else MOST_POSTED // 10)
        speed = lines * post(url, {"Authorization": f"Bearer {town.token}"}, ready, lines, connections, SECONDS)  # fmt: skip
        if town.taken() - before < speed * SECONDS * 0.98:
            raise RuntimeError("answered, and not stored")
        if speed * SECONDS > len(ready):
            raise RuntimeError("said twice: what is there already costs less")
        print(f"           looked at {_looked_at():.2f} s after the last receipt", flush=True)
        return speed

    def bodies() -> Iterator[bytes]:
        while True:
            yield b"\n".join(town.batch(lines))

    async def go() -> float:
        until = time.perf_counter() + SECONDS
        begun = time.perf_counter()
        sums = await asyncio.gather(*(_post(port, town.token, bodies(), lines, until) for _ in range(connections)))  # fmt: skip
        return sum(sums) / (time.perf_counter() - begun)

    return asyncio.run(go())


def _looked_at() -> float:
    """Seconds until nothing waits to be looked at."""
    begun = time.perf_counter()
    while asked("SELECT count(*) FROM sensing_unseen"):
        time.sleep(0.01)
        if time.perf_counter() - begun > PATIENCE_SECONDS:
            raise RuntimeError("stored, and not looked at")
    return time.perf_counter() - begun


def gate_of(town: Town, launch: "Launch") -> list[str]:
    """The command of the gate, at a port of its own."""
    town.env["LIFANG_GATE_PORT"] = str(free_port())
    command = [str(part) for part in next(p for p in launch.programs() if p.name == "gate").command[1:]]  # fmt: skip
    command[command.index("--port") + 1] = town.env["LIFANG_GATE_PORT"]
    return command


@contextmanager
def process(*command: str, env: dict[str, str]) -> Iterator[Any]:
    child = subprocess.Popen([sys.executable, *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        yield child
    finally:
        child.terminate()
        child.wait(20)


def round_(town: Town, workers: Workers, mqtt: int, gate: list[str], found: dict[str, list[float]]) -> None:  # fmt: skip
    r = reference()
    speed, used = drain(town, workers)
    note(found, "drain", speed / r)
    note(found, "cpu", used * r / 1e6)
    note(found, "mqtt", by_mqtt(town, mqtt) / reference())
    with process(*gate, env=town.env):
        _await(int(town.env["LIFANG_GATE_PORT"]))
        by_http(town, 1000, 32)  # meets the devices; the process beside it is begun
        note(found, "many", by_http(town, 1000, 32) / reference())
        note(found, "one", by_http(town, 1, 256) / reference())


def note(found: dict[str, list[float]], name: str, ratio: float) -> None:
    found.setdefault(name, []).append(ratio)
    print(f"  {name:8} {ratio:.4f}", flush=True)


def main(launch: "Launch", *, stormy: bool = True) -> list[Figure]:
    town, found = Town(launch), dict[str, list[float]]()
    mqtt, gate = int(launch.config.mqtt_listen.rpartition(":")[2]), gate_of(town, launch)
    print(f"  a town of {town.devices:,} devices; R = {reference():,.0f} messages a second", flush=True)  # fmt: skip
    with working(town) as workers:
        lines_to(town, mqtt, 1)[0].__exit__()
        warm(town)
        for _ in range(ROUNDS):
            round_(town, workers, mqtt, gate, found)
        guard = Town(launch, devices=0, code="GUARD")
        waits, offered = latency(town, guard, guard.install("smoke", "s", PROBES), mqtt)
        print(f"  publish to open alarm at {offered:,.0f}/s: p50 {at_share(waits, 0.5):.1f} ms, p99 {at_share(waits, 0.99):.1f} ms", flush=True)  # fmt: skip
        speed, wrong = killed(town, workers)
        note(found, "killed", speed / reference())
        print(f"  a worker killed in full flow: {wrong} observations lost or doubled", flush=True)
        if stormy:
            storm.main(launch, fill, lambda other: lines_to(other, mqtt, 1)[0])
    print(f"\n  R = {reference():,.0f} messages a second; {observations():,} observations stored")
    middle = {name: median(ratios) for name, ratios in found.items()}
    return [
        Figure("2", "worker drain, JetStream to committed rows", middle["drain"], "R", 0.30, 0.15),
        Figure("3", "worker CPU a message, in reference messages", middle["cpu"], "", 2.5, 4, least=False),
        Figure("4", "MQTT QoS 1 to committed row, load included", middle["mqtt"], "R", 0.15, 0.08),
        Figure("5", f"publish to open alarm at {offered:,.0f} a second, p99", at_share(waits, 0.99), "ms", 10, 100, least=False),
        Figure("6", "HTTP, 1000 a request on 32 lines, after commit", middle["many"], "R", 0.4, 0.2),
        Figure("7", "HTTP, one a request of 256 devices at a time, after commit", middle["one"], "R", 0.025, 0.012),
        Figure("10", "worker killed: lost or doubled", wrong, "", 0, 0, least=False),
    ]  # fmt: skip


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(300):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the gate does not open")
