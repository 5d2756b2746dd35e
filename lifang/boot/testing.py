"""The PostgreSQL of the test run: one server for all workers, one migrated template, one clone for each worker."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO

import psutil
import psycopg

from lifang.boot.engines import provision
from lifang.boot.engines.postgres import APP, OWNER, SUPERUSER, Postgres, private
from lifang.boot.engines.process import service_uid
from lifang.boot.engines.unfit import Unfit

ROOT = Path(__file__).resolve().parents[2]
# Nobody mourns a test database: these, and only here, are off.
UNSAFE_BUT_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "wal_level": "replica",
    "autovacuum": "off",
}
TEMPLATES_KEPT = 3
# Clones live and die in memory: a database is 2,000 files, and on some file systems each costs half a millisecond to make.
MEMORY, IN_MEMORY = Path("/dev/shm"), "in_memory"  # noqa: S108 -- a folder of our own is made there
ROOM_BYTES = 2 * 2**30


@dataclass
class TestServer:
    """Held by every test process through a shared lock; the last one out stops it."""

    __test__ = False
    home: Path

    @classmethod
    def here(cls) -> "TestServer":
        """One server for a working tree and user, in a short folder that `nobody` can reach."""
        tree = hashlib.sha256(f"{ROOT}:{os.geteuid()}".encode()).hexdigest()[:8]
        home = Path(os.environ.get("LIFANG_TEST_HOME", f"/tmp/lifang-test-{tree}"))  # noqa: S108 -- checked to be ours
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        if home.stat().st_uid not in {os.geteuid(), service_uid()}:
            raise PermissionError(f"{home} belongs to somebody else; set LIFANG_TEST_HOME")
        return cls(home)

    def __post_init__(self) -> None:
        self.engine = Postgres(
            self.home / "pg",
            self.home / "pg.log",
            bin_setting=os.environ.get("LIFANG_PG_BIN"),
            settings=UNSAFE_BUT_FAST,
            die_with_us=False,
        )

    @contextlib.contextmanager
    def held(self) -> Iterator["TestServer"]:
        """Running while anybody holds it."""
        with (self.home / "users.lock").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            with self.alone():
                self._start()
            try:
                yield self
            finally:
                self._leave(users)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time: starting, and building the template."""
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        try:
            started = self.engine.start()
        except Unfit:  # without fsync a crash of the machine may have spoilt the folder
            shutil.rmtree(self.engine.data, ignore_errors=True)
            started = self.engine.start()
        if started:
            provision.create_roles(self.url(SUPERUSER, "postgres"))
            self._sweep()
            self._make_room()

    def _leave(self, users: IO[str]) -> None:
        fcntl.flock(users, fcntl.LOCK_UN)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.engine.stop()

    def url(self, role: str = APP, database: str = "postgres") -> str:
        """Where a role finds a database of this server."""
        return self.engine.url(role, database)

    def template(self, migrate: Callable[[str], None]) -> str:
        """The name of the database with all migrations of this tree applied, built by `migrate(name)` when it is new."""
        name = "template_" + migrations_hash()
        with self.alone():
            with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
                if provision.exists(connection, name):
                    return name
            making = "making_" + secrets.token_hex(4)
            provision.create_database(self.url(SUPERUSER), making)
            provision.grant(self.url(SUPERUSER, making))
            try:
                migrate(making)
            except BaseException:
                provision.drop_database(self.url(SUPERUSER), making)
                raise
            with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
                connection.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')  # type: ignore[call-overload]
        return name

    @contextlib.contextmanager
    def clone(self, template: str, label: str = "t") -> Iterator[str]:
        """A database of one's own; gone afterwards."""
        name = f"clone_{os.getpid()}_{label}_{secrets.token_hex(3)}"
        provision.create_database(self.url(SUPERUSER), name, template=template, tablespace=self._room())  # fmt: skip
        try:
            yield name
        finally:
            provision.drop_database(self.url(SUPERUSER), name)

    def _room(self) -> str:
        """The place for clones, if it was made."""
        with psycopg.connect(self.url(SUPERUSER)) as connection:
            there = connection.execute("SELECT FROM pg_tablespace WHERE spcname = %s", [IN_MEMORY])
            return IN_MEMORY if there.fetchone() is not None else ""

    def _make_room(self) -> None:
        """A place for clones in memory, where there is enough; after a restart of the machine the old one is empty."""
        folder = MEMORY / f"lifang-{hashlib.sha256(str(self.home).encode()).hexdigest()[:8]}"
        with (
            contextlib.suppress(psycopg.Error, OSError, Unfit),  # then they lie on the disk
            psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection,
        ):
            connection.execute(f"DROP TABLESPACE IF EXISTS {IN_MEMORY}")  # type: ignore[call-overload]
            shutil.rmtree(folder, ignore_errors=True)
            free = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
            if free > ROOM_BYTES:
                private(folder)
                connection.execute(f"CREATE TABLESPACE {IN_MEMORY} LOCATION '{folder}'")  # type: ignore[call-overload]

    def _sweep(self) -> None:
        """Drop clones whose process is gone and templates of older trees."""
        with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
            names = [
                row[0] for row in connection.execute("SELECT datname FROM pg_database ORDER BY oid")
            ]
        dead = [name for name in names if name.startswith("making_") or _owner_is_gone(name)]
        templates = [name for name in names if name.startswith("template_")]
        for name in dead + templates[:-TEMPLATES_KEPT]:
            provision.drop_database(self.url(SUPERUSER), name)


def _owner_is_gone(name: str) -> bool:
    return name.startswith("clone_") and not psutil.pid_exists(int(name.split("_")[1]))


def migrations_hash() -> str:
    """Changes when any migration, grant, the wall or an SQL file changes: then the template is built anew."""
    from django.apps import apps  # noqa: PLC0415 -- the app registry exists only after setup

    digest = hashlib.sha256(provision.GRANTS.encode())
    files = {
        file
        for config in apps.get_app_configs()
        for file in (Path(config.path) / "migrations").glob("**/*.py")
    }
    package = Path(str(import_module("lifang").__path__[0]))
    files |= {
        *package.glob("core/access/wall*"),
        *package.glob("core/access/wall/*"),
        *package.glob("**/*.sql"),
    }
    files |= {*package.glob("**/migrations/**/*.py")}
    for file in sorted(file for file in files if file.is_file() and file.suffix != ".pyc"):
        digest.update(str(file).encode() + file.read_bytes())
    digest.update(repr([config.name for config in apps.get_app_configs()]).encode())
    return digest.hexdigest()[:12]


__all__ = ["APP", "OWNER", "SUPERUSER", "TestServer", "migrations_hash"]
