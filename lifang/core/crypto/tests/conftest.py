import msgspec
import pytest

from lifang.core import config as config_module
from lifang.core.config import config
from lifang.core.crypto import keys, profiles


@pytest.fixture(params=["intl", "gm"])
def profile(request, tmp_path, monkeypatch):
    """The profile under test, with a ring of its own."""
    known = msgspec.structs.replace(config(), home=tmp_path, crypto_profile=request.param)
    for module in (config_module, keys, profiles):
        monkeypatch.setattr(module, "config", lambda: known)
    return profiles.PROFILES[request.param]


@pytest.fixture
def ring(profile):
    return keys.key_ring()
