"""A house of one's own for a measurement: temp home, durable PostgreSQL, a small county, processes by exact pid."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifang.boot.launch import Launch


@contextmanager
def temp_home(**settings: str) -> Iterator[Path]:
    """A data folder that goes away again. Nothing of the person's own home or site is touched."""
    folder = Path(tempfile.mkdtemp(prefix="lifang-bench-"))
    folder.chmod(0o755)  # as root the database runs as another user
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("LIFANG_")]:
        del os.environ[name]
    os.environ.update(LIFANG_HOME=str(folder / "home"), LIFANG_CONFIG=str(folder / "none.toml"))
    os.environ.update({f"LIFANG_{name.upper()}": value for name, value in settings.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "lifang.boot.settings"
    try:
        yield folder / "home"
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def house(*, people: int = 200, days: int = 2, **settings: str) -> Iterator["Launch"]:
    """Database, schema and a small county with the production settings; Django of this process is connected to it."""
    with temp_home(demo="1", **settings):
        from lifang.boot.launch import Launch  # noqa: PLC0415 -- reads the settings made above
        from lifang.boot.steps import Steps  # noqa: PLC0415

        launch = Launch(Steps())
        launch.supervisor.alone()
        try:
            launch.engines()
            launch.schema()
            import django  # noqa: PLC0415

            django.setup()
            from lifang.demo import seed  # noqa: PLC0415

            seed.build(datetime.now(UTC), people_count=people, days=days)
            yield launch
        finally:
            if "django" in sys.modules:
                from django.db import connections  # noqa: PLC0415

                connections.close_all()
            launch.supervisor.stop()


def actor_of(login: str) -> Any:
    """A seeded account as an actor, now."""
    from lifang.core.access.grants import actor_of as actor  # noqa: PLC0415
    from lifang.core.accounts.models import Account  # noqa: PLC0415

    return actor(Account.objects.get(login=login).pk, datetime.now(UTC))
