import pytest
from django.db import connection

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs.tests.make import MONDAY, SOUTH, WEST, make_account
from lifang.registry import actions, selectors
from lifang.registry.events import PlaceAdded, ResidentEnrolled
from lifang.registry.models import Place, Resident
from lifang.registry.tests.make import GRID, make_place, make_resident

pytestmark = pytest.mark.django_db
HERE = (WEST + 0.001, SOUTH + 0.001)


def test_places_near_a_point_come_nearest_first_for_a_neighbour_without_an_account():
    near = make_place("近", lon=HERE[0] + 0.0001)
    make_place("远", lon=HERE[0] + 0.01)
    nearer = make_place("更近")
    found = selectors.places_near(cast.anonymous().actor, *HERE, 40)
    assert found == [nearer, near]
    assert found[0].metres_away == 0
    assert 9 < found[1].metres_away < 10


def test_a_dwelling_is_found_by_those_who_work_there_and_by_nobody_else():
    estate = make_place()
    building = make_place("1号楼", "building", parent=estate)
    stair = make_place("1单元", "stair", parent=building)
    door = make_place("101", "dwelling", parent=stair)
    worker, stranger = cast.grid_worker(), cast.stranger()
    with behind(worker.actor):
        assert set(selectors.places_near(worker.actor, *HERE, 40)) == {
            estate,
            building,
            stair,
            door,
        }
        assert selectors.place(worker.actor, door.pk) == door
    for other in (stranger.actor, cast.resident().actor, cast.anonymous().actor):
        with behind(other):
            assert set(selectors.places_near(other, *HERE, 40)) == {estate, building}
            with pytest.raises(Refused) as told:
                selectors.place(other, door.pk)
            assert told.value.refusal.reason == "not_found"


@pytest.mark.parametrize("text", ["和平", "heping", "hpxq", "文明路 8", "小区"])
def test_a_place_is_found_by_words_and_by_sound(text):
    place = make_place(address="文明路 8 号")
    make_place("光荣里", address="别处")
    assert selectors.find_places(cast.anonymous().actor, text) == [place]
    assert selectors.find_places(cast.anonymous().actor, "火星") == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"kind": "castle"}, "place_kind"),
        ({"name": "  "}, "place_name"),
        ({"kind": "dwelling"}, "place_parent"),
        ({"lon": None}, "place_point"),
        ({"lon": 181.0}, "place_point"),
        ({"lat": float("nan")}, "place_point"),
    ],
)
def test_a_place_that_cannot_be_is_refused(given, reason):
    with refused(reason):
        make_place(**given)
    assert not Place.objects.exists()


def test_a_worker_registers_places_of_the_own_grid_only_and_it_is_told():
    worker = cast.grid_worker().actor
    give = {"actor": worker, "kind": "estate", "name": "和平小区", "at": MONDAY}
    place = actions.add_place(**give, area=GRID)
    assert published() == [PlaceAdded(place=place.pk, kind="estate", at=MONDAY)]
    with refused("not_allowed"):
        actions.add_place(**give, area="990101001001002")


@pytest.mark.covers("S0-18")
def test_a_residents_name_and_number_are_sealed_in_the_database_and_found_by_number():
    one = make_resident(name="居民甲", telephone="100 1234 5678")
    with connection.cursor() as cursor, behind(SYSTEM):
        cursor.execute("SELECT r::text FROM registry_resident r")
        (row,) = cursor.fetchone()
    assert "居民甲" not in row
    assert "10012345678" not in row
    with behind(SYSTEM):
        assert Resident.objects.get(telephone_key="10012345678") == one
        assert Resident.objects.get().name == "居民甲"


def test_a_resident_is_seen_by_the_person_and_the_areas_staff_and_by_no_stranger():
    mine = cast.resident()
    one = make_resident(account=mine.account)
    for member in (mine, cast.grid_worker(), cast.street_dispatcher()):
        with behind(member.actor):
            assert list(selectors.residents(member.actor)) == [one], member.key
    for member in (cast.stranger(), cast.resident(), cast.anonymous(), cast.system_admin()):
        with behind(member.actor):
            assert list(selectors.residents(member.actor)) == [], member.key
            with pytest.raises(Refused):
                selectors.resident(member.actor, one.pk)
    with behind(cast.stranger().actor):
        assert list(Resident.objects.all()) == []  # the wall alone
    with behind(mine.actor):
        assert selectors.resident_of(mine.actor) == one


def test_a_resident_enrols_oneself_and_nobody_else():
    mine = cast.resident()
    give = {"actor": mine.actor, "name": "居民甲", "area": GRID, "at": MONDAY}
    one = actions.enrol_resident(**give, account=mine.account)
    assert published() == [ResidentEnrolled(resident=one.pk, account=mine.id, at=MONDAY)]
    assert one.holders == [mine.holder]
    other = make_account(kind="resident")
    with refused("not_allowed"):
        actions.enrol_resident(**give, account=other)
    with refused("already_enrolled"):
        actions.enrol_resident(**give, account=mine.account)


def test_a_worker_enrols_residents_of_the_own_grid_and_no_colleague():
    worker = cast.grid_worker().actor
    person, colleague = make_account(kind="resident"), make_account()
    give = {"actor": worker, "name": "居民甲", "at": MONDAY}
    with refused("not_allowed"):
        actions.enrol_resident(**give, account=person, area="990101001001002")
    with refused("not_a_resident"):
        actions.enrol_resident(**give, account=colleague, area=GRID)
    with refused("telephone_shape"):
        actions.enrol_resident(**give, account=person, area=GRID, telephone="12<script>")
    assert actions.enrol_resident(**give, account=person, area=GRID).area == GRID


def test_finding_places_costs_the_same_for_thirty(django_assert_max_num_queries):
    for number in range(30):
        make_place(f"小区{number}", lon=HERE[0] + number / 1e6)
    with django_assert_max_num_queries(3):  # the wall raised, the rows, the wall back
        assert len(selectors.places_near(cast.anonymous().actor, *HERE, 40, limit=30)) == 30
