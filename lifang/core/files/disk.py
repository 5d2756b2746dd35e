"""Content on disk under its own SHA-256, there for sure before the database says so."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Final

from lifang.core.config import config
from lifang.core.crypto.seals import content_id

PICTURE: Final = ""
THUMB: Final = ".thumb"
MIDDLE: Final = ".middle"

_waiting: ContextVar[set[Path] | None] = ContextVar("files_unsettled", default=None)


def place(sha256: str, part: str = PICTURE) -> Path:
    """Where content lies; the name is checked, so nobody walks out of the folder."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a content name")
    return config().files_dir / sha256[:2] / sha256[2:4] / f"{sha256}{part}"


def put(data: bytes, thumb: bytes = b"", middle: bytes = b"") -> str:
    """Keep content; on return it survives a power cut. The name it is kept under."""
    sha256 = content_id(data)
    for part, content in ((THUMB, thumb), (MIDDLE, middle)):
        if content:
            _write(place(sha256, part), content)
    _write(place(sha256), data)
    return sha256


@contextmanager
def unsettled() -> Iterator[None]:
    """Wait for the disk once, at the end of the block: for a caller who throws everything away if power fails before."""
    waiting: set[Path] = set()
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for each in sorted(waiting):
        _settle(each)


def get(sha256: str, part: str = PICTURE) -> bytes:
    """The content with this name."""
    return place(sha256, part).read_bytes()


def middle(sha256: str) -> bytes:
    """The middle picture; none where the picture itself is no larger, or was kept before there were any."""
    path = place(sha256, MIDDLE)
    return path.read_bytes() if path.is_file() else b""


def _write(path: Path, data: bytes) -> None:
    _folders(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            if _waiting.get() is None:
                os.fsync(out.fileno())
        draft.replace(path)
        if _waiting.get() is not None:
            _settle(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def _folders(folder: Path) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        _settle(each.parent)


def _settle(place: Path) -> None:
    """Wait for the disk to have a folder's names, or a file's bytes."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.add(place)
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def older_than(moment: datetime) -> Iterator[str]:
    """Names of content that was last put before a moment."""
    for path in sorted(config().files_dir.glob("??/??/*")):
        if (
            not path.name.startswith(".")
            and not path.suffix
            and path.stat().st_mtime < moment.timestamp()
        ):
            yield path.name


def drop(sha256: str) -> None:
    """Remove content and its smaller pictures."""
    for part in (PICTURE, THUMB, MIDDLE):
        place(sha256, part).unlink(missing_ok=True)
