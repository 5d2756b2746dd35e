"""What leaves by pipes and is kept beside the database: JetStream's messages and its files, live streams, the backup. Sealed values may lie there."""

import asyncio
import json
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import nats
import pytest

from lifang.boot import streams
from lifang.boot.backup import DUMP, Place, backup
from lifang.boot.engines.nats import Nats
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.config import Config
from lifang.core.crypto.fields import clear
from lifang.core.events.models import Outbox
from lifang.core.relay import stream
from lifang.registry.models import Person
from tests.marker.plant import GROUND, PLANTED, Planted
from tests.marker.reading import Marks, plain

PATIENCE_SECONDS = 300


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    found = Path(tempfile.mkdtemp(prefix="lf-", dir="/tmp"))
    found.chmod(0o755)
    yield found
    shutil.rmtree(found)


@pytest.fixture
def pipe(short: Path) -> Iterator[Nats]:
    passwords = {"app": "a" * 40, "sys": "b" * 40}
    server = Nats(short / "nats", short / "nats.log", short / "nats.pid", passwords)
    server.start()
    yield server
    server.stop()


async def _carried(url: str, readers: dict[str, streams.Reader], told: list[Outbox]) -> list[bytes]:
    """The relay's own steps: what it read of the outbox into the stream; each message to who reads live; what the stream says again."""
    line = await nats.connect(url)
    js = line.jetstream()
    await stream.ensure(js)
    await stream.pass_on(js, told)
    heard = await js.subscribe("ev.>", stream=stream.STREAM)
    kept = []
    for _one in told:
        message = await heard.next_msg(timeout=5)
        kept.append(f"{message.subject} {message.headers}".encode() + message.data)
        streams.fan_out(message.data)
    await line.close()
    assert readers
    assert len(kept) == len(told)
    return kept


def _waiting() -> list[Outbox]:
    """What the relay may pass on: nothing newer than the oldest transaction of the whole server, and other tests have theirs there."""
    until = time.monotonic() + PATIENCE_SECONDS
    while len(told := stream.unpassed(5000)) <= 2 * PLANTED and time.monotonic() < until:
        time.sleep(0.2)
    return told


def _drained(reader: streams.Reader) -> str:
    return "".join(reader.queue.get_nowait() for _ in range(reader.queue.qsize()))


@pytest.mark.covers("S4-08")
def test_no_planted_value_is_in_a_message_a_live_stream_or_a_file_of_the_stream_store(
    planted: Planted, pipe: Nats
):
    marks = Marks(planted.secrets)
    readers = {
        key: streams.Reader(member.actor, queue=asyncio.Queue(100_000))
        for key, member in planted.cast.items()
        if member.account
    }
    streams.READERS.update(readers.values())
    try:
        with behind(SYSTEM):
            told = _waiting()
            kept = asyncio.run(_carried(pipe.url, readers, told))
    finally:
        streams.READERS.clear()
    assert len(kept) > 2 * PLANTED
    assert [one for body in kept for one in marks.found(plain(body))] == []
    lines = {key: _drained(reader) for key, reader in readers.items()}
    assert {key: marks.found(text) for key, text in lines.items() if marks.found(text)} == {}
    assert lines["grid_worker"].count("data: ") > PLANTED
    assert "registry." not in lines["stranger"]

    pipe.stop()
    files = {path: path.read_bytes() for path in pipe.folder.rglob("*") if path.is_file()}
    held = b"".join(files.values())
    assert kept[0].split(b'"id": ')[-1][:38] in held, "the store must be readable for this to prove anything"  # fmt: skip
    assert {str(path): found for path, body in files.items() if (found := marks.found(plain(body)))} == {}  # fmt: skip
    assert marks.found(pipe.log.read_text()) == set()
    print(f"{len(kept)} messages, {len(files)} files of the store, {len(held)} bytes")


@pytest.mark.covers("S4-08")
def test_no_planted_value_is_in_the_backup_but_sealed(planted: Planted, short: Path):
    """A birthday lies open in the database, because ages are counted there; with no name beside it. So does the number of a paper that is a ground."""
    marks = Marks(planted.secrets - planted.places - {GROUND})
    settings = Config(home=short / "home")
    (short / "home").mkdir()
    archive = short / "saved.tar"
    manifest = backup(archive, settings.__class__(home=settings.home, database_url=_urls()[0], owner_url=_urls()[1]))  # fmt: skip
    assert manifest["rows"]["registry_person"] >= PLANTED
    assert manifest["rows"]["registry_restrictedrecord"] == 1, "what only named viewers see is saved, too"  # fmt: skip
    with tarfile.open(archive) as packed:
        packed.extractall(short / "out", filter="data")
    said = subprocess.run(
        [Place.of(settings).bin / "pg_restore", "--data-only", "-f", "-", short / "out" / DUMP],
        check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    assert str(planted.people[9].pk) in said
    assert marks.found(said) == set()
    rest = [path for path in (short / "out").rglob("*") if path.is_file() and path.name != DUMP]
    assert [path for path in rest if marks.found(plain(path.read_bytes()))] == []
    with behind(SYSTEM):
        assert clear(Person.objects.get(pk=planted.people[9].pk), "telephone") == "10070000009"
    print(f"{len(said)} characters of rows, {len(rest)} other files, {datetime.now(UTC):%Y}")  # noqa: TID251 -- only said


def _urls() -> tuple[str, str]:
    import os  # noqa: PLC0415

    return os.environ["LIFANG_DATABASE_URL"], os.environ["LIFANG_OWNER_URL"]


def test_the_facts_of_an_event_would_be_found_in_the_store_if_they_were_there():
    body = json.dumps({"facts": {"telephone": "10070000009"}}).encode()
    assert Marks({"10070000009"}).found(plain(b"\x00\xff" + body)) == {"10070000009"}
