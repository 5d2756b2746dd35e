from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from lifang.core.access import SYSTEM, Refused, Scope
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs.tests.make import MONDAY
from lifang.registry import actions, selectors
from lifang.registry.actions import Member, Newcomer
from lifang.registry.events import MovedIn, MovedOut, PersonRegistered, ValueChanged
from lifang.registry.models import Fact, Household, Membership, Occupancy, Person
from lifang.registry.tests.make import (
    GRID,
    make_building,
    make_household,
    make_person,
    number,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    """The grid worker, whose sight the connection has."""
    actor = cast.grid_worker().actor
    with behind(actor):
        yield actor


LATER = MONDAY + timedelta(days=1)
TELEPHONE = "10012345678"


@pytest.mark.covers("S1-06")
def test_a_person_is_sealed_in_the_database_and_reads_masked():
    worker = cast.grid_worker()
    one = make_person(
        actor=worker.actor, name="欧阳小明", identity=number(), telephone=TELEPHONE,
        registered_at="明光路 8 号 2 号楼 101",
    )  # fmt: skip
    assert published() == [PersonRegistered(person=one.pk, at=MONDAY)]
    with connection.cursor() as cursor, behind(SYSTEM):
        cursor.execute("SELECT p::text FROM registry_person p")
        (row,) = cursor.fetchone()
    for secret in ("欧阳", number(), TELEPHONE, "明光"):
        assert secret not in row
    with behind(worker.actor):
        (seen,) = selectors.persons(worker.actor)
        assert (seen.name, seen.identity, seen.telephone) == (
            "欧阳*",
            "990***********1237",
            "100****5678",
        )
        assert str(seen) == f"{seen.name}" == "欧阳*"
        assert "101" not in seen.registered_at
        assert (seen.born, seen.sex) == (date(1990, 3, 7), "male")
        seen.refresh_from_db()
        seen.save()
        assert clear(selectors.person(worker.actor, one.pk), "name") == "欧阳小明"


def test_a_person_is_found_whole_and_only_inside_the_scope():
    one = make_person(name="张小明", identity=number(), telephone=TELEPHONE)
    make_person(name="李大山", area=places.FAR_GRID)
    worker, stranger = cast.grid_worker().actor, cast.stranger().actor
    asked = ["张小明", "小明", "xiaoming", "zhangxiaoming", "zxm", number(), TELEPHONE, "100 1234 5678"]  # fmt: skip
    for text in asked:
        with behind(worker):
            assert selectors.find_persons(worker, text) == [one], text
        with behind(stranger):
            assert selectors.find_persons(stranger, text) == [], text
    with behind(worker):
        for text in ("李大山", "", "   ", "%", "1001234567", number()[:17]):
            assert selectors.find_persons(worker, text) == [], text


def test_a_name_is_found_in_the_county_where_they_live_now_and_by_those_whom_it_concerns():
    one, away = make_person(name="张小明"), make_person(name="张小明", area=places.AWAY_GRID)
    here, there = seeing({GRID[:6]}), seeing({places.AWAY_GRID})
    both, all_, mine = (
        seeing({GRID, places.OTHER_COUNTY}),
        seeing({"99"}),
        seeing({GRID[:6]}, f"account:{away.pk}"),
    )

    def found(actor):
        with behind(actor):
            return {row.pk for row in selectors.find_persons(actor, "zxm")}

    assert (found(here), found(there)) == ({one.pk}, {away.pk})
    assert found(both) == found(all_) == found(SYSTEM) == {one.pk, away.pk}
    assert found(mine) == {one.pk}
    with behind(SYSTEM):
        away.concern([f"account:{away.pk}"])
        away.save(update_fields=["holders"])
        assert found(mine) == {one.pk, away.pk}
        Person.objects.filter(pk=one.pk).update(area=places.AWAY_GRID)
    assert (found(here), found(there)) == (set(), {one.pk, away.pk})
    with behind(SYSTEM):
        asked = [
            str(selectors.search_persons(who, selectors.persons(who), "zxm").query)
            for who in (there, all_)
        ]
    assert ["name_terms_near" in one for one in asked] == [True, False]


def seeing(areas, *holders):
    return replace(cast.grid_worker().actor, scope=Scope(frozenset(areas), frozenset(holders)))


def test_of_a_surname_the_first_of_ones_areas_are_found_and_those_whom_it_concerns():
    mine = [make_person(name=name) for name in ("张小明", "章大山")]
    away = make_person(name="张三", area=places.AWAY_GRID)
    make_person(name="李四")
    with behind(SYSTEM):
        away.concern(["account:them"])
        away.save(update_fields=["holders"])
    for actor, text, found in (
        (seeing({GRID[:6]}), "张", [mine[0]]),
        (seeing({GRID[:6]}), "zhang", mine),
        (seeing({GRID[:6], places.OTHER_COUNTY}), "张", [mine[0], away]),
        (seeing({GRID[:6]}, "account:them"), "zhang", [*mine, away]),
        (seeing({places.OTHER_COUNTY}, "account:them"), "zhang", [away]),
        (seeing(set(), "account:them"), "张", [away]),
        (seeing({GRID[:6]}), "王", []),
        (seeing({GRID[:6], GRID[:12]}), "张", [mine[0]]),
    ):
        with behind(actor):
            assert selectors.find_persons(actor, text) == found
    with behind(both := seeing({GRID[:6], places.OTHER_COUNTY})):
        assert selectors.find_persons(both, "zhang", 2) == mine


def test_a_person_is_found_behind_the_own_door():
    door = make_building()[4]
    one = make_person()
    make_household(one, door=door)
    worker = cast.grid_worker().actor
    for actor in (worker, seeing({GRID[:6]})):
        with behind(actor):
            assert selectors.find_persons(actor, "1单元102") == [one]
    with behind(county := seeing({GRID[:6]})):
        assert selectors.find_persons(county, "1") == [
            one
        ]  # nobody is called so, and somebody lives behind it


def test_a_number_known_already_is_refused_and_says_where_to_go(worker):
    make_person(identity=number())
    with refused("person_known"):
        make_person(actor=worker, identity=number())
    make_person(identity=number(sequence=125), area=places.FAR_GRID)
    with refused("person_elsewhere"):
        make_person(actor=worker, identity=number(sequence=125))
    twin = make_person(identity=number(), despite="重号，派出所证明")
    assert twin.identity_key == Person.objects.exclude(pk=twin.pk).get(area=GRID).identity_key


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": " "}, "name_missing"),
        ({"name": "\u202e\x00"}, "name_shape"),
        ({"name": "长" * 51}, "name_shape"),
        ({"identity": "990101199003071238"}, "identity_check"),
        ({"identity": "990101201902290011"}, "identity_date"),
        ({"document": "licence"}, "document_kind"),
        ({"document": "none", "identity": number()}, "number_without_document"),
        ({"telephone": "call me"}, "telephone_shape"),
        ({"sex": "x"}, "unknown_code"),
        ({"born": date(2030, 1, 1)}, "day_wrong"),
        ({"relation": "king"}, "unknown_code"),
        ({"expires_on": date(2027, 1, 1)}, "expiry_not_temporary"),
        ({"residence": "floating", "expires_on": date(2020, 1, 1)}, "expiry_past"),
    ],
)
def test_a_person_that_cannot_be_is_refused(given, reason):
    with refused(reason):
        make_person(**{"name": "张小明", **given})
    assert not Person.objects.exists()


