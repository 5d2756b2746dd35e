"""The real worker on a real database with real commits."""

from django.core.management import call_command
from django.db import connection

from lifang.core.jobs import job
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
    call_command("procrastinate", "worker", "--one-shot")
    assert seen == ["first ('*', 'lifang_app') UTC", "second ('*', 'lifang_app') UTC"]
    assert waiting() == []
