"""A job taken back from a worker that was only slow waits for it, and goes on at once where it is dead."""

import os
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command

from lifang.core.jobs import JOBS, job, periodic
from lifang.core.jobs.alone import Busy, _key, alone, free, held

done: list[str] = []
NAME = "core.jobs.tests.test_alone"


@job(attempts=2)
def pay(*, system, at, bill):
    done.append(bill)


@periodic(cron="0 0 1 1 *")
def yearly(*, system, at):
    done.append("yearly")


@pytest.fixture
def slow_worker(real_db):
    """A worker taken for dead that is still at `pay(bill=1)` and at `yearly`, on a connection of its own."""
    done.clear()
    other = psycopg.connect(os.environ["LIFANG_DATABASE_URL"], autocommit=True)
    for key in (_key(f"{NAME}.pay", {"bill": "1"}), _key(f"{NAME}.yearly", None)):
        other.execute("SELECT pg_advisory_lock(%s)", [key])
    yield other
    other.close()


def test_who_takes_over_waits_for_the_slow_one_and_does_another_bill_meanwhile(slow_worker):
    pay.later(bill="1")
    pay.later(bill="2")
    with pytest.raises(Busy), alone(pay.name, {"bill": "1"}, timedelta(0)):
        done.append("beside")
    with alone(pay.name, {"bill": "2"}, timedelta(0)):
        assert done == []
    threading.Timer(0.3, slow_worker.close).start()  # it ends, or dies: its lock is gone with it
    call_command("jobs", "--one-shot")
    assert done == ["1", "2"]
    assert held(pay.name, {"bill": "1"})  # given back after the job
    free(pay.name, {"bill": "1"})


def test_what_the_clock_starts_goes_away_where_another_is_at_it(slow_worker):
    JOBS[f"{NAME}.yearly"].task.func(timestamp=0)
    assert done == []
    slow_worker.close()
    for _ in range(100):  # the server notices in its own time that the line is gone
        JOBS[f"{NAME}.yearly"].task.func(timestamp=0)
        if done:
            break
        time.sleep(0.05)
    assert done == ["yearly"]


def test_a_job_that_fails_gives_its_lock_back(real_db):
    with pytest.raises(ZeroDivisionError), alone("x", {}, timedelta(0)):
        raise ZeroDivisionError
    other = psycopg.connect(os.environ["LIFANG_DATABASE_URL"], autocommit=True)
    assert other.execute("SELECT pg_try_advisory_lock(%s)", [_key("x", {})]).fetchone() == (True,)
    other.close()
