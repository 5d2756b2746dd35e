"""The drill: what was saved comes out again, and what is damaged or in the way is refused."""

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lifang.boot import databases
from lifang.boot.backup import backup, restore
from lifang.boot.engines import provision
from lifang.boot.engines.postgres import OWNER, SUPERUSER, Postgres
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import Home
from lifang.boot.testing import TestServer
from lifang.core.config import Config


def _new_home() -> Iterator[tuple[Config, Postgres]]:
    root = Path(tempfile.mkdtemp(prefix="lf-"))
    root.chmod(0o755)
    settings = Config(home=root)
    Home(root).prepare()
    server = databases.embedded(settings)
    server.start()
    provision.provision(
        server.url(SUPERUSER, "postgres"), server.url(SUPERUSER, databases.NAME), databases.NAME
    )
    yield settings, server
    server.stop()
    shutil.rmtree(root)


old_home = pytest.fixture(_new_home, name="old_home")
new_home = pytest.fixture(_new_home, name="new_home")


@pytest.fixture
def lived_in(
    old_home: tuple[Config, Postgres], test_server: TestServer, template_db: str
) -> tuple[Config, Postgres]:
    """The real schema with rows, a file and a key: brought over from the migrated template."""
    settings, server = old_home
    tools = server.bin
    dump = settings.home / "template.dump"
    subprocess.run(
        [tools / "pg_dump", "-Fc", "-f", dump, test_server.url(SUPERUSER, template_db)],
        check=True,
        capture_output=True,
    )
    url = server.url(SUPERUSER, databases.NAME)
    subprocess.run([tools / "pg_restore", "-d", url, dump], check=True, capture_output=True)
    dump.unlink()
    with psycopg.connect(server.url(OWNER, databases.NAME)) as owner:
        owner.execute(
            "INSERT INTO django_content_type (app_label, model) VALUES ('drill', '周村区')"
        )
    (settings.home / "files" / "ab").mkdir()
    (settings.home / "files" / "ab" / "photo.jpg").write_bytes(b"\xff\xd8photo")
    (settings.home / "keys" / "ring.json").write_text('{"key": "k"}')
    return settings, server


def test_the_drill(
    lived_in: tuple[Config, Postgres], new_home: tuple[Config, Postgres], tmp_path: Path
):
    (old, _), (new, server) = lived_in, new_home
    archive = tmp_path / "saved.tar"
    saved = backup(archive, old)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["saved.tar"]

    restored = restore(archive, new)

    assert restored == saved
    assert saved["rows"]["django_migrations"] > 10
    with psycopg.connect(server.url(database=databases.NAME)) as app:
        found = app.execute(
            "SELECT count(*) FROM django_content_type WHERE model = '周村区'"
        ).fetchone()
        owner = app.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        walled = app.execute(
            "SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        ).fetchone()
    assert found == (1,)
    assert owner == [("lifang_owner",)]
    assert walled is not None
    assert walled[0] > 0
    assert (new.home / "files/ab/photo.jpg").read_bytes() == b"\xff\xd8photo"
    assert (new.home / "keys/ring.json").read_text() == '{"key": "k"}'
    assert (new.home / "keys/ring.json").stat().st_mode & 0o777 == 0o600


def test_a_database_that_is_not_empty_is_left_alone(
    lived_in: tuple[Config, Postgres], tmp_path: Path
):
    settings, server = lived_in
    backup(tmp_path / "saved.tar", settings)
    with pytest.raises(Unfit) as refused:
        restore(tmp_path / "saved.tar", settings)
    assert refused.value.code == "restore_not_empty"
    with psycopg.connect(server.url(database=databases.NAME)) as app:
        assert app.execute("SELECT count(*) > 10 FROM django_migrations").fetchone() == (True,)


def test_a_damaged_archive_is_refused_before_anything_is_written(
    lived_in: tuple[Config, Postgres], new_home: tuple[Config, Postgres], tmp_path: Path
):
    saved = tmp_path / "saved.tar"
    backup(saved, lived_in[0])
    with tarfile.open(saved) as archive:
        archive.extractall(tmp_path / "x", filter="data")
    (tmp_path / "x/files/ab/photo.jpg").write_bytes(b"\xff\xd8other")
    with tarfile.open(saved, "w") as archive:
        archive.add(tmp_path / "x", "")
    with pytest.raises(Unfit) as refused:
        restore(saved, new_home[0])
    assert refused.value.code == "backup_damaged"
    assert "files/ab/photo.jpg" in refused.value.en
    with psycopg.connect(new_home[1].url(database=databases.NAME)) as app:
        assert app.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone() == (0,)