def test_a_worker_registers_people_of_the_own_grid_only():
    worker = cast.grid_worker().actor
    with refused("not_allowed"):
        make_person(actor=worker, area=places.NEXT_GRID)
    for nobody in (cast.resident().actor, cast.system_admin().actor, cast.anonymous().actor):
        with refused("not_allowed"):
            make_person(actor=nobody)


@pytest.mark.covers("S3-07")
def test_a_list_is_entered_at_once_with_households_and_no_fact(worker):
    door, other = make_building()[3:5]
    rows = [
        Newcomer("张大山", document="citizen", identity=number(), household="1", dwelling=door),
        Newcomer("李小花", household="1", relation="spouse", dwelling=door),
        Newcomer(
            "王五", household="2", dwelling=other, residence="floating", occupancy="rent", expires_on=date(2027, 3, 1)
        ),
        Newcomer("赵六", area=GRID),
    ]  # fmt: skip
    made = actions.register_many(actor=worker, rows=rows, source="police", at=MONDAY, name="公安")
    assert [p.name for p in made.persons] == ["张*", "李*", "王*", "赵*"]
    assert (Household.objects.count(), Membership.objects.count()) == (2, 3)
    assert Occupancy.objects.get(dwelling=other).kind == "rent"
    assert not Fact.objects.exists()
    known = {k.element.key: k for k in selectors.known(worker, made.persons[0], date(2026, 12, 1))}
    assert known["person.identity"].source == "police"
    assert known["person.identity"].verified_at == MONDAY
    assert known["person.identity"].shown == "990***********1237"
    with refused("identity_check"):
        actions.register_many(
            actor=worker,
            rows=[*rows, Newcomer("坏", GRID, "citizen", "990101199003071238")],
            source="police",
            at=MONDAY,
        )
    with refused("not_allowed"):
        actions.register_many(
            actor=worker, rows=[Newcomer("甲", places.FAR_GRID)], source="sheet", at=MONDAY
        )


