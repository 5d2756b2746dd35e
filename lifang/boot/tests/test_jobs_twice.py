"""Every job that the clock starts, run twice over a county with something for each: the second time changes nothing.

With the lock of `core.jobs.alone` this is what two workers come to: one after the other, never beside each other.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from lifang.cases.models import Case
from lifang.cases.tests.make import closed, dispatched, make_case
from lifang.core import notify
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.jobs import JOBS
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.orgs.tests.make import make_county
from lifang.registry import actions as registry
from lifang.registry.models import Membership
from lifang.registry.tests.make import make_household, make_person, number
from lifang.sensing import actions as sensing
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

LATER = MONDAY + timedelta(days=12)
# What is written at every run, by nature: its own line in the log, an end of the log told to a witness once more.
ALWAYS = {"audit.entry", "audit.anchor", "events.outbox"}
PERIODIC = sorted(
    name for name, job in JOBS.items() if job.task is not None and job.task.queueing_lock == name
)


def counts() -> Counter[str]:
    """How many rows every table has, and how many to-dos and messages there are."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
                found[model._meta.label_lower] = cursor.fetchone()[0]
    return found


def told() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, count(*) FROM events_outbox GROUP BY name")
        return Counter(dict(cursor.fetchall()))


@pytest.fixture
def county(db: None) -> Any:
    """A late case, a missed visit, a registration that ran out, a device that fell silent, smoke nobody answers, a message that waits."""
    with behind(SYSTEM):
        make_county()
        cast.community_secretary()
        dispatched(at=MONDAY)
        closed(at=MONDAY)
        make_case(at=MONDAY)
        old = make_person(name="欧秘密", identity=number("19300307"))
        lodger = make_person(name="王五", residence="floating", identity=number(sequence=321))
        home = make_household(old, lodger)
        Membership.objects.filter(person=lodger).update(expires_on=MONDAY.date())
        registry.plan_visits(actor=SYSTEM, household=home, kind="household", at=MONDAY, due_on=(MONDAY - timedelta(days=60)).date())  # fmt: skip
        series = make_series(make_device(type="smoke"), "smoke")
        quiet = make_series(make_device(type="electricity_meter"), "power")
        sensing.store([observed(series, MONDAY, 1)], known_of(series), MONDAY)
        sensing.store([observed(quiet, MONDAY, 50)], known_of(quiet), MONDAY)
        notify.send(to="tel:10070000001", template="accounts.code", facts={"code": "424242"}, at=MONDAY, area=places.GRID)  # fmt: skip
        yield


def test_every_periodic_job_may_be_done_twice(county):
    assert len(PERIODIC) > 20
    changed: dict[str, Any] = {}
    did = Counter[str]()
    for name in PERIODIC:
        before, heard = counts(), told()
        JOBS[name].run(LATER)
        between, said = counts(), told()
        did[name] = sum(abs(between[one] - before[one]) for one in between if one not in ALWAYS)
        did[name] += sum((said - heard).values())
        JOBS[name].run(LATER)
        again = {one: n - between[one] for one, n in counts().items() if n != between[one]}
        more = {one: n for one, n in again.items() if one not in ALWAYS}
        if more or told() != said:
            changed[name] = (more, told() - said)
    print(f"{len(PERIODIC)} jobs, {sum(1 for n in did.values() if n)} of them did something: {did}")
    assert changed == {}
    for name in ("cases.jobs.tell_overdue", "registry.jobs.tell_missed", "registry.jobs.remind", "sensing.jobs.tell_silence", "sensing.jobs.run_timers"):  # fmt: skip
        assert did[name], f"{name} had nothing to do: the proof would be empty"
    assert Case.objects.count() == 3
