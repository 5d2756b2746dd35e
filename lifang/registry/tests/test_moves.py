"""People move, households part and become one: what goes along, what stays, and who may."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.flow.models import Clock, Todo
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions, selectors
from lifang.registry.events import HouseholdFounded, MovedIn
from lifang.registry.models import (
    Correction,
    Household,
    Membership,
    Occupancy,
    Person,
    Tagging,
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


@pytest.fixture
def worker():
    return cast.grid_worker().actor


@pytest.fixture
def elsewhere():
    return cast.grid_worker(places.FAR_GRID).actor


def asked(resident, person):
    facts = {"person": person, "element": "person.telephone", "value": "10087654321"}
    return actions.ask_correction(actor=resident.actor, at=MONDAY, **facts)


@pytest.mark.covers("S3-06", "S3-08")
def test_a_correction_whose_person_moved_away_is_verified_in_the_new_grid(worker, elsewhere):
    """It used to lead the old grid to a page that is not found."""
    resident = cast.resident()
    person = make_linked(resident, area=places.FAR_GRID, identity=number(), telephone="10012345678")
    make_household(person, area=places.FAR_GRID)
    waiting = asked(resident, person)
    house = make_household()
    with behind(worker):
        actions.move_in(actor=worker, household=house, identity=number(), at=LATER)
        held = selectors.correction(worker, waiting.pk)
        assert held.area == places.GRID
        assert [todo.subject for todo in Todo.objects.filter(flow="correction", done_at=None)] == [
            waiting.pk
        ]
        assert Clock.objects.filter(subject=waiting.pk, stopped_at=None).count() == 1
        done = actions.verify_correction(actor=worker, correction=held, at=LATER)
        assert done.state == "verified"
        assert selectors.history(worker, person, "person.telephone")
    with behind(elsewhere), refused("not_found", audited=False):
        selectors.correction(elsewhere, waiting.pk)
    with behind(resident.actor):
        assert selectors.corrections(resident.actor).get().state == "verified"


@pytest.mark.covers("S3-08")
def test_a_move_brings_groups_history_looks_and_the_visits_of_a_group_along(worker, elsewhere):
    person = make_person(area=places.FAR_GRID, identity=number())
    old = make_household(person, area=places.FAR_GRID)
    actions.tag(actor=SYSTEM, person=person, tag="very_old", source="civil_affairs", at=MONDAY)
    actions.change(actor=SYSTEM, row=person, element="person.work_place", value="供销社", source="visit", at=MONDAY)  # fmt: skip
    with behind(elsewhere):
        actions.unmask(actor=elsewhere, row=person, element="person.identity", purpose="emergency", at=MONDAY)  # fmt: skip
    house = make_household()
    with behind(worker):
        actions.move_in(actor=worker, household=house, identity=number(), at=LATER)
        now = selectors.person(worker, person.pk)
        assert [one.tag for one in selectors.taggings(worker, now)] == ["very_old"]
        assert [one.source for one in selectors.history(worker, now, "person.work_place")] == [
            "visit"
        ]
        assert len(selectors.looks_at(worker, now)) == 1
        assert selectors.plans(worker, house).get().kind == "elder"
    with behind(elsewhere):
        assert not Person.objects.filter(pk=person.pk).exists()
        assert not Tagging.objects.filter(person=person).exists()
    with behind(SYSTEM):
        assert not VisitPlan.objects.filter(household=old, valid_to=None).exists()


def test_what_was_known_still_cannot_be_rewritten():
    from django.db import ProgrammingError, transaction  # noqa: PLC0415

    from lifang.registry.models import Fact  # noqa: PLC0415

    with behind(SYSTEM):
        person = make_person()
        actions.change(actor=SYSTEM, row=person, element="person.sex", value="male", source="visit", at=MONDAY)  # fmt: skip
        for change in ({"source": "self"}, {"area": places.FAR_GRID, "value": "x"}, {"at": LATER}):
            with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
                Fact.objects.update(**change)


@pytest.mark.covers("S3-08")
def test_somebody_from_elsewhere_settles_behind_a_free_door(worker):
    far = make_person(name="王五", area=places.FAR_GRID, identity=number())
    old = make_household(far, area=places.FAR_GRID)
    door = make_building()[3]
    with behind(worker):
        house = actions.settle(actor=worker, dwelling=door, identity=number(), occupancy="rent", at=LATER)  # fmt: skip
        told = published()
        assert HouseholdFounded(household=house.pk, at=LATER) in told
        assert MovedIn(person=far.pk, household=house.pk, at=LATER) in told
        assert [(row.person, row.relation) for row in selectors.members(worker, house)] == [
            (far, "head")
        ]
        assert list(selectors.household_at(worker, door)) == [house]
    with behind(SYSTEM):
        assert Household.objects.get(pk=old.pk).valid_to == LATER
        assert Occupancy.objects.get(household=house).kind == "rent"


def test_nobody_settles_behind_a_door_of_another_grid(worker):
    door, far = make_building(area=places.FAR_GRID)[3], make_person(area=places.FAR_GRID)
    estate, _, _, mine, *_ = make_building()
    here = make_person(name="李四")
    with refused("not_allowed"):
        actions.settle(actor=worker, dwelling=door, person=here, at=LATER)
    with refused("not_found"):
        actions.settle(actor=worker, dwelling=mine, person=far, at=LATER)
    with refused("nobody_with_number"):
        actions.settle(actor=worker, dwelling=mine, identity=number(sequence=777), at=LATER)
    with refused("not_a_dwelling"):
        actions.settle(actor=worker, dwelling=estate, person=here, at=LATER)


def test_a_household_parts_and_becomes_one_again(worker):
    father, son, wife = make_person(), make_person(name="张小强"), make_person(name="李四")
    doors = make_building()[3:]
    house = make_household(father, son, wife, door=doors[0])
    with behind(worker):
        rows = {row.person: row for row in selectors.members(worker, house)}
        new = actions.part(
            actor=worker, household=house, leaving=[rows[son], rows[wife]], dwelling=doors[1],
            relations={rows[wife].pk: "spouse"}, at=LATER,
        )  # fmt: skip
        said = [(row.person, row.relation) for row in selectors.members(worker, new)]
        assert said == [(son, "head"), (wife, "spouse")]
        assert [row.person for row in selectors.members(worker, house)] == [father]
        ended = [row.ended for row in selectors.members(worker, house, ended=True) if row.valid_to]
        assert ended == ["parted", "parted"]
        back = {
            row.pk: relation
            for row, relation in zip(
                selectors.members(worker, new), ("son", "other_kin"), strict=True
            )
        }
        actions.unite(
            actor=worker, household=house, other=new, relations=back, at=LATER + timedelta(hours=1)
        )
        assert [(row.person, row.relation) for row in selectors.members(worker, house)] == [
            (father, "head"), (son, "son"), (wife, "other_kin"),
        ]  # fmt: skip
        assert selectors.household(worker, new.pk).valid_to is not None
        assert list(selectors.household_at(worker, doors[1])) == []
        with refused("ended_already"):
            actions.unite(actor=worker, household=house, other=new, at=LATER)


def test_when_the_head_parts_somebody_who_stays_is_the_head(worker):
    head, other = make_person(), make_person(name="李四")
    house = make_household(head, other)
    door = make_building()[4]
    with behind(worker):
        rows = {row.person: row for row in selectors.members(worker, house)}
        actions.part(
            actor=worker,
            household=house,
            leaving=[rows[head]],
            heir=rows[other],
            dwelling=door,
            at=LATER,
        )
        assert [(row.person, row.relation) for row in selectors.members(worker, house)] == [
            (other, "head")
        ]


def test_a_household_that_parts_keeps_somebody_and_takes_only_its_own(worker):
    house, other = make_household(make_person(), make_person(name="李四")), make_household()
    door = make_building()[4]
    with behind(worker):
        rows, foreign = (
            list(selectors.members(worker, house)),
            selectors.members(worker, other).get(),
        )
    with refused("nobody_stays"):
        actions.part(actor=worker, household=house, leaving=rows, dwelling=door, at=LATER)
    with refused("household_empty"):
        actions.part(actor=worker, household=house, leaving=[], dwelling=door, at=LATER)
    with refused("not_a_member"):
        actions.part(actor=worker, household=house, leaving=[foreign], dwelling=door, at=LATER)
    with refused("same_record"):
        actions.unite(actor=worker, household=house, other=house, at=LATER)


def test_a_person_who_stood_in_both_households_stands_once_when_they_become_one(worker):
    person, other = make_person(), make_person(name="李四")
    first, second = make_household(person), make_household(other)
    with behind(SYSTEM):
        Membership.objects.create(
            area=second.area, household=second, person=person, relation="lodger", valid_from=MONDAY
        )
    with behind(worker):
        actions.unite(actor=worker, household=first, other=second, at=LATER)
        assert [row.person for row in selectors.members(worker, first)] == [person, other]


def test_the_last_word_on_a_head_who_leaves_is_the_heirs(worker):
    head, other = make_person(), make_person(name="李四")
    house = make_household(head, other)
    with behind(worker):
        first, second = selectors.members(worker, house)
        actions.move_out(actor=worker, membership=first, ended="moved_out", heir=second, at=LATER)
        assert [(row.person, row.relation) for row in selectors.members(worker, house)] == [
            (other, "head")
        ]
    with refused("ended_already"):
        actions.move_out(actor=worker, membership=first, heir=second, at=LATER)


def test_a_record_that_ends_empties_its_household(worker):
    person = make_person()
    house = make_household(person)
    with behind(worker):
        actions.end_person(actor=worker, person=person, ended="died", at=LATER)
        assert selectors.household(worker, house.pk).valid_to == LATER


@pytest.mark.covers("S3-07")
def test_a_number_is_asked_for_with_a_line_and_tells_of_elsewhere_only_that_it_is(worker):
    here = make_person(identity=number())
    make_person(name="王五", area=places.FAR_GRID, identity=number(sequence=555))
    ask = {"actor": worker, "area": places.GRID, "document": "citizen", "at": LATER}
    assert actions.find_number(identity=number(), **ask) == ("here", here)
    assert actions.find_number(identity=number(sequence=555), **ask) == ("elsewhere", None)
    assert actions.find_number(identity=number(sequence=777), **ask) == ("", None)
    with behind(SYSTEM):
        lines = Entry.objects.filter(action="registry.find_number", outcome="seen")
        assert lines.count() == 3
        assert not [line for line in lines if number() in str(line.__dict__)]
    with refused("identity_check"):
        actions.find_number(identity=number()[:-1] + ("0" if number()[-1] != "0" else "1"), **ask)


def test_a_correction_stays_where_it_is_when_it_is_decided(worker):
    resident = cast.resident()
    person = make_linked(resident, area=places.FAR_GRID, identity=number(), telephone="10012345678")
    make_household(person, area=places.FAR_GRID)
    waiting = asked(resident, person)
    far = cast.grid_worker(places.FAR_GRID).actor
    with behind(far):
        actions.refuse_correction(actor=far, correction=waiting, note="没换", at=MONDAY)
    with behind(worker):
        actions.move_in(actor=worker, household=make_household(), identity=number(), at=LATER)
    with behind(SYSTEM):
        assert Correction.objects.get(pk=waiting.pk).area == places.FAR_GRID


def test_a_household_with_no_other_behind_its_door_is_told_so_without_a_form_that_cannot_work():
    house = make_household()
    page = cast.grid_worker().get("registry:union", house.pk).content.decode()
    assert "这一处没有登记别的住户" in page
    assert 'name="other"' not in page
    assert 'class="button primary"' not in page.split("<main")[1]
