"""Engines: created, crashed, found again, refused."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nats
import psutil
import psycopg
import pytest
from nats.js.api import StreamConfig

from lifang.boot.engines import probe, provision
from lifang.boot.engines.nats import Nats, check_outside, check_version
from lifang.boot.engines.postgres import OWNER, SUPERUSER, Postgres, binaries, run_dir
from lifang.boot.engines.process import dropped, gone, recall, remember
from lifang.boot.engines.unfit import Unfit


@pytest.fixture
def short() -> Iterator[Path]:
    """A short folder that the user nobody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="lf-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(short: Path) -> Iterator[Postgres]:
    server = Postgres(short / "pg", short / "pg.log")
    server.start()
    provision.provision(
        server.url(SUPERUSER, "postgres"), server.url(SUPERUSER, "lifang"), "lifang"
    )
    yield server
    server.stop()


def test_a_new_server_is_fit_and_its_folder_is_closed(postgres: Postgres):
    assert probe.check(postgres.url()).startswith("18.")
    assert postgres.data.stat().st_mode & 0o777 == 0o700
    with psycopg.connect(postgres.url()) as app:
        row = app.execute(
            "SELECT current_user, current_setting('server_encoding'), datlocprovider::text, datlocale, datctype "
            "FROM pg_database WHERE datname = 'lifang'"
        ).fetchone()
    assert row == ("lifang_app", "UTF8", "b", "C.UTF-8", "C.UTF-8")


def test_what_was_committed_before_kill_9_is_there_after_the_next_start(postgres: Postgres):
    with psycopg.connect(postgres.url(OWNER)) as owner:
        owner.execute("CREATE TABLE kept (n int)")
        owner.execute("INSERT INTO kept VALUES (1)")
    killed = postgres.running()
    assert killed is not None
    killed.kill()
    assert postgres.start() is True
    with psycopg.connect(postgres.url(OWNER)) as owner:
        assert owner.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_a_killed_server_that_nobody_has_buried_does_not_stop_the_next_start(postgres: Postgres):
    dead = psutil.Process(postgres.child.pid)
    for process in (dead, *dead.children()):
        process.kill()
    while dead.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)

    again = Postgres(postgres.data, postgres.log)

    assert again.start()
    assert again.ready()
    assert gone(dead)
    again.stop()


def test_a_half_made_data_folder_is_made_anew(short: Path):
    (short / "pg.making").mkdir()
    (short / "pg.making" / "PG_VERSION").write_text("18")
    server = Postgres(short / "pg", short / "pg.log")
    assert server.start()
    server.stop()
    assert not (short / "pg.making").exists()


def test_the_server_leaves_with_a_starter_that_is_killed(short: Path):
    code = (
        "import sys, time; from pathlib import Path; from lifang.boot.engines.postgres import Postgres\n"
        f"server = Postgres(Path('{short}/pg'), Path('{short}/pg.log')); server.start()\n"
        "print(server.child.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    server = psutil.Process(int(starter.stdout.readline()))
    starter.kill()
    starter.wait()
    deadline = time.monotonic() + 20
    while not gone(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(server)
    assert "database system is shut down" in (short / "pg.log").read_text()


def test_a_long_path_gets_a_short_folder_for_its_socket():
    assert run_dir(Path("/var/lib/lifang/postgres")) == Path("/var/lib/lifang/postgres")
    assert len(str(run_dir(Path("/home") / ("x" * 120)))) < 40


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("fsync=off", "pg_not_durable"),
        ("full_page_writes=off", "pg_not_durable"),
        ("synchronous_commit=off", "pg_not_durable"),
    ],
)
def test_settings_that_lose_commits_are_refused_with_their_mend(
    short: Path, setting: str, code: str
):
    name, value = setting.split("=")
    server = Postgres(short / "pg", short / "pg.log", settings={name: value})
    server.start()
    try:
        provision.provision(
            server.url(SUPERUSER, "postgres"), server.url(SUPERUSER, "lifang"), "lifang"
        )
        with pytest.raises(Unfit) as refused:
            probe.check(server.url())
    finally:
        server.stop()
    assert refused.value.code == code
    assert f"ALTER SYSTEM SET {name} = on" in refused.value.en
    assert f"ALTER SYSTEM SET {name} = on" in refused.value.zh


