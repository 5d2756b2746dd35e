"""The key ring: one file, mode 0600, made at first use; a rotation adds a key and keeps the old ones."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from lifang.core.config import config

KEY_ID: Final = 4  # bytes


class KeysUnsafe(Exception):
    """The key file is readable by others, damaged or gone while sealed data exist."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current: str
    keys: dict[str, bytes]  # key id in hex: 32 random bytes (base64 in the file)
    index: bytes  # of what cannot be made anew from the clear text: recovery codes, links; stays
    indexes: tuple[bytes, ...] = ()  # of blind indexes, one a rotation; before the first: `index`


def _made() -> _File:
    first = secrets.token_hex(KEY_ID)
    return _File(first, {first: secrets.token_bytes(32)}, secrets.token_bytes(32))


def _durable(path: Path, ring: _File) -> Path:
    """The ring in a new file beside `path`, on the disk for sure."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(ring), indent=1))
        out.flush()
        os.fsync(out.fileno())
    return draft


def _settled(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _durable(path, _made())
    try:
        os.link(draft, path)  # fails if another process was first; then its ring is the ring
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _settled(path.parent)


def _read(path: Path) -> _File:
    if path.stat().st_mode & 0o077:
        raise KeysUnsafe(f"{path} may be read by others: chmod 600 {path}")
    try:
        ring = msgspec.json.decode(path.read_bytes(), type=_File)
    except msgspec.MsgspecError as damage:
        raise KeysUnsafe(f"{path} is damaged ({damage}): restore it from the backup") from None
    if ring.current not in ring.keys or not all(len(key) >= 32 for key in ring.keys.values()):
        raise KeysUnsafe(f"{path} is damaged (no current key): restore it from the backup")
    return ring


@dataclass
class KeyRing:
    """The keys of a file, read again when the file changes (another process rotated)."""

    path: Path
    _read_at: tuple[int, int] = (0, 0)
    _ring: _File | None = None
    _lock: Lock = field(default_factory=Lock)

    def _now(self) -> _File:
        try:
            state = os.stat(self.path)  # noqa: PTH116 -- asked for each value that is sealed
        except FileNotFoundError:
            if self._ring is not None:
                raise KeysUnsafe(f"{self.path} is gone: restore it from the backup") from None
            with self._lock:
                _create(self.path)
            state = self.path.stat()
        stamp = (state.st_mtime_ns, state.st_ino)
        if self._ring is None or stamp != self._read_at:
            with self._lock:
                self._ring, self._read_at = _read(self.path), stamp
        return self._ring

    def current(self) -> tuple[bytes, bytes]:
        """(key id, secret) new things are sealed with."""
        ring = self._now()
        return bytes.fromhex(ring.current), ring.keys[ring.current]

    def secret(self, key_id: bytes) -> bytes | None:
        """The secret with this id, or None."""
        return self._now().keys.get(key_id.hex())

    def index(self) -> bytes:
        """The secret of fingerprints and signatures that nobody can make anew; never rotated."""
        return self._now().index

    def indexes(self) -> tuple[bytes, ...]:
        """The secrets of blind indexes, the current one first."""
        ring = self._now()
        return (*reversed(ring.indexes), ring.index)

    def rotate(self) -> str:
        """Add a key and an index secret and make them the current ones; the key's id."""
        with self._locked_file():
            ring = self._now()
            new = secrets.token_hex(KEY_ID)
            keys = {**ring.keys, new: secrets.token_bytes(32)}
            indexes = (*ring.indexes, secrets.token_bytes(32))
            _durable(self.path, _File(new, keys, ring.index, indexes)).replace(self.path)
            _settled(self.path.parent)
        return new

    def _locked_file(self) -> "_FileLock":
        return _FileLock(self.path.with_suffix(".lock"))


class _FileLock:
    """One rotation at a time, across processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        import fcntl  # noqa: PLC0415 -- not on every system; only a rotation needs it

        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


class _Steady(KeyRing):
    """A ring that was looked at once."""

    def __init__(self, ring: KeyRing) -> None:
        super().__init__(ring.path)
        self._file = ring._now()  # noqa: SLF001 -- its own kind
        self._current, self._indexes = super().current(), super().indexes()

    def _now(self) -> _File:
        return self._file

    def current(self) -> tuple[bytes, bytes]:
        return self._current

    def indexes(self) -> tuple[bytes, ...]:
        return self._indexes


_STEADY: ContextVar[_Steady | None] = ContextVar("steady_ring", default=None)


@contextmanager
def steady() -> Iterator[None]:
    """Look at the key file once for everything sealed and opened inside: for one batch of rows, never for longer."""
    before = _STEADY.get()
    mark = _STEADY.set(before or _Steady(_ring_at(config().home)))
    try:
        yield
    finally:
        _STEADY.reset(mark)


@cache
def _ring_at(home: Path) -> KeyRing:
    return KeyRing(config().keys_file)


def key_ring() -> KeyRing:
    """The ring of this installation."""
    return _STEADY.get() or _ring_at(config().home)


def rotate() -> str:
    """Add a key to this installation's ring; new things use it at once, in every process."""
    return key_ring().rotate()
