"""A running platform of one's own, and the exact processes it consists of."""

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
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from lifang.boot.engines.postgres import SUPERUSER, run_dir
from lifang.boot.engines.process import dies_with_parent

ROOT = Path(__file__).resolve().parents[2]
KINDS = (
    "web worker", "web", "streams", "relay", "jobs", "postgres", "postgres backend", "nats", "supervisor",
)  # fmt: skip
READY_SECONDS = 120.0


class Town:
    """`lifang up` in a temp home. Every child is found through the supervisor's own record, never by name."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lifang-chaos-"))
        self.folder.chmod(0o755)  # as root the database runs as another user
        self.home = self.folder / "home"
        self.port, self.streams_port = _free(), _free()
        own = {name: value for name, value in os.environ.items() if not name.startswith("LIFANG_")}
        self.env = {
            **own,
            "LIFANG_HOME": str(self.home),
            "LIFANG_CONFIG": str(self.folder / "none.toml"),
            "LIFANG_PORT": str(self.port),
            "LIFANG_STREAMS_PORT": str(self.streams_port),
            "LIFANG_DEMO": "1",
            "PYTHONPATH": str(ROOT),
        }
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> float:
        """Start as a person or systemd would; seconds until both doors answered."""
        begun = time.monotonic()
        with (self.folder / "up.log").open("ab") as log:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "lifang", "up"],
                env=self.env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- started from the main thread
            )  # fmt: skip
        self.starts += 1
        while not (self.well() and self.streams_well()):
            if self.supervisor.poll() is not None or time.monotonic() - begun > READY_SECONDS:
                raise RuntimeError(f"lifang up ended: {self.log_tail()}")
            time.sleep(0.05)
        return time.monotonic() - begun

    def stop(self) -> None:
        """Ctrl-C, then insist."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            try:
                self.supervisor.wait(60)
            except subprocess.TimeoutExpired:
                self.kill(self.everybody())

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def well(self) -> bool:
        return _answers(f"{self.url}/healthz")

    def streams_well(self) -> bool:
        return _answers(f"http://127.0.0.1:{self.streams_port}/streams/healthz")

    # -- processes -------------------------------------------------------------------------------------

    def pids(self) -> dict[str, int]:
        """Children by the name the supervisor gave them."""
        state = json.loads((self.home / "run" / "state.json").read_text())
        return {child["name"]: child["pid"] for child in state["children"] if child["pid"]}

    def process(self, kind: str) -> psutil.Process | None:
        """The process of a kind, alive now."""
        try:
            if kind == "supervisor":
                return psutil.Process(self.supervisor.pid) if self.supervisor else None
            if kind == "web worker":
                return _youngest(psutil.Process(self.pids()["web"]).children())
            if kind == "postgres backend":
                with self.database() as line:
                    row = line.execute(
                        "SELECT pid FROM pg_stat_activity WHERE usename = 'lifang_app' AND pid <> pg_backend_pid() "
                        "AND backend_type = 'client backend' ORDER BY state_change DESC NULLS LAST LIMIT 1"
                    ).fetchone()
                return psutil.Process(row[0]) if row else None
            return psutil.Process(self.pids()[kind])
        except (OSError, ValueError, KeyError, psutil.Error, psycopg.Error):
            return None

    def everybody(self) -> list[psutil.Process]:
        """The supervisor, its children and theirs."""
        found: dict[int, psutil.Process] = {}
        roots = [self.supervisor.pid] if self.supervisor else []
        for pid in [*roots, *self.pids().values()]:
            try:
                process = psutil.Process(pid)
                found |= {each.pid: each for each in (process, *process.children(recursive=True))}
            except psutil.Error:
                continue
        return list(found.values())

    @staticmethod
    def kill(processes: list[psutil.Process]) -> None:
        """SIGKILL, each checked to be the very process that was found."""
        for process in processes:
            try:
                if process.is_running():
                    process.kill()
            except psutil.NoSuchProcess:
                continue

    def forget_supervisor(self) -> None:
        if self.supervisor is not None:
            self.supervisor.wait(30)

    # -- what is in there -------------------------------------------------------------------------------

    @property
    def database_url(self) -> str:
        socket_dir = quote(str(run_dir(self.home / "postgres")), safe="")
        return f"postgresql://{SUPERUSER}@/lifang?host={socket_dir}"

    def database(self) -> "psycopg.Connection[Any]":
        """A look from outside, behind no wall."""
        return psycopg.connect(self.database_url, autocommit=True, connect_timeout=5)

    def lifang(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "lifang", *words],
            env=self.env, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def nats_url(self) -> str:
        folder = self.home / "nats"
        password = (self.home / "keys" / "nats_app.secret").read_text().strip()
        return f"nats://app:{password}@127.0.0.1:{(folder / 'port').read_text().strip()}"

    def log_tail(self, name: str = "") -> str:
        file = self.home / "logs" / f"{name}.log" if name else self.folder / "up.log"
        return file.read_text(errors="replace")[-1500:] if file.exists() else ""


def _youngest(processes: list[psutil.Process]) -> psutil.Process | None:
    return max(processes, key=lambda process: process.create_time(), default=None)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