def test_a_database_whose_locale_cuts_no_chinese_is_refused(postgres: Postgres):
    with psycopg.connect(postgres.url(SUPERUSER, "postgres"), autocommit=True) as server:
        server.execute(
            "CREATE DATABASE blind TEMPLATE template0 OWNER lifang_owner "
            "LOCALE_PROVIDER libc LC_CTYPE 'C' LC_COLLATE 'C'"
        )
    provision.grant(postgres.url(SUPERUSER, "blind"))
    with pytest.raises(Unfit) as refused:
        probe.check(postgres.url(database="blind"))
    assert refused.value.code == "pg_no_chinese"
    assert "C.UTF-8" in refused.value.en


def test_missing_checksums_are_refused(postgres: Postgres):
    postgres.stop()
    tool = [str(postgres.program("pg_checksums")), "--disable", "-D", str(postgres.data)]
    subprocess.run(tool, check=True, capture_output=True, cwd="/", **dropped())
    postgres.start()
    with pytest.raises(Unfit) as refused:
        probe.check(postgres.url())
    assert refused.value.code == "pg_no_checksums"


def test_the_application_may_not_run_as_a_role_that_row_level_security_does_not_bind(
    postgres: Postgres,
):
    with pytest.raises(Unfit) as refused:
        probe.check(postgres.url(SUPERUSER))
    assert refused.value.code == "pg_role_too_strong"


def test_a_server_that_is_away_is_named(short: Path):
    with pytest.raises(Unfit) as refused:
        probe.check(f"postgresql://lifang_app@/lifang?host={short}")
    assert refused.value.code == "pg_away"


def test_a_wrong_program_folder_is_refused(short: Path):
    with pytest.raises(Unfit) as refused:
        binaries(short)
    assert refused.value.code == "pg_bin_wrong"


@pytest.fixture
def jetstream(short: Path) -> Iterator[Nats]:
    server = Nats(
        short / "nats", short / "nats.log", short / "nats.pid", {"app": "a" * 40, "sys": "b" * 40}
    )
    server.start()
    yield server
    server.stop()


async def _say(url: str, stream: str) -> int:
    line = await nats.connect(url, connect_timeout=2, allow_reconnect=False)
    js = line.jetstream()
    await js.add_stream(StreamConfig(name=stream, subjects=[f"{stream}.>"]))
    await js.publish(f"{stream}.x", b"1")
    told = await js.stream_info(stream)
    await line.close()
    return int(told.state.messages)


def test_an_acknowledged_message_outlives_kill_9_of_the_server(jetstream: Nats):
    assert asyncio.run(_say(jetstream.url, "ev")) == 1
    server = jetstream.running()
    assert server is not None
    server.kill()
    jetstream.start()
    assert asyncio.run(_say(jetstream.url, "ev")) == 2


def test_nats_is_closed_to_strangers_and_its_secrets_to_other_users(jetstream: Nats):
    assert check_outside(jetstream.url) >= "2.12.3"
    assert (jetstream.folder / "nats.conf").stat().st_mode & 0o777 == 0o600
    assert "sync_interval: always" in (jetstream.folder / "nats.conf").read_text()
    with pytest.raises(nats.errors.Error):
        asyncio.run(_say(f"nats://app:wrong@127.0.0.1:{jetstream.port}", "ev"))


def test_an_old_nats_is_refused_with_the_version_to_take():
    check_version("2.12.3")
    with pytest.raises(Unfit) as refused:
        check_version("2.12.2")
    assert "2.12.3" in refused.value.en


def test_a_nats_that_is_away_is_named():
    with pytest.raises(Unfit) as refused:
        check_outside("nats://127.0.0.1:1")
    assert refused.value.code == "nats_away"


def test_a_pid_given_to_another_process_is_not_taken_for_the_recorded_one(tmp_path: Path):
    record = tmp_path / "x.pid"
    remember(record, os.getpid())
    assert recall(record) is not None
    record.write_text(record.read_text().replace('"born": ', '"born": 9'))
    assert recall(record) is None
