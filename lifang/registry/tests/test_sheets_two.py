"""Two workers at one spreadsheet: the one that took over, and the slow one that was thought to be dead."""

import threading

import pytest
from django.db import connections

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.jobs import JOBS
from lifang.core.sheets import actions as sheets
from lifang.core.sheets.declare import SHEETS
from lifang.core.sheets.models import Import, Line
from lifang.core.sheets.tests.make import csv
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.orgs.tests.make import make_county
from lifang.registry.models import Person
from lifang.registry.tests.make import GRID, number

ROWS = 2200  # three batches
HEAD = ("姓名", "身份证", "所属网格")


def work_twice(it: Import) -> Import:
    """Two threads, each as a worker would run the job; both must come to a good end."""
    faults: list[BaseException] = []
    start = threading.Barrier(2)

    def worker() -> None:
        try:
            start.wait(10)
            JOBS["core.sheets.jobs.work"].run(MONDAY, of=str(it.pk))
        except BaseException as error:  # noqa: BLE001 -- told below, in the test's own thread
            faults.append(error)
        finally:
            connections.close_all()

    both = [threading.Thread(target=worker) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(120)
    assert faults == []
    with behind(SYSTEM):
        it.refresh_from_db()
    return it


@pytest.mark.covers("S3-26")
def test_two_workers_at_one_sheet_double_and_lose_nothing(real_db):
    make_county()
    secretary = cast.community_secretary(GRID[:12])
    people = [("张一", number(f"19{60 + n // 1000}0307", n % 1000), GRID) for n in range(ROWS)]  # fmt: skip
    data = csv(HEAD, *people)
    sheet = SHEETS["registry.persons"]
    it = sheets.take_in(actor=secretary.actor, sheet=sheet, data=data, name="p.csv", language="en", at=MONDAY)  # fmt: skip

    it = work_twice(it)
    assert (it.state, it.counts, it.done, it.of) == ("checked", {"new": ROWS}, ROWS, ROWS)
    with behind(SYSTEM):
        assert Line.objects.filter(of=it).count() == ROWS

    sheets.write(actor=secretary.actor, of=it, whole=False, at=MONDAY)
    it = work_twice(it)
    assert (it.state, it.written, it.done) == ("done", ROWS, ROWS)
    with behind(SYSTEM):
        living = Person.objects.filter(valid_to__isnull=True)
        assert living.count() == ROWS
        assert living.values("identity_key").distinct().count() == ROWS

    sheets.undo(actor=secretary.actor, of=it, at=MONDAY)
    it = work_twice(it)
    assert (it.state, it.left, it.done) == ("undone", 0, ROWS)
    with behind(SYSTEM):
        assert not Person.objects.filter(valid_to__isnull=True).exists()
        assert Entry.objects.filter(action="sheets.finish", outcome="done").count() == 2
