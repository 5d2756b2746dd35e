from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from lifang.core.access import SYSTEM
from lifang.core.jobs import JOBS, job
from lifang.core.jobs.testing import run_due, waiting

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
pytestmark = pytest.mark.django_db
done: list[tuple[object, datetime, str]] = []


@job(attempts=2)
def greet(*, system, at, who):
    done.append((system, at, who))


@job()
def greet_twice(*, system, at, who):
    greet.later(who=f"{who} again")


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


def test_a_job_runs_as_the_system_at_the_time_it_is_given():
    assert greet.later(who="Wang")
    assert waiting() == [("core.jobs.tests.test_jobs.greet", {"who": "Wang"})]
    assert run_due(NOON) == ["core.jobs.tests.test_jobs.greet"]
    assert done == [(SYSTEM, NOON, "Wang")]
    assert run_due(NOON) == []


def test_a_job_for_later_waits_for_its_time():
    greet.later(who="Wang", start=NOON + timedelta(hours=1))
    assert run_due(NOON) == []
    assert run_due(NOON + timedelta(hours=1)) == ["core.jobs.tests.test_jobs.greet"]


def test_a_job_may_ask_for_a_job():
    greet_twice.later(who="Li")
    assert len(run_due(NOON)) == 2
    assert [who for _, _, who in done] == ["Li again"]


def test_the_same_key_waits_once_and_the_transaction_lives_on():
    assert greet.later(who="a", once="key")
    assert not greet.later(who="b", once="key")
    assert [facts for _, facts in waiting()] == [{"who": "a"}]


def test_an_act_that_fails_leaves_no_job():
    @transaction.atomic
    def fail():
        greet.later(who="nobody")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert waiting() == []


def test_two_jobs_cannot_share_a_name():
    assert JOBS["core.jobs.tests.test_jobs.greet"] is greet
    with pytest.raises(RuntimeError, match="two jobs"):
        job()(greet.act)
