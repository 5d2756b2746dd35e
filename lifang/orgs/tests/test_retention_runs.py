"""Runs of erasing: by the night's job, by the command, over several shelves, and by processes that are killed inside a batch."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db.models import Sum

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.ids import new_id
from lifang.core.jobs.declare import JOBS
from lifang.core.jobs.testing import run_due, waiting
from lifang.core.notify.models import Message
from lifang.core.offline.models import Record
from lifang.core.retention import SHELVES, Shelf, actions, selectors
from lifang.core.retention.jobs import nightly
from lifang.core.retention.models import Erasure, Run
from lifang.core.retention.terms import BATCH
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY

LONG_AGO = MONDAY - timedelta(days=1100)
KILLS, ROWS = 1, 4 * BATCH + 30


def messages(many: int, at: datetime = LONG_AGO, **more: object) -> None:
    with behind(SYSTEM):
        Message.objects.bulk_create(
            Message(
                recipient=f"account:{uuid4()}", channel="inbox", template="cases.accepted", area=places.GRID, state="sent",
                facts={"number": "planted-word"}, sent_at=at, asked_at=at, due_at=at, **more,
            )
            for _ in range(many)
        )  # fmt: skip


def records(many: int, at: datetime = LONG_AGO) -> None:
    with behind(SYSTEM):
        account = cast.account()
        Record.objects.bulk_create(
            Record(
                area=places.GRID, account=account, key=new_id(), kind="registry.visit", digest=b"x" * 32, made_at=at,
                said_at=at, ahead=0, sure=True, taken_at=at,
            )
            for _ in range(many)
        )  # fmt: skip


def erased() -> dict[str, tuple[int, int]]:
    """Term → batches and rows, of all that was written down and erased something."""
    found: dict[str, tuple[int, int]] = {}
    for one in Erasure.objects.filter(rows__gt=0):
        batches, rows = found.get(one.key, (0, 0))
        found[one.key] = (batches + 1, rows + (one.rows or 0))
    return found


@pytest.mark.django_db
@pytest.mark.covers("S0-91")
def test_one_run_works_off_several_shelves_in_their_order_and_leaves_what_is_not_over():
    messages(5)
    messages(2, at=MONDAY - timedelta(days=1))
    records(3)
    with behind(SYSTEM):
        run = actions.work(system=SYSTEM, at=MONDAY, most=2)
        assert erased() == {"notify.messages": (3, 5), "offline.records": (2, 3)}
        assert (run.ended_at, run.waiting, run.left) == (MONDAY, [], [])
        assert (Message.objects.count(), Record.objects.count()) == (2, 0)
        done = {one.key: (one.rows, one.batches) for one in selectors.done(SYSTEM, run.pk)}
    # A batch that is not full is the last one.
    assert {key: done[key] for key in erased()} == {"notify.messages": (5, 3), "offline.records": (3, 2)}  # fmt: skip
    lines = Entry.objects.filter(action="retention.erase")
    assert lines.count() == Erasure.objects.count()
    assert "planted-word" not in str([*lines.values("changes", "subject", "reason")])


@pytest.mark.django_db
def test_the_night_asks_for_each_term_once_and_the_same_night_again_asks_for_nothing_more():
    messages(3)
    records(1)
    assert JOBS[nightly.name] is nightly
    nightly.run(MONDAY)
    asked = [facts["key"] for name, facts in waiting() if name.endswith("work_off")]
    assert {"notify.messages", "offline.records"} <= set(asked)
    assert len(asked) == len(set(asked))
    nightly.run(MONDAY + timedelta(minutes=1))
    assert [facts["key"] for name, facts in waiting() if name.endswith("work_off")] == asked
    run_due(MONDAY + timedelta(minutes=2))
    run = Run.objects.get()
    assert (run.waiting, run.left, run.asked_by_id) == ([], [], None)
    assert run.ended_at == MONDAY + timedelta(minutes=2)
    with behind(SYSTEM):
        assert (Message.objects.count(), Record.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_shelf_that_fails_stops_no_other_and_the_next_night_names_it(monkeypatch):
    messages(3)
    records(1)
    broken = SHELVES["offline.records"]

    def fails(rows, at):
        raise OSError("the disk is full")

    monkeypatch.setitem(
        SHELVES, "offline.records", Shelf(broken.key, broken.over, fails, broken.held)
    )
    nightly.run(MONDAY)
    run = Run.objects.get()
    for key in run.waiting:
        if key != "offline.records":
            actions.work_off(system=SYSTEM, run=run.pk, key=key, at=MONDAY)
    with pytest.raises(OSError, match="full"), behind(SYSTEM):
        actions.work_off(system=SYSTEM, run=run.pk, key="offline.records", at=MONDAY)
    with behind(SYSTEM):
        assert (Message.objects.count(), Record.objects.count()) == (0, 1)
    assert not Erasure.objects.filter(key="offline.records").exists()  # nothing half
    monkeypatch.setitem(SHELVES, "offline.records", broken)
    next_night = MONDAY + timedelta(hours=24)
    nightly.run(next_night)
    run.refresh_from_db()
    assert (run.left, run.ended_at) == (["offline.records"], next_night)
    run_due(next_night)
    with behind(SYSTEM):
        assert Record.objects.count() == 0


# -- the command ------------------------------------------------------------------------------------


def command(*words: str) -> str:
    out = StringIO()
    call_command("retention", *words, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.covers("S0-91")
def test_the_command_counts_without_erasing_in_either_language():
    messages(7)
    english, chinese = command("--dry-run"), command("--dry-run", "--language", "zh-hans")
    line = next(one for one in english.splitlines() if one.startswith("notify.messages"))
    assert "7" in line.split()
    assert f"{LONG_AGO + timedelta(hours=8):%Y-%m-%d}" in line
    assert "planted-word" not in english
    assert any(one.startswith("notify.messages") and "短信" in one for one in chinese.splitlines())
    assert next(one for one in english.splitlines() if one.startswith("registry.restricted")).count("not shown") == 2  # fmt: skip
    with behind(SYSTEM):
        assert Message.objects.count() == 7
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_the_command_erases_and_says_what_and_a_second_one_finds_nothing():
    messages(7)
    said = command()
    assert "notify.messages: 7" in said.splitlines()
    assert said.splitlines()[-1].endswith("ended")
    with behind(SYSTEM):
        assert Message.objects.count() == 0
    assert "notify.messages" not in command()


# -- killed inside a batch ---------------------------------------------------------------------------


def begun() -> "subprocess.Popen[bytes]":
    """`lifang retention` as a process of its own."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "lifang.boot.settings"}
    return subprocess.Popen([sys.executable, "-m", "django", "retention"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


@contextmanager
def log_held(url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Nobody writes a line of the log: who ends a batch waits, with its rows deleted and nothing committed."""
    with psycopg.connect(url) as line:
        line.execute("LOCK TABLE audit_entry IN SHARE MODE")
        yield line
        line.rollback()


def until(asked, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


HERE = "(SELECT oid FROM pg_database WHERE datname = current_database())"
IN_A_BATCH = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND database = {HERE}"
WORKING = f"SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND database = {HERE}"


@pytest.mark.covers("S0-91")
def test_a_run_killed_inside_its_batches_leaves_no_half_of_one_and_is_ended_by_the_next(real_db):
    started = time.monotonic()
    url = os.environ["LIFANG_OWNER_URL"]
    messages(ROWS, at=datetime.now(UTC) - timedelta(days=1100))  # noqa: TID251 -- the command reads the clock
    with psycopg.connect(url, autocommit=True) as eye:
        eye.execute("SELECT set_config('lifang.areas', '*', false)")

        def asked(question: str) -> int:
            return int(eye.execute(question).fetchone()[0])  # type: ignore[index,arg-type]

        gone = "SELECT count(*) FROM retention_erasure WHERE key = 'notify.messages' AND rows > 0"
        half = "SELECT count(*) FROM retention_erasure WHERE rows IS NULL"
        left = "SELECT count(*) FROM notify_message"
        finished, killed = 0, []
        for _ in range(KILLS):
            worker = begun()
            until(lambda seen=finished: asked(gone) > seen)
            with log_held(url):
                until(lambda: asked(IN_A_BATCH) > 0)
                worker.kill()
                worker.wait()
            until(lambda: asked(WORKING) == 0)
            finished = asked(gone)
            killed.append(finished)
            assert asked(half) == 0
            assert asked(left) == ROWS - BATCH * finished
            assert asked("SELECT count(*) FROM retention_run WHERE ended_at IS NULL") == 1
        last = begun()
        said, wrong = last.communicate(timeout=30)
        assert last.returncode == 0, wrong.decode()[-2000:]
        assert asked(left) == asked(half) == 0
    with behind(SYSTEM):
        run = Run.objects.get()
        assert (run.waiting, run.left) == ([], [])
        batches = Erasure.objects.filter(key="notify.messages")
        assert batches.aggregate(n=Sum("rows"))["n"] == ROWS
        assert batches.filter(rows__gt=0).count() == -(-ROWS // BATCH)
        lines = Entry.objects.filter(action="retention.erase", outcome="done")
        assert lines.count() == Erasure.objects.count()
    assert f"notify.messages: {ROWS}" in said.decode().splitlines()
    told = {"rows": ROWS, "killed_after_batches": killed, "half": 0, "seconds": round(time.monotonic() - started, 1)}  # fmt: skip
    print(json.dumps(told))  # noqa: T201 -- `pytest -s` shows the proof's numbers
