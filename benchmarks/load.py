"""The load client: wrk where it is installed (Debian: apt-get install wrk), else one of our own on threads."""

import http.client
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 16
_LATENCY = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)\s*$", re.MULTILINE)
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """What a run of closed-loop connections saw."""

    a_second: float
    p50_ms: float
    p99_ms: float
    bad: int


# Bodies come from a file, so many lines each; where it is read through it begins anew.
_POSTS = """
local file, each = os.getenv("LOAD_BODIES"), tonumber(os.getenv("LOAD_LINES"))
local lines, at = {}, 0
for line in io.lines(file) do lines[#lines + 1] = line end
request = function()
  if at + each > #lines then at = 0 end
  local body = table.concat(lines, "\\n", at + 1, at + each)
  at = at + each
  return wrk.format("POST", nil, nil, body)
end
"""


def post(url: str, headers: dict[str, str], lines: Sequence[bytes], each: int, connections: int, seconds: float) -> float:  # fmt: skip
    """Requests a second that are answered well, of `each` lines, by wrk. Raises when one is not."""
    with tempfile.TemporaryDirectory() as folder:
        bodies, script = Path(folder, "bodies"), Path(folder, "posts.lua")
        bodies.write_bytes(b"\n".join(lines) + b"\n")
        script.write_text(_POSTS)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", str(script), "--timeout", "20s"]  # fmt: skip
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        env = {**os.environ, "LOAD_BODIES": str(bodies), "LOAD_LINES": str(each)}
        said = subprocess.run([*command, url], env=env, capture_output=True, text=True, check=True).stdout  # fmt: skip
    asked = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if "Non-2xx" in said or "Socket errors" in said or asked is None:
        raise RuntimeError(said)
    return float(asked[1])


def load(url: str, headers: dict[str, str], seconds: float = 4) -> Load:
    """GET one address over 16 connections."""
    return _wrk(url, headers, seconds) if shutil.which("wrk") else _own(url, headers, seconds)


def client() -> str:
    return "wrk" if shutil.which("wrk") else "own threads (slower than wrk: install wrk)"


def _wrk(url: str, headers: dict[str, str], seconds: float) -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    at = {share: float(value) * _MS[unit] for share, value, unit in _LATENCY.findall(said)}
    asked = re.search(r"Requests/sec:\s+([\d.]+)", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    broken = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said
    )
    count = int(bad[1]) if bad else 0
    count += sum(int(part) for part in broken.groups()) if broken else 0
    return Load(float(asked[1]) if asked else 0.0, at["50"], at["99"], count)


def _own(url: str, headers: dict[str, str], seconds: float) -> Load:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}"
    took: list[float] = []
    bad = [0]
    end = time.perf_counter() + seconds

    def ask() -> None:
        line = http.client.HTTPConnection(parts.hostname or "", parts.port)
        while (begun := time.perf_counter()) < end:
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            answer.read()
            bad[0] += answer.status >= 400
            took.append(time.perf_counter() - begun)
        line.close()

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took.sort()
    return Load(
        len(took) / seconds, took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3, bad[0]
    )
