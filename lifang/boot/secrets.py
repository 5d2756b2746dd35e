"""Secrets made at the first start and kept in the data folder, readable by its owner only."""

import os
import secrets as dice
from pathlib import Path

from lifang.core.config import config


def secret(name: str) -> str:
    """The secret of this name; `LIFANG_<NAME>_SECRET` overrides, else made once."""
    given = os.environ.get(f"LIFANG_{name.upper()}_SECRET")
    if given:
        return given
    path = config().home / "keys" / f"{name}.secret"
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(str(path), dice.token_urlsafe(48))
    return path.read_text("ascii")


def _write_once(path: str, value: str) -> None:
    """Whole or absent, also when we are killed while writing; the first of several processes wins."""
    fresh = f"{path}.{os.getpid()}.{dice.token_hex(4)}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:  # another process was first
        pass
    finally:
        Path(fresh).unlink()
