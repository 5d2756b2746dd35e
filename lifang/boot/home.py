"""The data folder: what lies where, and who may read it."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from lifang.core.config import Config, config


@dataclass(frozen=True)
class Home:
    """Everything lifang keeps on this machine is below `root`; deleting it is a factory reset."""

    root: Path

    @classmethod
    def of(cls, settings: Config | None = None) -> "Home":
        return cls((settings or config()).home)

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Pid records and stamps: may be deleted while nothing runs."""
        return self.root / "run"

    @property
    def static(self) -> Path:
        return self.root / "static"

    def prepare(self) -> "Home":
        """The folders; the root may be entered by others only when the database must run as another user."""
        self.root.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        for room in (self.files, self.keys, self.run, self.logs):
            room.mkdir(mode=0o700, exist_ok=True)
        self.static.mkdir(mode=0o755, exist_ok=True)
        return self


def write_private(file: Path, text: str, *, owner: int | None = None) -> None:
    """A 0600 file that is whole or absent, also when we are killed while writing it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    if owner is not None and os.geteuid() == 0:
        os.chown(fresh, owner, -1)
    fresh.replace(file)
