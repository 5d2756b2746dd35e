"""A decoder in a process of its own: bytes in; a head and parts out, or nothing when its limits ended it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

_HEAD: Final = 4
Made = tuple[dict[str, Any], list[bytes]]


def decoded(script: Path, data: bytes, seconds: float) -> Made | None:
    """What the script made of it: the length of a JSON head (4 bytes), the head, parts as long as its `lengths`."""
    command = [sys.executable, "-I", str(script)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own script, no shell, no arguments from outside
            command, input=data, capture_output=True, timeout=seconds, env={}, check=False, cwd="/"
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode or len(done.stdout) < _HEAD:  # killed by its limits
        return None
    start = _HEAD + int.from_bytes(done.stdout[:_HEAD], "big")
    head = json.loads(done.stdout[_HEAD:start])
    parts = []
    for length in head.get("lengths", ()):
        parts.append(done.stdout[start : start + length])
        start += length
    return head, parts
