"""After its time an application is counted and nobody's: papers, then words, then whose it was and the paper of the result."""

from datetime import date, timedelta

import pytest
from django.db import connection

from lifang.affairs import actions, selectors
from lifang.affairs.models import Intake, Laid, Part
from lifang.affairs.tests.make import (
    HOUR,
    MONDAY,
    accepted,
    again,
    make_application,
    make_unit,
    window,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.files import disk
from lifang.core.files.models import Attachment
from lifang.core.flow.models import Step
from lifang.core.forms.fields import Paper
from lifang.core.retention import actions as retention
from lifang.core.testing import cast, places
from lifang.registry.models import Person

pytestmark = pytest.mark.django_db
NAME = "王秀英"


def after(years):
    return MONDAY + timedelta(days=366 * years)


def run(at):
    with behind(SYSTEM):
        return retention.work(system=SYSTEM, at=at)


def refused_one():
    """Not granted: nothing of it holds."""
    make_unit("public_security")
    told = {"arrived_on": "2026-03-01", "work_place": "里坊中学"}
    row = accepted(places.GRID, "temporary-residence", answers=told)
    with behind(SYSTEM):
        unit = cast.department_handler(unit=row.parts.get().unit_id)
    actions.opine(
        actor=unit.actor, application=row, agrees=False, note=f"{NAME}不符合", at=MONDAY + HOUR
    )
    return actions.decide(actor=SYSTEM, application=row, granted=False, note=f"{NAME}请补缴", at=MONDAY + HOUR)  # fmt: skip


def with_paper():
    """Granted, and a paper was laid to it."""
    row = make_application(places.GRID)
    worker = window().actor
    actions.ask_supplement(actor=worker, application=row, wanted=["photo_two_inch"], note="照片", at=MONDAY)  # fmt: skip
    paper = Paper("photo.pdf", b"%PDF-1.4 of " + str(row.pk).encode() + b"\n%%EOF")
    actions.add_supplement(actor=worker, application=row, files={"photo_two_inch": [paper]}, at=MONDAY)  # fmt: skip
    actions.accept(actor=worker, application=row, at=MONDAY, seen=[one.key for one in row.matter.materials])  # fmt: skip
    actions.decide(actor=worker, application=row, granted=True, at=MONDAY + HOUR)
    return actions.deliver(actor=worker, application=row, how="window", at=MONDAY + 2 * HOUR)


def figures(row):
    row = again(row)
    steps = Step.objects.filter(subject=row.pk).values_list("seq", "move", "at")
    parts = Part.objects.filter(application=row).values_list("key", "agrees", "done_at")
    return (row.guide, row.area, row.channel, row.outcome, row.state, row.known, row.asked, row.submitted_at, row.closed_at), list(steps), list(parts)  # fmt: skip


@pytest.mark.covers("S0-91")
def test_after_its_term_nothing_of_the_person_is_left_and_the_figures_stay():
    row = refused_one()
    with behind(SYSTEM):
        before, person = figures(row), row.person
        assert any(NAME in note for note in Step.objects.filter(subject=row.pk).values_list("note", flat=True))  # fmt: skip
        run(after(4))
        kept = again(row)
        assert (clear(kept, "name"), kept.emptied_at) == (NAME, None)
        assert Intake.objects.get(pk=row.intake_id).person is None  # two years after the visit
        at = after(5)
        done = run(at)
        assert done.ended_at == at
        gone = again(row)
        assert (gone.emptied_at, gone.anonymised_at) == (at, at)
        assert (clear(gone, "name"), gone.telephone, gone.answer, gone.person, gone.account) == ("—", None, "", None, None)  # fmt: skip
        assert selectors.filled(SYSTEM, gone).answers == {}
        assert set(Step.objects.filter(subject=row.pk).values_list("note", flat=True)) == {""}
        assert figures(row) == before
        assert (
            Person.objects.get(pk=person.pk).erased_at is None
        )  # the register has terms of its own
        assert run(at + HOUR).waiting == []
    assert planted_in("affairs_application", "affairs_part", "affairs_intake", "affairs_laid", "flow_step") == []  # fmt: skip


def planted_in(*tables):
    """Tables in which the name still stands in the clear."""
    with connection.cursor() as cursor, behind(SYSTEM):
        found = []
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{NAME}%"])  # fmt: skip
            found += [table] if cursor.fetchone()[0] else []
    return found


def test_papers_go_before_the_result_and_that_one_when_it_holds_no_more(anonymous, django_capture_on_commit_callbacks):  # fmt: skip
    row = with_paper()
    with behind(SYSTEM):
        result, laid = row.result, Laid.objects.get(application=row, key="photo_two_inch")
        paper = Attachment.objects.get(pk=laid.files[0])
        with django_capture_on_commit_callbacks(execute=True):
            run(after(2))
        laid.refresh_from_db()
        assert (laid.met, laid.files) == ("file", [])
        assert not disk.place(paper.sha256).exists()
        assert disk.place(result.sha256).is_file()
        run(after(20))  # an elderly card holds as long as its holder is registered
        kept = again(row)
        assert (clear(kept, "name"), bool(kept.emptied_at), kept.anonymised_at) == (NAME, True, None)  # fmt: skip
        Person.objects.filter(pk=row.person_id).update(valid_to=after(20))
        with django_capture_on_commit_callbacks(execute=True):
            run(after(26))
        gone = again(row)
        assert (clear(gone, "name"), gone.person) == ("—", None)
        assert not disk.place(result.sha256).exists()
        assert not Attachment.objects.filter(subject=row.pk).exists()
    page = anonymous.get("affairs:verify_number", result.number)
    assert page.status_code == 200
    assert "王*" not in page.content.decode()


def test_what_is_open_or_was_closed_lately_stays():
    open_, lately = make_application(places.GRID), refused_one()
    run(MONDAY + timedelta(days=5 * 365))
    with behind(SYSTEM):
        assert [clear(again(one), "name") for one in (open_, lately)] == [NAME, NAME]
        assert again(open_).emptied_at is again(lately).emptied_at is None


@pytest.mark.covers("S0-91")
def test_a_hold_on_the_application_the_person_or_the_area_keeps_it():
    ours, theirs, free = refused_one(), refused_one(), refused_one()
    leader, at = cast.county_leader(), after(5)
    given = {"area": places.GRID, "why": "诉讼", "document": "（2031）里行初1号", "until": date(2033, 1, 1), "at": at}  # fmt: skip
    with behind(SYSTEM):
        retention.set_hold(actor=leader.actor, kind="application", subject=ours.pk, **given)
        retention.set_hold(actor=leader.actor, kind="person", subject=theirs.person_id, **given)
        run(at)
        names = [clear(again(one), "name") for one in (ours, theirs, free)]
        assert names == [NAME, NAME, "—"]
        assert [bool(Intake.objects.get(pk=one.intake_id).person_id) for one in (ours, theirs, free)] == [True, True, False]  # fmt: skip
        page = leader.get("affairs:application", ours.pk)
        assert "（2031）里行初1号" in page.content.decode()
