"""The real worker on a real database with real commits."""

import asyncio

from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app

from lifang.core.jobs import job
from lifang.core.jobs.stalled import MOST_SILENT, give_back
from lifang.core.jobs.testing import waiting

seen: list[str] = []


@job()
def note(*, system, at, word):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lifang.areas', true), current_user")
        seen.append(f"{word} {cursor.fetchone()} {at.tzinfo}")
    if word == "first":
        note.later(word="second")


def test_a_worker_runs_jobs_as_the_application_role_behind_an_open_wall(real_db):
    seen.clear()
    note.later(word="first")
    call_command("jobs", "--one-shot")
    assert seen == ["first ('*', 'lifang_app') UTC", "second ('*', 'lifang_app') UTC"]
    assert waiting() == []


def _begun_by(silent_seconds: float) -> None:
    """Every job that waits was begun by a worker last heard of then."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id", [silent_seconds])  # fmt: skip
        worker = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo'", [worker])  # fmt: skip


def _statuses() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'word', status FROM procrastinate_jobs WHERE args ? 'word' ORDER BY id"
        )
        return cursor.fetchall()


def test_a_job_of_a_killed_worker_goes_on_at_the_start_of_another_and_one_of_a_living_worker_does_not(real_db):  # fmt: skip
    seen.clear()
    note.later(word="killed")
    _begun_by(silent_seconds=9)
    note.later(word="alive")
    _begun_by(silent_seconds=3)
    call_command("jobs", "--one-shot")
    assert [word.split()[0] for word in seen] == ["killed"]
    assert _statuses() == [("killed", "succeeded"), ("alive", "doing")]


def test_of_a_killed_job_whose_like_waits_already_the_waiting_one_is_enough(real_db):
    seen.clear()
    note.later(word="twin", once="twin")
    _begun_by(silent_seconds=9)
    note.later(word="twin", once="twin")
    note.later(word="other")
    call_command("jobs", "--one-shot")
    assert [word.split()[0] for word in seen] == ["twin", "other"]
    assert _statuses() == [("twin", "failed"), ("twin", "succeeded"), ("other", "succeeded")]


def _times(word: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attempts, status FROM procrastinate_jobs WHERE args->>'word' = %s", [word])  # fmt: skip
        return cursor.fetchone()


def _dies(times: int) -> None:
    """So many workers take the job and are never heard of again; another looks after each."""
    with connection.cursor() as cursor:
        for _n in range(times):
            cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id")  # fmt: skip
            worker = cursor.fetchone()[0]
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo' AND args ? 'word'", [worker])  # fmt: skip
            asyncio.run(_look())


async def _look() -> None:
    with app.replace_connector(app.connector.get_worker_connector()):
        async with app.open_async():
            await give_back(app.job_manager)


def test_a_worker_that_dies_is_none_of_the_attempts_of_its_job(real_db):
    seen.clear()
    note.later(word="killed")
    _dies(MOST_SILENT)
    assert _times("killed") == (0, "todo")
    call_command("jobs", "--one-shot")
    assert [word.split()[0] for word in seen] == ["killed"]
    assert _times("killed") == (1, "succeeded")


def test_a_job_that_kills_every_worker_is_given_up_where_an_operator_sees_it(real_db, caplog):
    seen.clear()
    note.later(word="deadly")
    assert note.standing() == [{"word": "deadly"}]
    _dies(MOST_SILENT + 1)
    assert _times("deadly")[1] == "failed"
    assert "given up" in caplog.text
    assert note.standing() == []
    call_command("jobs", "--one-shot")
    assert seen == []
