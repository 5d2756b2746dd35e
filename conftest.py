"""Tests run on the real PostgreSQL, as the role that row-level security binds."""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.core.management import call_command
from django.db import connections
from hypothesis import HealthCheck, settings

from lifang.boot.testing import APP, OWNER, TestServer

pytest_plugins = ["lifang.core.testing.plugin"]

# How fast a machine makes examples is no property of what is tested.
settings.register_profile("lifang", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lifang")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no collection of garbage has to look at it again."""
    gc.collect()
    gc.freeze()


def _point(server: TestServer, database: str, role: str = APP) -> None:
    """Move Django's connection; the settings are changed in place, so threads opened later follow."""
    connections["default"].close()
    connections["default"].settings_dict.update(
        NAME=database, USER=role, HOST=str(server.engine.run_dir), PORT="", PASSWORD=""
    )
    os.environ["LIFANG_DATABASE_URL"] = server.url(APP, database)
    os.environ["LIFANG_OWNER_URL"] = server.url(OWNER, database)


def _migrate(server: TestServer, database: str) -> None:
    _point(server, database, OWNER)
    call_command("migrate", verbosity=0, interactive=False)
    connections["default"].close()


@pytest.fixture(scope="session")
def test_server() -> Iterator[TestServer]:
    """The running server of this test run."""
    with TestServer.here().held() as server:
        yield server


@pytest.fixture(scope="session")
def template_db(test_server: TestServer, django_test_environment, django_db_blocker) -> str:
    """The name of the migrated database every test database is cloned from."""
    with django_db_blocker.unblock():
        return test_server.template(lambda name: _migrate(test_server, name))


@pytest.fixture(scope="session")
def django_db_setup(
    test_server: TestServer, template_db: str, django_db_blocker, worker_id: str
) -> Iterator[None]:
    """Each worker has a clone of its own; tests marked `django_db` roll back inside it, and no other test may look into it."""
    with test_server.clone(template_db, worker_id) as database:
        with django_db_blocker.unblock():
            _point(test_server, database)
        yield
        connections["default"].close()


@contextmanager
def committing(server: TestServer, template: str, blocker) -> Iterator[TestServer]:
    before = connections["default"].settings_dict["NAME"]
    with ExitStack() as stack:
        database = stack.enter_context(server.clone(template, "real"))
        stack.enter_context(blocker.unblock())
        _point(server, database)
        try:
            yield server
        finally:
            connections.close_all()
            _point(server, before)


@pytest.fixture
def real_db(
    test_server: TestServer, template_db: str, django_db_setup, django_db_blocker
) -> Iterator[TestServer]:
    """A database for this one test, with real commits; threads and subprocesses see it. Do not add `django_db`.

    (`transaction=True` would flush by TRUNCATE, which the audit refuses.)
    `LIFANG_DATABASE_URL` and `LIFANG_OWNER_URL` in `os.environ` point to it for subprocesses.
    """
    with committing(test_server, template_db, django_db_blocker) as server:
        yield server


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    """What a test named or drew was rolled back with it: the next one asks the database again."""
    from lifang.orgs import selectors  # noqa: PLC0415 -- Django must be set up

    selectors.forget()
