"""A fresh clone runs: `make demo`, doors answer, a login works, it starts again quickly and stops cleanly.

Once as whoever runs this, and if that is root, once more as an ordinary user where this machine allows it.
"""

import contextlib
import http.cookiejar
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOORS = ("/", "/sign-in", "/desk", "/my", "/kiosk", "/screen", "/healthz")
FIRST_START_SECONDS, SECOND_START_SECONDS, STOP_SECONDS = 900, 10.0, 30
SIZE = os.environ.get("SMOKE_SIZE", "county")
READY = "lifang doctor"  # in the last line of the table that ends the start
ORDINARY = "nobody"


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0

    def check(self, sentence: str, holds: object, fact: str = "") -> None:
        print(f"{'ok    ' if holds else 'FAILED'} {sentence} {fact}", flush=True)
        if holds:
            self.passed += 1
        else:
            self.failed += 1


@dataclass
class Clone:
    """A clone in a folder of its own, with a data folder, ports and a user of its own."""

    folder: Path
    user: str | None
    python: str
    port: int = 0
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.port = free_ports()
        self.log = self.folder / "demo.log"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "LIFANG_HOME": str(self.folder / "data"),
            "LIFANG_PORT": str(self.port),
            "LIFANG_STREAMS_PORT": str(self.port + 1),
            "PYTHONUNBUFFERED": "1",
        }
        passed_on = (
            "PIP_",
            "npm_",
            "NPM_",
            "SSL_",
            "REQUESTS_",
            "NODE_",
            "http",
            "HTTP",
            "no_proxy",
            "NO_PROXY",
        )
        self.env |= {
            name: value for name, value in os.environ.items() if name.startswith(passed_on)
        }
        if not self.user:
            self.env["HOME"] = os.environ.get("HOME", "/root")

    @property
    def source(self) -> Path:
        return self.folder / "lifang"

    def command(self, *words: str) -> list[str]:
        become = [
            "runuser",
            "-u",
            str(self.user),
            "--",
            "env",
            f"HOME={self.env['HOME']}",
        ]  # runuser sets HOME anew
        return [*become, *words] if self.user else list(words)

    def prepare(self) -> None:
        (self.folder / "home").mkdir()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(self.source)], check=True)
        if self.user:
            who = pwd.getpwnam(self.user)
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, who.pw_uid, who.pw_gid, follow_symlinks=False)

    @contextlib.contextmanager
    def demo(self, patience_seconds: float) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
        """`make demo` until its table shows; the seconds it took. Stopped by its own supervisor's SIGTERM."""
        begun = time.monotonic()
        with self.log.open("wb") as log:
            make = subprocess.Popen(
                self.command(
                    "make", "--no-print-directory", "demo", f"PYTHON={self.python}", f"SIZE={SIZE}"
                ),
                cwd=self.source,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            while READY not in self.log.read_text(errors="replace"):
                if make.poll() is not None or time.monotonic() - begun > patience_seconds:
                    raise RuntimeError(
                        "make demo did not come up:\n"
                        + self.log.read_text(errors="replace")[-4000:]
                    )
                time.sleep(0.1)
            yield make, time.monotonic() - begun
        finally:
            self.stop(make)

    def supervisor(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / "data/run/supervisor.lock").read_text())
        return 0

    def stop(self, make: "subprocess.Popen[bytes]") -> float:
        begun = time.monotonic()
        if supervisor := self.supervisor():
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervisor, signal.SIGTERM)
        try:
            make.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(make.pid, signal.SIGKILL)
            make.wait()
        return time.monotonic() - begun

    def left_over(self) -> list[str]:
        """Processes that still name this clone's folder."""
        said = subprocess.run(
            ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True
        ).stdout
        return [
            line for line in said.splitlines() if str(self.folder) in line and "ps -eo" not in line
        ]


def free_ports() -> int:
    """A port that is free together with its neighbour."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                other.bind(("127.0.0.1", port + 1))
                return port


class Browser:
    """Just enough of one: cookies and forms."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def get(self, path: str) -> tuple[int, str, str]:
        return self._open(urllib.request.Request(self.base + path))

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
        _, page, _ = self.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        body = urllib.parse.urlencode(
            {"csrfmiddlewaretoken": token[1] if token else "", **fields}
        ).encode()
        return self._open(
            urllib.request.Request(self.base + path, body, {"Referer": self.base + path})
        )

    def _open(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode(errors="replace"), answer.url
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode(errors="replace"), request.full_url


def account(text: str) -> tuple[str, str] | None:
    """The first name and password of the table that ends the start: `账号 account  name / password`."""
    found = re.search(r"(\S+) / (\S+)", text)
    return (found[1], found[2]) if found else None


def smoke(clone: Clone, tally: Tally) -> None:
    who = clone.user or pwd.getpwuid(os.geteuid()).pw_name
    clone.prepare()
    with clone.demo(FIRST_START_SECONDS) as (make, seconds):
        tally.check(
            f"{who}: make demo on a fresh clone comes up",
            True,
            f"{seconds:.0f} s, {size(clone.folder)}",
        )
        browser = Browser(f"http://127.0.0.1:{clone.port}")
        for door in DOORS:
            status, _, _ = browser.get(door)
            tally.check(f"{who}: {door} answers", status == 200, str(status))
        login(clone, browser, tally, who)
        stopped = clone.stop(make)
    tally.check(
        f"{who}: it stops and leaves no process",
        not clone.left_over(),
        f"{stopped:.1f} s {clone.left_over()}",
    )
    with clone.demo(120) as (make, seconds):
        tally.check(
            f"{who}: the second start takes under 10 s",
            seconds < SECOND_START_SECONDS,
            f"{seconds:.1f} s",
        )
        status, _, _ = Browser(f"http://127.0.0.1:{clone.port}").get("/")
        tally.check(f"{who}: the door answers again", status == 200, str(status))


def login(clone: Clone, browser: Browser, tally: Tally, who: str) -> None:
    known = account(clone.log.read_text(errors="replace"))
    if known is None:
        tally.check(f"{who}: the table names an account", False)
        return
    name, password = known
    browser.post("/sign-in", {"login": name, "password": password})
    status, _, url = browser.get("/desk")
    tally.check(
        f"{who}: {name} signs in and sees the desk", status == 200 and "/sign-in" not in url, url
    )


def size(folder: Path) -> str:
    said = subprocess.run(
        ["du", "-sm", str(folder)], capture_output=True, text=True, check=False
    ).stdout
    return f"{said.split()[0]} MB" if said else ""


def ordinary_python() -> str | None:
    """A Python 3.11+ with venv that an ordinary user may run."""
    if not shutil.which("runuser"):
        return None
    test = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        done = subprocess.run(
            ["runuser", "-u", ORDINARY, "--", python, "-c", test],
            cwd="/",
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return python
    return None


def main() -> int:
    tally = Tally()
    base = getattr(sys, "_base_executable", sys.executable)
    runs: list[tuple[str | None, str]] = [(None, base)]
    if os.geteuid() == 0:
        python = ordinary_python()
        if python:
            runs.append((ORDINARY, python))
        else:
            print("no Python 3.11 with venv that an ordinary user may run: that half is left out")
    for user, python in runs:
        folder = Path(tempfile.mkdtemp(prefix="lf-"))
        folder.chmod(0o755)
        try:
            smoke(Clone(folder, user, python), tally)
        except (RuntimeError, OSError, subprocess.SubprocessError) as fault:
            tally.check(f"{user or 'this user'}: runs", False, str(fault))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
