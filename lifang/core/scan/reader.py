"""From a developed photo to its lines, by way of `read.py`: one at a time in each process."""

import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

import msgspec

SECONDS: Final = 90
_SCRIPT: Final = Path(__file__).with_name("read.py")
_ONE: Final = BoundedSemaphore(1)  # a reader takes 600 MB


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One line of a picture: its words, how sure the engine is (0 to 1), where it stands."""

    text: str
    sure: float
    left: int
    top: int
    right: int
    bottom: int


def lines_of(picture: bytes) -> list[Line] | None:
    """The lines of our own JPEG, from top to bottom; nothing when it could not be read. Takes seconds: for jobs, never for a page."""
    with _ONE:
        try:
            done = subprocess.run(  # noqa: S603 -- our own script, no shell, no arguments from outside
                [sys.executable, "-I", str(_SCRIPT)],
                input=picture,
                capture_output=True,
                timeout=SECONDS,
                env={},
                check=False,
                cwd="/",
            )
        except subprocess.TimeoutExpired:
            return None
    if done.returncode:  # killed by its limits
        return None
    try:
        return msgspec.json.decode(done.stdout, type=list[Line] | None)
    except msgspec.DecodeError:
        return None