@pytest.mark.covers("S3-06", "S1-06")
def test_a_change_keeps_what_was_and_says_where_each_value_is_from(worker):
    made = actions.register_many(
        actor=worker, rows=[Newcomer("张大山", GRID, telephone=TELEPHONE)], source="police", at=MONDAY
    )  # fmt: skip
    (one,) = made.persons
    fact = actions.change(
        actor=worker, row=one, element="person.telephone", value="10087654321", source="visit", at=LATER
    )  # fmt: skip
    assert published()[-1] == ValueChanged(
        kind="person", subject=one.pk, element="person.telephone", at=LATER
    )
    assert (fact.value, clear(fact, "sealed")) == ("", "10087654321")
    one = selectors.person(worker, one.pk)
    assert one.telephone == "100****4321"
    assert selectors.find_persons(worker, "10087654321") == [one]
    past = selectors.history(worker, one, "person.telephone")
    assert [(p.shown, p.source) for p in past] == [
        ("100****4321", "visit"),
        ("100****5678", "police"),
    ]
    known = {k.element.key: k for k in selectors.known(worker, one, LATER.date())}
    now = known["person.telephone"]
    assert (now.source, now.verified_at, now.stale, now.changes) == ("visit", LATER, False, 2)
    assert now.expires_on == LATER.date() + timedelta(days=730)
    assert known["person.name"].changes == 0
    in_three_years = LATER.date() + timedelta(days=1000)
    known = {k.element.key: k for k in selectors.known(worker, one, in_three_years)}
    assert known["person.telephone"].stale
    assert list(selectors.stale(worker, in_three_years)) == [fact]


def test_facts_are_never_rewritten(worker):
    one = make_person(telephone=TELEPHONE)
    actions.change(
        actor=SYSTEM, row=one, element="person.sex", value="female", source="visit", at=MONDAY
    )
    from django.db import ProgrammingError, transaction  # noqa: PLC0415 -- only here

    for attempt in ({"source": "police"}, {"element": "person.name"}):
        with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
            Fact.objects.update(**attempt)
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        Fact.objects.all().delete()


@pytest.mark.parametrize(
    ("element", "value", "reason"),
    [
        ("person.telephone", "x" * 20, "telephone_shape"),
        ("person.sex", "robot", "unknown_code"),
        ("person.born", "1990-13-45", "day_wrong"),
        ("person.born", "2090-01-01", "day_wrong"),
        ("person.name", "", "name_missing"),
        ("person.identity", "990101199003071238", "identity_check"),
        ("person.nothing", "1", "unknown_element"),
        ("place.use", "shop", "unknown_element"),
        ("person.work_place", "\x07", "value_shape"),
        ("person.work_place", "长" * 301, "value_long"),
    ],
)
def test_a_value_that_does_not_fit_its_element_is_refused(worker, element, value, reason):
    one = make_person()
    with refused(reason):
        actions.change(
            actor=worker, row=one, element=element, value=value, source="visit", at=MONDAY
        )  # fmt: skip


