from collections.abc import Callable

import msgspec
import pytest

from lifang.core.config import config


@pytest.fixture
def configured(monkeypatch) -> Callable[..., None]:
    """Run with other settings: `configured(demo=True)`."""
    known = config()

    def put(**changes) -> None:
        changed = msgspec.structs.replace(known, **changes)
        for name in (
            "passwords",
            "selectors",
            "actions.codes",
            "actions.entry",
            "actions.keeping",
            "web.sign_in",
            "source",
        ):
            monkeypatch.setattr(f"lifang.core.accounts.{name}.config", lambda: changed)

    return put


@pytest.fixture
def password_profile(configured) -> Callable[[str], None]:
    return lambda name: configured(password_profile=name)
