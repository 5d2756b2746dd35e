from collections.abc import Callable

import msgspec
import pytest

from lifang.core.config import config


@pytest.fixture
def crypto_profile(monkeypatch) -> Callable[[str], None]:
    """Write the log under another profile."""
    known = config()

    def put(name: str) -> None:
        changed = msgspec.structs.replace(known, crypto_profile=name)
        monkeypatch.setattr("lifang.core.audit.log.config", lambda: changed)

    return put
