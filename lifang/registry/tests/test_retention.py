"""People who left are forgotten element by element; nothing younger goes, nothing under hold, and nothing by another door."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.crypto.fields import clear
from lifang.core.retention import actions as retention
from lifang.core.retention import selectors as asked
from lifang.core.retention.models import Erasure, Run
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions
from lifang.registry.models import Fact, Look, Merge, Person, RestrictedLook, RestrictedRecord
from lifang.registry.tests.make import make_household, make_linked, make_person, number

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2021, 3, 1, 2, tzinfo=UTC)
LEFT = datetime(2022, 3, 1, 2, tzinfo=UTC)
LATELY = MONDAY - timedelta(days=500)  # over one year ago, not two
TELEPHONE = "10012345678"


@pytest.fixture(autouse=True)
def everywhere():
    with behind(SYSTEM):
        yield


def make_gone(left=LEFT, name="张小明", sequence=123, **more):
    """Somebody who moved away then, with a history."""
    born = date(1990, 3, 7)
    one = make_person(
        name=name, identity=number("19900307", sequence), telephone=TELEPHONE, born=born, sex="male", work_place="第一纺织厂", at=LONG_AGO, **more
    )  # fmt: skip
    change(one, "10087654321")
    actions.end_person(actor=SYSTEM, person=one, ended="moved_out", at=left)
    return one


def change(one, value, at=LONG_AGO + timedelta(days=9)):
    return actions.change(
        actor=SYSTEM, row=one, element="person.telephone", value=value, source="visit", at=at
    )


def run(at=MONDAY, **more):
    return retention.work(system=SYSTEM, at=at, **more)


def due(key, at=MONDAY):
    found = next(one for one in asked.outlook(SYSTEM, at) if one.term.key == key)
    return found.due, found.held


@pytest.mark.covers("S0-91", "S4-08")
def test_a_person_who_left_is_forgotten_when_the_term_is_over_and_their_record_stays_empty():
    gone, here = make_gone(), make_person(name="李在", telephone="10011112222")
    assert due("person.telephone") == (1, 0)
    run()
    gone.refresh_from_db()
    assert (str(gone.name), gone.identity, gone.telephone, gone.born, gone.sex, gone.work_place) == ("—", None, None, None, "", None)  # fmt: skip
    assert gone.erased_at == MONDAY
    assert (gone.identity_key, gone.telephone_key, gone.name_key, gone.name_terms) == (None, None, None, [])  # fmt: skip
    assert not Fact.objects.filter(subject=gone.pk).exists()
    here.refresh_from_db()
    assert clear(here, "telephone") == "10011112222"
    assert due("person.telephone") == (0, 0)


def test_each_element_has_its_own_time():
    lately = make_gone(left=LATELY)
    run()
    lately.refresh_from_db()
    assert lately.telephone is None
    assert clear(lately, "name") == "张小明"
    assert clear(lately, "identity") == number()
    assert lately.erased_at is None


def test_nobody_who_still_lives_owns_or_left_lately_is_forgotten():
    lives = make_person(name="王住", telephone=TELEPHONE, at=LONG_AGO)
    make_household(lives)
    owns = make_person(name="赵有", telephone=TELEPHONE, at=LONG_AGO)
    car = actions.add_vehicle(actor=SYSTEM, plate="里A00007", kind="car", area=places.GRID, at=LONG_AGO)  # fmt: skip
    actions.tie(actor=SYSTEM, kind="keeper", who=owns, what=car, at=LONG_AGO)
    never_housed = make_person(name="钱新", telephone=TELEPHONE, at=LONG_AGO)
    fresh = make_gone(left=MONDAY - timedelta(days=364))
    run()
    for one in (lives, owns, never_housed, fresh):
        one.refresh_from_db()
        assert one.telephone is not None


def test_who_left_the_last_household_is_over_from_that_day():
    one = make_person(name="孙迁", telephone=TELEPHONE, at=LONG_AGO)
    home = make_household(one)
    type(home).objects.filter(pk=home.pk).update(valid_from=LONG_AGO)
    home.occupancies.update(valid_from=LONG_AGO)
    row = home.members.get()
    row.valid_from = LONG_AGO
    row.save()
    actions.move_out(actor=SYSTEM, membership=row, at=LEFT)
    run()
    one.refresh_from_db()
    assert one.telephone is None
    assert one.valid_to == LEFT


@pytest.mark.covers("S0-91")
def test_each_batch_is_one_act_whose_line_counts_and_names_no_value():
    for n in range(5):
        make_gone(sequence=100 + n, despite="test")
    run(most=2)
    lines = Entry.objects.filter(action="retention.erase")
    told = [one.changes for one in lines if one.changes["key"][1] == "person.telephone"]
    assert [one.get("rows", [None, 0])[1] for one in told] == [2, 2, 1]
    whole = str([*lines.values("changes", "subject", "subject_type", "reason")])
    assert TELEPHONE not in whole
    assert "10087654321" not in whole
    kept = Erasure.objects.filter(key="person.telephone")
    assert [one.rows for one in kept] == [2, 2, 1]
    assert sum(one.parts["facts"] for one in kept) == 10


def test_a_run_that_was_killed_goes_on_where_it_was():
    for n in range(5):
        make_gone(sequence=100 + n, despite="test")
    begun = retention.begin(actor=SYSTEM, at=MONDAY)
    retention.erase(actor=SYSTEM, run=begun, key="person.telephone", at=MONDAY, most=2)
    assert due("person.telephone")[0] == 3
    again = run(at=MONDAY + timedelta(hours=1))
    assert again.pk == begun.pk
    assert again.ended_at == MONDAY + timedelta(hours=1)
    assert Erasure.objects.filter(run=begun, rows=None).count() == 0
    assert due("person.telephone")[0] == 0


def test_a_run_that_failed_for_a_day_is_ended_and_says_what_is_left():
    make_gone()
    begun = retention.begin(actor=SYSTEM, at=MONDAY)
    fresh = retention.begin(actor=SYSTEM, at=MONDAY + timedelta(hours=24))
    begun.refresh_from_db()
    assert "person.telephone" in begun.left
    assert begun.ended_at
    assert fresh.pk != begun.pk
    with refused("run_over"):
        retention.erase(actor=SYSTEM, run=begun, key="person.telephone", at=MONDAY)


# -- the door ---------------------------------------------------------------------------------------


def refuses(statement, *values, error=ProgrammingError, match="append-only"):
    with pytest.raises(error, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def open_door(key="person.telephone", before=MONDAY, ended_at=None, rows=None):
    """What somebody with the application's own password could write by hand."""
    Run.objects.filter(ended_at=None).update(ended_at=MONDAY)
    run = Run.objects.create(started_at=MONDAY, ended_at=ended_at)
    made = Erasure.objects.create(run=run, key=key, before=before, at=MONDAY, rows=rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lifang.retention', %s, true)", [str(made.pk)])


DELETE = "DELETE FROM registry_fact WHERE subject = %s"


@pytest.mark.covers("S0-91")
def test_the_application_deletes_no_fact_by_another_door():
    gone, lives = make_gone(), make_person(name="王住", telephone=TELEPHONE, at=LONG_AGO)
    change(lives, "10087654321")
    refuses(DELETE, gone.pk)  # nobody opened it
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lifang.retention', %s, true)", [str(gone.pk)])
    refuses(DELETE, gone.pk)  # a word that no batch has
    open_door(rows=0)
    refuses(DELETE, gone.pk)  # a batch that is done
    open_door(ended_at=MONDAY)
    refuses(DELETE, gone.pk)  # a run that is over
    open_door("person.education")
    refuses(DELETE, gone.pk)  # a batch of something else
    open_door(before=LEFT - timedelta(days=1))
    refuses(DELETE, gone.pk)  # a batch of people who left before
    open_door()
    refuses(DELETE, lives.pk)  # who lives here
    refuses("UPDATE registry_fact SET element = 'person.sex' WHERE subject = %s", gone.pk)
    with connection.cursor() as cursor:
        cursor.execute(DELETE, [gone.pk])
        assert cursor.rowcount == 2


def test_nobody_who_left_within_a_month_is_erased_whatever_the_application_says():
    now = datetime.now(UTC)  # noqa: TID251 -- the database asks its own clock
    fresh = make_gone(left=now - timedelta(days=29))
    open_door(before=MONDAY)
    refuses(DELETE, fresh.pk)


def test_a_narrow_sight_does_not_make_somebody_seem_gone():
    lives = make_person(name="王住", telephone=TELEPHONE, at=LONG_AGO)
    change(lives, "10087654321")
    home = make_household(lives)
    old = home.members.get()
    old.valid_from, old.valid_to = LONG_AGO, LEFT
    old.save()
    make_household(lives, area=places.FAR_GRID)
    open_door()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lifang.areas', %s, true)", [places.GRID])
    refuses(DELETE, lives.pk)


def test_what_the_run_wrote_down_is_not_rewritten():
    make_gone()
    done = run()
    for table in ("retention_erasure", "retention_run"):
        refuses(f"DELETE FROM {table}", error=DatabaseError, match="stays")
    refuses("UPDATE retention_erasure SET rows = 0", error=DatabaseError, match="stays")
    refuses("UPDATE retention_run SET ended_at = NULL", error=DatabaseError, match="stays")
    assert done.ended_at == MONDAY


# -- legal holds ------------------------------------------------------------------------------------


def hold(kind="person", subject=None, area=places.GRID, at=MONDAY, **more):
    setter = more.pop("setter", None) or cast.county_leader()
    given = {"why": "诉讼", "document": "法〔2026〕7号", "until": date(2029, 1, 1), **more}
    with behind(setter.actor):
        return retention.set_hold(actor=setter.actor, kind=kind, subject=subject, area=area, at=at, **given)  # fmt: skip


@pytest.mark.covers("S0-91")
def test_what_is_under_hold_is_kept_until_somebody_else_lifts_it():
    gone = make_gone()
    setter, other = cast.county_leader(), cast.street_dispatcher()
    held = hold(subject=gone.pk, setter=setter)
    assert due("person.telephone") == (0, 1)
    run()
    gone.refresh_from_db()
    assert clear(gone, "telephone") == "10087654321"
    assert Fact.objects.filter(subject=gone.pk).count() == 2
    with refused("hold_by_oneself"):
        retention.lift_hold(actor=setter.actor, hold=held, why="结案", at=MONDAY)
    retention.lift_hold(actor=other.actor, hold=held, why="结案", at=MONDAY)
    run(at=MONDAY + timedelta(minutes=1))
    gone.refresh_from_db()
    assert gone.telephone is None


def test_the_database_keeps_what_is_under_hold_too():
    gone = make_gone()
    hold(subject=gone.pk)
    open_door()
    refuses(DELETE, gone.pk)
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        Person.objects.filter(pk=gone.pk).update(erased_at=MONDAY)


def test_a_hold_on_a_household_or_an_area_keeps_its_people():
    one = make_gone(name="甲")
    home = make_household(make_person(name="户主"), one)
    home.members.filter(person=one).update(valid_from=LONG_AGO, valid_to=LEFT)
    hold("household", home.pk)
    two = make_gone(name="乙", area=places.FAR_GRID, despite="test")
    hold("area", None, places.NEXT_STREET, setter=cast.county_dispatcher())
    three = make_gone(name="丙", area=places.NEXT_GRID, despite="test")
    run()
    for person, kept in ((one, True), (two, True), (three, False)):
        person.refresh_from_db()
        assert (person.telephone is not None) is kept


def test_a_hold_ends_by_itself_after_its_last_day():
    gone = make_gone()
    hold(subject=gone.pk, at=LEFT, until=date(2023, 1, 1))
    run()
    gone.refresh_from_db()
    assert gone.telephone is None


# -- nothing brings it back -------------------------------------------------------------------------


def test_a_merge_is_not_undone_once_its_people_are_forgotten():
    kept = make_person(name="张小明", telephone="10011112222", at=LONG_AGO)
    dropped = make_gone()
    made = actions.merge(actor=SYSTEM, kept=kept, dropped=dropped, at=LEFT + timedelta(days=1), note="同一人")  # fmt: skip
    run()
    made.refresh_from_db()
    assert (made.undo, made.note) == ({}, "")
    with refused("undo_over"):
        actions.undo_merge(actor=SYSTEM, merge=made, at=MONDAY)
    kept.refresh_from_db()
    assert clear(kept, "telephone") == "10011112222"


def test_the_restricted_store_forgets_through_the_same_door_and_shows_itself_to_nobody():
    viewer = cast.community_secretary()
    one = make_person(name="周限", at=LONG_AGO)
    with behind(viewer.actor):
        made = actions.restrict(actor=viewer.actor, person=one, group="released", basis="决定书1号", viewers=[], at=LONG_AGO, detail="细节")  # fmt: skip
        actions.look_restricted(
            actor=viewer.actor, group="released", purpose="emergency", at=LONG_AGO
        )
        actions.unrestrict(actor=viewer.actor, record=made, at=LEFT)
    with behind(SYSTEM):
        assert RestrictedRecord.objects.count() == 0  # no area opens it
        assert due("registry.restricted") == (None, None)
        run()
    with behind(viewer.actor):
        assert RestrictedRecord.objects.count() == RestrictedLook.objects.count() == 0
    assert Erasure.objects.get(key="registry.restricted").parts == {"looks": 1}


def test_looks_groups_notes_and_corrections_go_by_their_own_terms():
    resident = cast.resident()
    me = make_linked(resident, name="吴己", telephone=TELEPHONE)
    actions.tag(
        actor=SYSTEM, person=me, tag="volunteer", source="visit", at=LONG_AGO, consented=True
    )
    actions.untag(actor=SYSTEM, tagging=me.taggings.get(), ended="reviewed", at=LEFT)
    home = make_household(me)
    made = actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", note="说了病情", at=LEFT)  # fmt: skip
    asking = actions.ask_correction(actor=resident.actor, person=me, element="person.telephone", value="10099998888", at=LEFT)  # fmt: skip
    actions.refuse_correction(actor=SYSTEM, correction=asking, note="不符", at=LEFT)
    Look.objects.create(
        area=me.area, subject_kind="person", subject=me.pk, element="person.telephone", purpose="visit", office="self", at=LEFT
    )  # fmt: skip
    run()
    made.refresh_from_db()
    assert made.note is None
    assert (me.taggings.count(), me.corrections.count(), Look.objects.count()) == (0, 0, 0)
    me.refresh_from_db()
    assert clear(me, "telephone") == TELEPHONE
    assert Merge.objects.count() == 0
