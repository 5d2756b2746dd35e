"""Child processes that die with us, and the pid records by which the next start finds what outlived us."""

import contextlib
import ctypes
import json
import os
import pwd
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

PR_SET_PDEATHSIG = 1
SERVICE_USER = "nobody"


def dies_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends the signal when we die. Linux only; elsewhere the pid record must do.

    The signal follows the death of the creating *thread*: start children from the main thread.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return arm


def dropped() -> dict[str, Any]:
    """Arguments of Popen that give up root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(SERVICE_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def service_uid() -> int:
    """The user the database runs as: ourselves, or `nobody` when we are root."""
    return int(dropped().get("user", os.geteuid()))


def number(said: str) -> str:
    """The version in what a program says of itself."""
    found = re.search(r"\d+(\.\d+)*", said)
    return found.group() if found else "0"


def remember(record: Path, pid: int) -> None:
    """Write down a child with its start time, so that a reused pid is never taken for it."""
    born = psutil.Process(pid).create_time()
    fresh = record.with_suffix(".new")
    fresh.write_text(json.dumps({"pid": pid, "born": born}))
    fresh.replace(record)


def recall(record: Path) -> psutil.Process | None:
    """The recorded process if that very process still lives."""
    try:
        noted = json.loads(record.read_text())
        process = psutil.Process(noted["pid"])
        same = abs(process.create_time() - noted["born"]) < 1
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return process if same and not gone(process) else None


def gone(process: psutil.Process) -> bool:
    """No longer running; a zombie nobody waits for counts as gone."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(
    process: psutil.Process, *, politely: signal.Signals | None, patience_seconds: float
) -> None:
    """Ask (not again if it was asked already: None), wait, then insist."""
    for ask, patience in ((politely, patience_seconds), (signal.SIGKILL, 10.0)):
        if ask is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(ask)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)
            if gone(process):
                return
            time.sleep(0.02)
