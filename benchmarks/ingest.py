"""Telemetry to committed rows beside R (rows 2, 3, 4, 6, 7): the real register, quality limits, idempotency, watchers and the newest of each series.

A message is 106 bytes of one device with three values: three observations.
"""

import asyncio
import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, median, reference

if TYPE_CHECKING:
    from lifang.boot.launch import Launch

DEVICES, DRAINED, BY_MQTT, ROUNDS = 2_000, 100_000, 40_000, 3
SECONDS = 4.0
START = 1_795_000_000


def said(number: int) -> bytes:
    """One message; times never repeat for a device."""
    at = START + number // DEVICES * 10
    return b'{"device":"d%07d","at":%d,"values":{"level":%d.25,"battery":%d,"rssi":-%d}}' % (
        number % DEVICES, at, number % 7, 50 + number % 40, 60 + number % 30,
    )  # fmt: skip


class Town:
    """A gateway with its key and the devices behind it."""

    def __init__(self, launch: "Launch") -> None:
        from lifang.core.access import SYSTEM  # noqa: PLC0415 -- the house stands now
        from lifang.core.access.wall import behind  # noqa: PLC0415
        from lifang.sensing import actions  # noqa: PLC0415
        from lifang.sensing.actions import NewDevice  # noqa: PLC0415

        now, area = datetime.now(UTC), "990101001001001"
        day = now.date()
        with behind(SYSTEM):
            hub = actions.install_device(actor=SYSTEM, new=NewDevice("gateway", "BENCH", area), area=area, at=now)  # fmt: skip
            rows = [NewDevice("water_level", f"d{n:07d}", area, gateway=hub.pk, installed_on=day) for n in range(DEVICES)]  # fmt: skip
            actions.install_many(actor=SYSTEM, rows=rows, area=area, at=now)
            self.token = actions.issue_device_key(actor=SYSTEM, device=hub, at=now).token
        self.prefix = self.token.split("_")[1]
        self.env = launch.env
        self.launch, self.next = launch, 0

    def batch(self, count: int) -> list[bytes]:
        first, self.next = self.next, self.next + count
        return [said(number) for number in range(first, first + count)]