@pytest.mark.covers("S3-08")
def test_moving_in_from_elsewhere_ends_the_old_membership_and_brings_the_record_along(worker):
    far = make_person(name="王五", area=places.FAR_GRID, identity=number(), residence="floating")
    old = make_household(far, area=places.FAR_GRID)
    house = make_household()
    with behind(worker):
        made = actions.move_in(
            actor=worker, household=house, identity=number(), relation="lodger", expires_on=date(2027, 1, 1), at=LATER
        )  # fmt: skip
        assert published()[-1] == MovedIn(person=far.pk, household=house.pk, at=LATER)
        assert selectors.find_persons(worker, number()) == [far]
        assert [m.person for m in selectors.members(worker, house)][-1] == far
        soon = list(selectors.expiring(worker, date(2027, 1, 2)))
        assert soon == [made]
    with behind(SYSTEM):
        before = Membership.objects.get(household=old)
        assert (before.valid_to, before.ended) == (LATER, "moved_in")
        assert Household.objects.get(pk=old.pk).valid_to == LATER
        assert Occupancy.objects.get(household=old).valid_to == LATER
    with behind(worker):
        actions.move_out(actor=worker, membership=made, at=LATER + timedelta(days=9))
        assert published()[-1] == MovedOut(
            person=far.pk, household=house.pk, at=LATER + timedelta(days=9)
        )
        with refused("ended_already"):
            actions.move_out(actor=worker, membership=made, at=LATER + timedelta(days=9))


def test_nobody_moves_anybody_out_of_sight(worker):
    far, here = make_household(area=places.FAR_GRID), make_person(name="李四")
    with refused("not_allowed"):
        actions.move_in(actor=worker, household=far, person=here, at=MONDAY)
    mine = make_household()
    with behind(SYSTEM):
        other = far.members.get().person
    with refused("not_found"):
        actions.move_in(actor=worker, household=mine, person=other, at=MONDAY)
    with refused("nobody_with_number"):
        actions.move_in(actor=worker, household=mine, identity=number(sequence=999), at=MONDAY)


def test_a_household_has_one_head_and_can_name_another(worker):
    one, two = make_person(), make_person(name="李大山")
    door = make_building()[3]
    with refused("head_already"):
        actions.found_household(
            actor=worker, dwelling=door, members=[Member(one), Member(two)], at=MONDAY
        )
    house = make_household(one, two, door=door)
    second = selectors.members(worker, house).get(person=two)
    actions.name_head(actor=worker, membership=second, former="spouse", at=LATER)
    now = {m.person: m.relation for m in selectors.members(worker, house)}
    assert now == {one: "spouse", two: "head"}
    assert selectors.members(worker, house, ended=True).count() == 4


@pytest.mark.covers("S1-06")
def test_a_building_is_seen_floor_by_floor(django_assert_max_num_queries):
    estate, building, stair, *doors = make_building(floors=3, doors=2)
    make_household(make_person(), make_person(name="李四"), door=doors[0])
    worker = cast.grid_worker().actor
    with behind(worker), django_assert_max_num_queries(3):
        (picture,) = selectors.floors(worker, building)
    assert picture.stair == stair
    assert [f.floor for f in picture.floors] == [3, 2, 1]
    ground = picture.floors[-1].doors
    assert [(d.place, d.households, d.people) for d in ground] == [
        (doors[0], 1, 2),
        (doors[1], 0, 0),
    ]
    assert estate.parent is None


def test_a_stranger_sees_no_person_household_or_fact():
    one = make_person(telephone=TELEPHONE)
    house = make_household(one)
    actions.change(
        actor=SYSTEM, row=one, element="person.sex", value="male", source="visit", at=MONDAY
    )
    stranger = cast.stranger().actor
    with behind(stranger):
        for ask, pk in ((selectors.person, one.pk), (selectors.household, house.pk)):
            with pytest.raises(Refused) as told:
                ask(stranger, pk)
            assert told.value.refusal.reason == "not_found"
        assert not selectors.persons(stranger).exists()
        assert not selectors.households(stranger).exists()
        assert not Fact.objects.exists()
        assert selectors.history(stranger, one, "person.sex") == []
