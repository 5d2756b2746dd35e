"""Looks, corrections, consent, the restricted store, merges with undo, visits."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.crypto.fields import clear
from lifang.core.flow import selectors as flow
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions, selectors
from lifang.registry.catalogue import policy
from lifang.registry.events import PersonsMerged, TagEnded
from lifang.registry.models import (
    Look,
    Membership,
    Merge,
    MissedVisit,
    Person,
    RestrictedLook,
    RestrictedRecord,
    Tagging,
    Visit,
    VisitPlan,
)
from lifang.registry.tests.make import (
    make_building,
    make_household,
    make_linked,
    make_person,
    number,
)

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
TELEPHONE = "10012345678"


@pytest.fixture
def grid():
    """The grid worker, whose sight the connection has."""
    member = cast.grid_worker()
    with behind(member.actor):
        yield member.actor


def look(actor, person, **more):
    given = {"element": "person.telephone", "purpose": "visit", "at": LATER, **more}
    return actions.unmask(actor=actor, row=person, **given)


@pytest.mark.covers("S4-08")
def test_a_look_names_its_work_leaves_a_line_and_the_person_reads_which_office(grid):
    resident = cast.resident()
    with behind(SYSTEM):
        person = make_linked(resident, telephone=TELEPHONE)
        house = make_household(person)
        plan = actions.plan_visits(actor=SYSTEM, household=house, kind="household", at=MONDAY)
    assert look(grid, person, work=plan.pk) == TELEPHONE
    with behind(SYSTEM):
        line = Entry.objects.order_by("-seq").first()
    assert (line.action, line.outcome, line.reason) == ("registry.unmask", "seen", "visit")
    assert TELEPHONE not in str(line.changes)
    with behind(resident.actor):
        (seen,) = selectors.looks_at_me(resident.actor, LATER)
        assert (seen.at, seen.work) == (LATER, "visit")
        assert str(seen.element) in ("联系电话", "Telephone")
        assert grid.name not in str(seen)
    with behind(cast.resident().actor):
        assert selectors.looks_at_me(cast.resident().actor, LATER) == []


@pytest.mark.parametrize("work", [None, uuid4()])
def test_a_look_without_work_that_concerns_the_person_is_refused(grid, work):
    person = make_person(telephone=TELEPHONE)
    with refused("work_missing"):
        look(grid, person, work=work)
    with refused("unknown_purpose"):
        look(grid, person, purpose="curiosity")
    with refused("unknown_element"):
        look(grid, person, element="person.secret", purpose="emergency")
    other = make_household(make_person(name="李四"))
    plan = actions.plan_visits(actor=grid, household=other, kind="household", at=MONDAY)
    with refused("work_missing"):
        look(grid, person, work=plan.pk)


def test_looks_are_counted_and_end_for_the_day(grid):
    person = make_person(telephone=TELEPHONE)
    budget = policy("unmask_a_day")
    for _ in range(budget):
        look(grid, person, purpose="emergency")
    with refused("look_budget"):
        look(grid, person, purpose="emergency")
    assert look(grid, person, purpose="emergency", at=LATER + timedelta(days=1)) == TELEPHONE
    assert Look.objects.count() == budget + 1
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        Look.objects.update(purpose="visit")


def test_a_stranger_cannot_look(grid):
    person = make_person(telephone=TELEPHONE)
    stranger = cast.stranger().actor
    with behind(stranger), refused("not_allowed"):
        look(stranger, person, purpose="emergency")


@pytest.mark.covers("S3-06")
def test_a_resident_corrects_the_own_number_and_the_grid_verifies(grid):
    resident = cast.resident()
    with behind(SYSTEM):
        person = make_linked(resident, telephone=TELEPHONE)
    me = resident.actor
    with behind(me):
        own = {o.known.element.key: o for o in selectors.own_record(me, LATER.date())}
        assert own["person.telephone"].value == TELEPHONE
        assert own["person.name"].value == "张小明"
        asked = actions.ask_correction(
            actor=me, person=selectors.me(me), element="person.telephone", value="10087654321", at=LATER
        )  # fmt: skip
        with refused("correction_open"):
            actions.ask_correction(
                actor=me, person=person, element="person.telephone", value="10087654322", at=LATER
            )
        with refused("not_correctable"):
            actions.ask_correction(
                actor=me, person=person, element="person.residence", value="registered", at=LATER
            )
        with refused("not_allowed"):
            actions.verify_correction(actor=me, correction=asked, at=LATER)
        own = {o.known.element.key: o for o in selectors.own_record(me, LATER.date())}
        assert own["person.telephone"].open
    with connection.cursor() as cursor, behind(SYSTEM):
        cursor.execute("SELECT c::text FROM registry_correction c")
        assert "10087654321" not in cursor.fetchone()[0]
    with behind(grid):
        todo = flow.todos(grid).get(subject=asked.pk)
        assert todo.flow == "correction"
        assert look(grid, person, purpose="correction", work=todo.pk) == TELEPHONE
        actions.verify_correction(actor=grid, correction=asked, at=LATER)
        assert not flow.todos(grid).exists()
        past = selectors.history(grid, person, "person.telephone")
        assert [p.shown for p in past] == ["100****4321", "100****5678"]
        assert past[0].source == "correction"
    with behind(me):
        own = {o.known.element.key: o for o in selectors.own_record(me, LATER.date())}
        assert (own["person.telephone"].value, own["person.telephone"].open) == (
            "10087654321",
            False,
        )


def test_a_refused_correction_changes_nothing_and_says_why(grid):
    resident = cast.resident()
    with behind(SYSTEM):
        person = make_linked(resident, telephone=TELEPHONE)
    with behind(resident.actor):
        asked = actions.ask_correction(
            actor=resident.actor, person=person, element="person.born", value="1990-01-01", at=LATER
        )
    with behind(grid):
        with refused("note_missing"):
            actions.refuse_correction(actor=grid, correction=asked, note=" ", at=LATER)
        actions.refuse_correction(actor=grid, correction=asked, note="户口本为准", at=LATER)
        assert selectors.person(grid, person.pk).born is None
    with behind(resident.actor):
        assert selectors.correction(resident.actor, asked.pk).answer == "户口本为准"


def test_nobody_corrects_somebody_else(grid):
    resident = cast.resident()
    person = make_person()
    with behind(resident.actor), refused("not_found"):
        actions.ask_correction(
            actor=resident.actor, person=person, element="person.name", value="王五", at=LATER
        )


@pytest.mark.covers("S0-18")
def test_a_consent_is_withdrawn_by_the_person_and_ends_at_once(grid):
    resident = cast.resident()
    with behind(SYSTEM):
        person = make_linked(resident)
    with refused("consent_missing"):
        actions.tag(actor=grid, person=person, tag="volunteer", at=MONDAY)
    with refused("unknown_tag"):
        actions.tag(actor=grid, person=person, tag="released", at=MONDAY)
    given = actions.tag(actor=grid, person=person, tag="volunteer", consented=True, at=MONDAY)
    law = actions.tag(actor=grid, person=person, tag="veteran", at=MONDAY)
    assert given.review_on == date(2027, 3, 2)
    assert list(selectors.tagged(grid, "volunteer")) == [person]
    with behind(resident.actor):
        assert list(selectors.own_tags(resident.actor)) == [given, law]
        with refused("tag_without_consent"):
            actions.withdraw_consent(actor=resident.actor, tagging=law, at=LATER)
        actions.withdraw_consent(actor=resident.actor, tagging=given, at=LATER)
        told = TagEnded(person=person.pk, tag="volunteer", ended="withdrawn", at=LATER)
        assert published()[-1] == told
    with behind(grid):
        assert list(selectors.tagged(grid, "volunteer")) == []


@pytest.mark.covers("S4-08")
def test_the_restricted_store_opens_for_named_viewers_only_and_keeps_each_look(grid):
    secretary, other = cast.community_secretary(), cast.community_secretary()
    person = make_person()
    with behind(secretary.actor):
        record = actions.restrict(
            actor=secretary.actor, person=person, group="released", basis="（2026）安帮字第1号",
            detail="每月走访", viewers=[], at=MONDAY,
        )  # fmt: skip
    # Nobody else, not in the same community, not the county, not the system itself.
    for actor in (grid, other.actor, cast.county_dispatcher().actor, cast.security_admin().actor, SYSTEM):  # fmt: skip
        with behind(actor):
            assert not RestrictedRecord.objects.exists()
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM registry_restrictedrecord")
                assert cursor.fetchone() == (0,)
    with behind(other.actor), refused("not_found"):
        actions.look_restricted(actor=other.actor, group="released", purpose="emergency", at=LATER)
    with behind(secretary.actor):
        (shown,) = actions.look_restricted(
            actor=secretary.actor, group="released", purpose="emergency", at=LATER
        )
        assert (shown.group, shown.detail, shown.person) == ("released", "每月走访", person)
        assert RestrictedLook.objects.get().account_id == secretary.id
        assert "released" not in str(selectors.known(secretary.actor, person, LATER.date()))
        assert not selectors.taggings(secretary.actor, person).exists()
        actions.name_viewers(actor=secretary.actor, record=record, viewers=[other.holder], at=LATER)
        assert RestrictedRecord.objects.get().valid_to == LATER
    with behind(other.actor):
        record = RestrictedRecord.objects.get()
        assert (record.viewers, clear(record, "detail")) == ([other.holder], "每月走访")
        actions.unrestrict(actor=other.actor, record=record, at=LATER)
        with refused("not_found"):
            actions.look_restricted(
                actor=other.actor, group="released", purpose="emergency", at=LATER
            )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"group": "noisy"}, "unknown_group"),
        ({"basis": " "}, "basis_missing"),
        ({"viewers": ["desk:990101"]}, "viewer_not_account"),
        ({"viewers": [f"account:{n}" for n in range(9)]}, "viewers_many"),
        ({"viewers": ["account:nobody"]}, "viewer_not_posted"),
        ({"review_on": MONDAY.date()}, "review_day"),
        ({"review_on": MONDAY.date() + timedelta(days=91)}, "review_day"),
    ],
)
def test_a_restricted_record_needs_ground_and_names(given, reason):
    secretary = cast.community_secretary().actor
    with behind(secretary):
        person = make_person()
        give = {"group": "released", "basis": "决定书", "viewers": [], **given}
        with refused(reason):
            actions.restrict(actor=secretary, person=person, at=MONDAY, **give)


def table(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t ORDER BY id")
        return [row for (row,) in cursor.fetchall()]


@pytest.mark.covers("S3-07")
def test_a_merge_moves_every_reference_and_its_undo_restores_each_byte():
    secretary = cast.community_secretary().actor
    with behind(secretary):
        kept = make_person(name="张小明", identity=number())
        double = make_person(name="张小明", telephone=TELEPHONE, born=date(1990, 3, 7), sex="male")
        house = make_household(kept, double)
        alone = make_household(double, door=make_building()[4])
        for person in (kept, double):
            actions.tag(actor=secretary, person=person, tag="veteran", at=MONDAY)
        actions.tag(actor=secretary, person=double, tag="disabled", at=MONDAY)
        (found,) = selectors.doubles(secretary, kept)
        assert (found.person, found.reasons) == (double, ["same_name_born"])
        assert [(a, b) for a, b, _ in selectors.doubles_in(secretary, places.GRID)] == [
            (kept, double)
        ]
        parts = (Person, Membership, Tagging, VisitPlan, Visit)
        before = {model: table(model) for model in parts}
        merge = actions.merge(
            actor=secretary, kept=kept, dropped=double, reasons=found.reasons, at=LATER
        )
        assert published()[-1] == PersonsMerged(kept=kept.pk, dropped=double.pk, at=LATER)
        assert selectors.person(secretary, double.pk) == kept
        one = selectors.person(secretary, kept.pk)
        assert clear(one, "telephone") == TELEPHONE
        assert list(selectors.persons(secretary)) == [kept]
        assert selectors.find_persons(secretary, TELEPHONE) == [kept]
        assert [t.tag for t in selectors.taggings(secretary, kept)] == ["veteran", "disabled"]
        lives = set(
            selectors.memberships(secretary, kept)
            .filter(valid_to__isnull=True)
            .values_list("household", flat=True)
        )
        assert lives == {house.pk, alone.pk}
        assert table(Person) != before[Person]
        with refused("merged_already"):
            actions.merge(actor=secretary, kept=kept, dropped=double, at=LATER)
        actions.undo_merge(actor=secretary, merge=merge, at=LATER)
        assert {model: table(model) for model in parts} == before
        assert clear(selectors.person(secretary, double.pk), "telephone") == TELEPHONE
        with refused("undone_already"):
            actions.undo_merge(actor=secretary, merge=merge, at=LATER)
        with refused("same_record"):
            actions.merge(actor=secretary, kept=kept, dropped=kept, at=LATER)
        assert TELEPHONE not in str(Merge.objects.get().undo)


@pytest.mark.covers("S3-16", "S3-17", "S1-07")
def test_a_missed_visit_becomes_a_todo_and_a_visit_makes_it_up(grid):
    person = make_person()
    house = make_household(person)
    actions.tag(actor=grid, person=person, tag="alone_elder", at=MONDAY)
    (plan,) = selectors.plans(grid, house)
    assert (plan.kind, plan.due_on) == ("alone", date(2026, 3, 9))
    in_time, late = MONDAY + timedelta(days=9), MONDAY + timedelta(days=10)
    with behind(SYSTEM):
        assert actions.tell_missed(actor=SYSTEM, at=in_time) == 0
        assert actions.tell_missed(actor=SYSTEM, at=late) == 1
        assert actions.tell_missed(actor=SYSTEM, at=late) == 0
    todo = flow.todos(grid).get()
    assert (todo.flow, todo.title) == ("missed", "独居老人探访")
    (covered,) = selectors.coverage(grid, [places.GRID], MONDAY, late.date())
    assert covered[1:] == (1, 0, 1, 1)
    nobody = {"household": house, "kind": "alone", "person": person}
    actions.visit(actor=grid, outcome="nobody", at=late, **nobody)
    assert flow.todos(grid).exists()
    made = actions.visit(actor=grid, outcome="met", note="身体好", at=late, **nobody)
    assert not flow.todos(grid).exists()
    (plan,) = selectors.plans(grid, house)
    assert plan.due_on == date(2026, 3, 19)
    house = selectors.household(grid, house.pk)
    assert (house.visited_at, house.visit_due_on) == (late, plan.due_on)
    assert (made.note, clear(made, "note")) == ("***", "身体好")
    (covered,) = selectors.coverage(grid, [places.GRID], MONDAY, late.date())
    assert covered[1:] == (1, 1, 0, 0)


def test_the_same_visit_sent_twice_is_one(grid):
    house, token = make_household(), uuid4()
    give = {"household": house, "kind": "household", "outcome": "met", "token": token}
    first = actions.visit(actor=grid, at=LATER, seen_at=MONDAY, **give)
    again = actions.visit(actor=grid, at=LATER + timedelta(hours=1), seen_at=MONDAY, **give)
    assert (again, Visit.objects.count()) == (first, 1)
    assert first.at == MONDAY
    with refused("visit_in_future"):
        actions.visit(actor=grid, at=MONDAY, seen_at=LATER, **{**give, "token": uuid4()})
    with refused("unknown_visit"):
        actions.visit(actor=grid, at=LATER, **{**give, "kind": "party", "token": uuid4()})
    with refused("unknown_code"):
        actions.visit(actor=grid, at=LATER, **{**give, "outcome": "", "token": uuid4()})
    with refused("not_a_member"):
        actions.visit(actor=grid, at=LATER, person=make_person_kept(), **{**give, "token": uuid4()})


def make_person_kept():
    return Person.objects.exclude(memberships__isnull=False).first() or Person(pk=uuid4())


def test_an_excused_visit_goes_on_a_cycle_later(grid):
    house = make_household()
    plan = actions.plan_visits(
        actor=grid, household=house, kind="household", due_on=date(2026, 2, 1), at=MONDAY
    )
    with behind(SYSTEM):
        assert actions.tell_missed(actor=SYSTEM, at=MONDAY) == 1
    missed = selectors.missed(grid).get()
    actions.excuse_visit(actor=grid, missed=missed, note="住院", at=LATER)
    assert MissedVisit.objects.get().state == "excused"
    assert VisitPlan.objects.get(pk=plan.pk).due_on == date(2026, 8, 29)


def test_all_households_of_an_area_get_a_plan_once():
    secretary = cast.community_secretary().actor
    with behind(secretary):
        make_household()
        make_household(make_person(name="李四"), door=make_building()[4])
        give = {"actor": secretary, "area": places.COMMUNITY, "kind": "household", "at": MONDAY}
        assert (actions.plan_many(**give), actions.plan_many(**give)) == (2, 0)
        assert selectors.due(secretary, date(2027, 6, 1)).count() == 2
        assert {h.visit_due_on for h in selectors.households(secretary)} == {date(2026, 8, 29)}
