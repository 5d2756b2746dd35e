import msgspec
import pytest

from lifang.core.config import config
from lifang.core.files import disk


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A files folder of this test."""
    known = msgspec.structs.replace(config(), home=tmp_path)
    monkeypatch.setattr(disk, "config", lambda: known)
    return tmp_path / "files"
