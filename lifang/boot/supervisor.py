"""One supervisor: starts the children, restarts what crashes, stops all in order, and finds what outlived it."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import psutil

from lifang.boot.engines.process import dies_with_parent, end, gone, recall, remember
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import Home, write_private

TICK_SECONDS = 0.2
BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
HEALTHY_AFTER_SECONDS = 30.0  # then the next crash starts at the shortest pause again
PATIENCE_SECONDS = 12.0


class Keepable(Protocol):
    """What the supervisor keeps alive: a program, or an engine."""

    name: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def alive(self) -> bool: ...
    def pid(self) -> int | None: ...


@dataclass
class Program:
    """A child process in a session of its own; the session is how its own orphaned workers are found again."""

    name: str
    command: Sequence[str | Path]
    home: Home
    env: Mapping[str, str]
    child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    asked: bool = False

    @property
    def record(self) -> Path:
        return self.home.run / f"{self.name}.pid"

    def start(self) -> None:
        self.sweep()
        self.asked = False
        with (self.home.logs / f"{self.name}.log").open("ab") as log:
            self.child = subprocess.Popen(
                [str(part) for part in self.command],
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- the supervisor has one thread
            )
        remember(self.record, self.child.pid)

    def ask_to_stop(self) -> None:
        """Once: to many programs a second signal means "at once"."""
        if self.alive() and self.child is not None and not self.asked:
            self.asked = True
            self.child.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        self.ask_to_stop()
        if self.alive() and self.child is not None:
            end(psutil.Process(self.child.pid), politely=None, patience_seconds=PATIENCE_SECONDS)
        self.sweep()

    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def pid(self) -> int | None:
        return self.child.pid if self.child else None

    def sweep(self) -> None:
        """End what is left of the last start: the recorded process, then members of its session."""
        leader = recall(self.record)
        if leader is not None:
            end(leader, politely=signal.SIGTERM, patience_seconds=PATIENCE_SECONDS)
        for member in _session_of(self.record):
            end(member, politely=signal.SIGTERM, patience_seconds=2)
        self.record.unlink(missing_ok=True)


def _session_of(record: Path) -> Iterator[psutil.Process]:
    """Living members of the session a recorded process led.

    A session id is not given out again while a member lives, so a member of it is ours unless the id was free in
    between, and then its leader lives and was born later.
    """
    try:
        session = int(json.loads(record.read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if psutil.pid_exists(session) and recall(record) is None and not gone(psutil.Process(session)):
        return
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if (
                process.pid != os.getpid()
                and os.getsid(process.pid) == session
                and not gone(process)
            ):
                yield process


@dataclass
class Kept:
    """How one child has fared."""

    what: Keepable
    began: float = 0.0
    crashes: int = 0
    restarts: int = 0
    again_at: float | None = None


class Supervisor:
    """Tiers start in order and stop in reverse; members of one tier stop together."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.tiers: list[list[Kept]] = []
        self.stopping = False
        self._lock: IO[str] | None = None

    def alone(self) -> None:
        """Refuse when another supervisor runs on this data folder."""
        lock = (self.home.run / "supervisor.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            other = lock.read().strip()
            raise Unfit(
                "runs_already",
                zh=f"里坊已在运行（进程 {other}）。用 lifang status 查看，或先按 Ctrl-C 停止它。",
                en=f"lifang runs already (process {other}). See `lifang status`, or stop it with Ctrl-C first.",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def add(self, *members: Keepable) -> None:
        """Start a tier and keep it."""
        tier = [Kept(member) for member in members]
        self.tiers.append(tier)
        for kept in tier:
            kept.what.start()
            kept.began = time.monotonic()
        self.tell()

    def watch(self) -> None:
        """Until asked to stop: restart what died."""
        while not self.stopping:
            self.tick(time.monotonic())
            time.sleep(TICK_SECONDS)

    def tick(self, now: float) -> None:
        """One look at everybody, engines first."""
        for kept in (kept for tier in self.tiers for kept in tier):
            if kept.what.alive():
                if kept.crashes and now - kept.began > HEALTHY_AFTER_SECONDS:
                    kept.crashes = 0
            elif kept.again_at is None:
                pause = BACK_OFF_SECONDS[min(kept.crashes, len(BACK_OFF_SECONDS) - 1)]
                kept.again_at = now + pause
                kept.crashes += 1
            elif now >= kept.again_at:
                self._again(kept, now)

    def _again(self, kept: Kept, now: float) -> None:
        kept.again_at = None
        kept.began = now
        kept.restarts += 1
        try:
            kept.what.start()
        except (Unfit, OSError) as fault:
            print(f"{kept.what.name}: {fault}", flush=True)
        self.tell()

    def stop(self) -> None:
        """Last tier first; within a tier all are asked before any is waited for."""
        for tier in reversed(self.tiers):
            for kept in tier:
                if isinstance(kept.what, Program):
                    kept.what.ask_to_stop()
            for kept in tier:
                kept.what.stop()
        self.tiers.clear()
        if self._lock:  # else the state is that of another supervisor, who refused us
            (self.home.run / "state.json").unlink(missing_ok=True)
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def tell(self) -> None:
        """For `lifang status`."""
        state = [
            {"name": kept.what.name, "pid": kept.what.pid(), "restarts": kept.restarts}
            for tier in self.tiers
            for kept in tier
        ]
        write_private(
            self.home.run / "state.json", json.dumps({"supervisor": os.getpid(), "children": state})
        )
