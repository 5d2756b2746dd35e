"""The real thing, started the way anybody starts it: `lifang demo` in a folder of its own, on free ports."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 300


@dataclass
class Living:
    """A running demo county."""

    origin: str
    started_in: float = 0.0
    gate: str = ""  # where devices send by HTTP
    mqtt: int = 0  # the port where they send by MQTT
    env: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> "subprocess.Popen[str]":
        """A `lifang` command beside the running county, as its operator types it."""
        return subprocess.Popen(
            [sys.executable, "-m", "lifang", *words],
            cwd=ROOT, env=os.environ | self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def get(self, path: str) -> Any:
        """Public JSON, as an anonymous reader gets it."""
        with urllib.request.urlopen(self.origin + path, timeout=30) as answer:
            return json.load(answer)

    @cached_property
    def grids(self) -> dict[str, Any]:
        """Grid code → outline."""
        found = self.get("/areas/990101/shapes?level=15")["features"]
        return {one["properties"]["code"]: shape(one["geometry"]) for one in found}

    def quiet_point(self, grid: str, cases: Any, apart: float = 0.0018) -> tuple[float, float]:
        """A point (lon, lat) of a grid, far from these cases (GeoJSON)."""
        outline = self.grids[grid]
        taken = shapely.MultiPoint([one["geometry"]["coordinates"] for one in cases["features"]])
        west, south, east, north = outline.bounds
        spots = (
            shapely.Point(west + (east - west) * x / 24, south + (north - south) * y / 24)
            for x in range(1, 24)
            for y in range(1, 24)
        )
        inner = [one for one in spots if outline.contains(one)]
        best = max(inner, key=lambda one: min(one.distance(taken), apart) + _depth(outline, one))
        return round(best.x, 6), round(best.y, 6)


def _depth(outline: Any, point: Any) -> float:
    return float(min(outline.exterior.distance(point), 0.0008))


@contextmanager
def living(size: str = "small") -> Iterator[Living]:
    """Start, wait for the doors, stop. `LIFANG_E2E_URL` names one that runs already (with `_GATE`, `_MQTT`: its ports); `LIFANG_E2E_HOME` keeps the folder."""
    running = os.environ.get("LIFANG_E2E_URL")
    if running:
        ports = {name: os.environ.get(f"LIFANG_E2E_{name}", "0") for name in ("GATE", "MQTT")}
        env = {"LIFANG_HOME": os.environ.get("LIFANG_E2E_HOME", "")}
        gate = f"http://127.0.0.1:{ports['GATE']}"
        yield Living(running.rstrip("/"), gate=gate, mqtt=int(ports["MQTT"]), env=env)
        return
    kept = os.environ.get("LIFANG_E2E_HOME")
    home = Path(kept or tempfile.mkdtemp(prefix="lifang-e2e-"))
    home.chmod(0o755) if home.exists() else home.mkdir(0o755, parents=True)
    try:
        with _process(home, size) as county:
            yield county
    finally:
        if not kept:
            shutil.rmtree(home, ignore_errors=True)


def _sites(home: Path) -> Path:
    """The sites of the house, with what is off as it comes switched on for its stories: match alarms of outside systems."""
    made = home / "sites"
    if not made.exists():
        shutil.copytree(ROOT / "sites", made)
        policy = made / "default" / "data" / "sensing" / "policy.yaml"
        policy.parent.mkdir(parents=True, exist_ok=True)
        both = "{zh: 为端到端测试开启, en: Switched on for the stories}"
        policy.write_text(f"- {{key: match_reception, amount: 1, note: {both}}}\n", "utf-8")
    return made


@contextmanager
def _process(home: Path, size: str) -> Iterator[Living]:
    port, streams, gate, mqtt = _free_ports(4)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("LIFANG_")}
    env = {
        **outside,
        "LIFANG_HOME": str(home),
        "LIFANG_PORT": str(port),
        "LIFANG_STREAMS_PORT": str(streams),
        "LIFANG_GATE_PORT": str(gate),
        "LIFANG_MQTT_LISTEN": f"127.0.0.1:{mqtt}",
        "LIFANG_WEB_WORKERS": "1",
        "LIFANG_SITES_DIR": str(_sites(home)),
        "LIFANG_TRUSTED_PROXY": "1",  # every person of a story comes from a network of their own
    }
    said = home / "said.log"
    begun = time.monotonic()
    with said.open("wb") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "lifang", "demo", "--size", size],
            cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            county = Living(
                f"http://127.0.0.1:{port}", gate=f"http://127.0.0.1:{gate}", mqtt=mqtt, env=env
            )
            _await(county.origin, started, said)
            county.started_in = time.monotonic() - begun
            yield county
        finally:
            started.send_signal(signal.SIGINT)
            try:
                started.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)


def _await(origin: str, started: "subprocess.Popen[bytes]", said: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while b"lifang doctor" not in said.read_bytes():  # the last line of the table
        if started.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("lifang demo did not start:\n" + said.read_text()[-4000:])
        time.sleep(0.3)


def _free_ports(many: int) -> list[int]:
    with ExitStack() as held:
        doors = [held.enter_context(socket.socket()) for _ in range(many)]
        for door in doors:
            door.bind(("127.0.0.1", 0))
        return [door.getsockname()[1] for door in doors]