def stored() -> int:
    from django.db import connection  # noqa: PLC0415

    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415

    with behind(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sensing_observation")
        return int(cursor.fetchone()[0])


def cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def drain(town: Town) -> tuple[float, float]:
    """Messages a second and CPU seconds of the worker: a full stream, stored and acknowledged."""
    from lifang.boot.callout import CONSUMER, STREAM, ensure  # noqa: PLC0415
    from lifang.core.relay.pull import Pull  # noqa: PLC0415
    from lifang.sensing.api.mqtt import Worker  # noqa: PLC0415

    url = town.env["LIFANG_DEVICES_URL"]
    asyncio.run(ensure(url))
    fill(url, f"d.{town.prefix}.lifang", town.batch(DRAINED))
    worker, line, done = Worker(), Pull(url, STREAM, CONSUMER), 0
    begun, used = time.perf_counter(), cpu()
    while done < DRAINED:
        messages = line.fetch(5)
        if not messages:
            raise RuntimeError(f"the stream dried up after {done}")
        worker.work(messages, datetime.now(UTC))
        line.ack(messages)
        done += len(messages)
    spent, used = time.perf_counter() - begun, cpu() - used
    line.close()
    return done / spent, used / done * 1e6


def fill(url: str, subject: str, bodies: list[bytes]) -> None:
    """Publish with a window of acknowledgements, so that the stream drops none."""
    import nats  # noqa: PLC0415

    async def go() -> None:
        client = await nats.connect(url)
        js = client.jetstream(publish_async_max_pending=4000)
        for first in range(0, len(bodies), 2000):
            for body in bodies[first : first + 2000]:
                await js.publish_async(subject, body, wait_stall=60)
            await js.publish_async_completed()
        await client.close()

    asyncio.run(go())


@contextmanager
def process(*command: str, env: dict[str, str]) -> Iterator[Any]:
    child = subprocess.Popen([sys.executable, *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        yield child
    finally:
        child.terminate()
        child.wait(20)


def by_mqtt(town: Town, port: int) -> float:
    """Messages a second from the first publish to the last committed row: load, broker, two workers, database."""
    from lifang.core.testing.mqtt import Line  # noqa: PLC0415

    bodies, before = town.batch(BY_MQTT), stored()
    with process("-m", "lifang.boot.ingest", env=town.env), process("-m", "lifang.boot.ingest", env=town.env):  # fmt: skip
        lines: list[Line] = []
        for _ in range(300):
            try:
                lines.append(Line(port, town.prefix, town.token, f"bench{len(lines)}"))
            except (ConnectionError, OSError):
                time.sleep(0.1)
            if len(lines) == 4:
                break
        begun = time.perf_counter()
        for first in range(0, len(bodies), 400):
            some = [(f"d/{town.prefix}/lifang", body) for body in bodies[first : first + 400]]
            lines[first // 400 % 4].publish(some)
        while stored() < before + 3 * len(bodies):
            time.sleep(0.02)
            if time.perf_counter() - begun > 120:
                raise RuntimeError(f"lost: {before + 3 * len(bodies) - stored()} observations")
        return len(bodies) / (time.perf_counter() - begun)


async def _post(port: int, token: str, town: Town, lines: int, until: float) -> int:
    """One connection that posts until the time is over; messages stored."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < until:
        body = b"\n".join(town.batch(lines))
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

    async def go() -> float:
        until = time.perf_counter() + SECONDS
        begun = time.perf_counter()
        sums = await asyncio.gather(*(_post(port, town.token, town, lines, until) for _ in range(connections)))  # fmt: skip
        return sum(sums) / (time.perf_counter() - begun)

    return asyncio.run(go())


def main(launch: "Launch") -> list[Figure]:
    town, found = Town(launch), dict[str, list[float]]()
    mqtt = int(launch.config.mqtt_listen.rpartition(":")[2])
    town.env["LIFANG_GATE_PORT"] = str(free_port())
    gate = [*launch.programs()]
    command = [str(part) for part in next(p for p in gate if p.name == "gate").command[1:]]
    command[command.index("--port") + 1] = town.env["LIFANG_GATE_PORT"]
    for number in range(ROUNDS):
        print(f"  round {number + 1} of {ROUNDS}", {name: round(ratios[-1], 4) for name, ratios in found.items()}, flush=True)  # fmt: skip
        r = reference()
        speed, used = drain(town)
        found.setdefault("drain", []).append(speed / r)
        found.setdefault("cpu", []).append(used * r / 1e6)
        found.setdefault("mqtt", []).append(by_mqtt(town, mqtt) / reference())
        with process(*command, env=town.env):
            _await(int(town.env["LIFANG_GATE_PORT"]))
            print({name: round(ratios[-1], 4) for name, ratios in found.items()}, flush=True)
            found.setdefault("many", []).append(by_http(town, 1000, 8) / reference())
            found.setdefault("one", []).append(by_http(town, 1, 64) / reference())
    print(f"\n  R = {reference():,.0f} messages a second; {stored():,} observations stored")
    for name, ratios in found.items():
        print(f"  {name:6} " + "  ".join(f"{ratio:.4f}" for ratio in ratios))
    middle = {name: median(ratios) for name, ratios in found.items()}
    return [
        Figure("2", "worker drain, JetStream to committed rows", middle["drain"], "R", 0.30, 0.15),
        Figure("3", "worker CPU a message, in reference messages", middle["cpu"], "", 2.5, 4, least=False),
        Figure("4", "MQTT QoS 1 to committed row, load included", middle["mqtt"], "R", 0.15, 0.08),
        Figure("6", "HTTP, 1000 a request, after commit", middle["many"], "R", 0.4, 0.2),
        Figure("7", "HTTP, one a request, after commit", middle["one"], "R", 0.025, 0.012),
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
