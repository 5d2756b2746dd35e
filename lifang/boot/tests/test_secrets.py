"""A secret is made once, whole, for its owner only."""

import stat
import subprocess
import sys

import pytest

from lifang.boot import secrets
from lifang.core.config import config

ASK = "from lifang.boot.secrets import secret; print(secret('race'))"


def test_processes_that_start_together_agree_on_one_secret():
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {process.communicate()[0].strip() for process in asking}
    assert len(said) == 1
    assert len(said.pop()) == 64


def test_a_kill_while_writing_leaves_no_half_secret(monkeypatch):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(secrets.os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        secrets.secret("half")
    kept = config().home / "keys" / "half.secret"
    assert not kept.exists()
    monkeypatch.undo()
    made = secrets.secret("half")
    assert kept.read_text() == made
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
