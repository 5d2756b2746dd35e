"""What takes in devices, and nothing else, in a data folder of one's own. Run inside its settings.

`make` builds it and prints what a load needs as JSON; `run` starts database, stream, gate and worker, says `ready` and stays.
`LIFANG_CHAOS_UNSAFE` (`postgres`, `nats`) weakens an engine, and leaves out the check by which the product would refuse to start.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

from lifang.boot import databases
from lifang.boot.engines import nats
from lifang.boot.engines.postgres import SUPERUSER
from lifang.boot.launch import Launch, NatsKept, PostgresKept, nats_of
from lifang.boot.steps import Steps

LIFE = {"smoke": "smoke", "gas": "gas", "fire_panel": "fire", "call_button": "sos", "wearable": "sos"}  # fmt: skip
UNSAFE = {"postgres": "fsync", "nats": "sync_interval"}
PROGRAMS = ("gate", "ingest1")


def make() -> None:
    """A small county, a gateway with its key, devices of each kind behind it."""
    launch = Launch(Steps())
    launch.supervisor.alone()
    try:
        launch.engines()
        launch.schema()
        import django  # noqa: PLC0415 -- the settings stand now

        django.setup()
        from benchmarks.telemetry import KINDS, Town  # noqa: PLC0415
        from lifang.demo import seed  # noqa: PLC0415

        seed.build(datetime.now(UTC), people_count=60, days=1)  # noqa: TID251 -- a command of its own
        town = Town(launch, devices=100, code="CHAOS")
        told: dict[str, Any] = {"key": town.token, "prefix": town.prefix, "life": {}}
        for number, (kind, word) in enumerate(LIFE.items()):
            codes = town.install(kind, f"life{number}", 40)
            told["life"] |= {code.decode(): word for code in codes}
        # A gateway of its own for what endangers nobody: its messages take another way through the broker.
        other = Town(launch, devices=len(KINDS), code="BULK")
        told |= {"bulk_key": other.token, "bulk_prefix": other.prefix}
        told["bulk"] = [code.decode() for code in other.install("electricity_meter", "bulk", 20)]
        told["mixed"] = [code.decode() for code in town.install("electricity_meter", "mixed", 20)]
        from django.db import connections  # noqa: PLC0415

        connections.close_all()
    finally:
        launch.supervisor.stop()
    sys.stdout.write("\n" + json.dumps(told) + "\n")


def run() -> None:
    """Until killed."""
    unsafe = os.environ.get("LIFANG_CHAOS_UNSAFE", "").split(",")
    if "nats" in unsafe:
        nats.CONFIG = nats.CONFIG.replace("sync_interval: always", 'sync_interval: "2m"')
    launch = Launch(Steps())
    launch.supervisor.alone()
    launch.sweep()
    server = databases.embedded(launch.config)
    if "postgres" in unsafe:
        server.settings = {**server.settings, "fsync": "off"}
    broker = nats_of(launch.config)
    launch.env["LIFANG_NATS_URL"], launch.env["LIFANG_DEVICES_URL"] = broker.url, broker.devices_url
    launch.supervisor.add(NatsKept(broker))
    launch.env["LIFANG_NATS_URL"], launch.env["LIFANG_DEVICES_URL"] = broker.url, broker.devices_url
    programs = [one for one in launch.programs() if one.name in PROGRAMS]
    launch.supervisor.add(*programs)  # they load while the database recovers
    launch.supervisor.add(PostgresKept(server))
    sys.stdout.write(f"ready {server.url(SUPERUSER, databases.NAME)}\n")
    sys.stdout.flush()
    while True:
        launch.supervisor.tick(time.monotonic())
        time.sleep(0.2)


if __name__ == "__main__":
    {"make": make, "run": run}[sys.argv[1]]()
