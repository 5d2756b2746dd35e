"""A facility is moved: on the map or by numbers, inside one's areas; where it stood stays known."""

from datetime import timedelta

import pytest
from django.urls import reverse

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs.tests.make import MONDAY, SOUTH, STEP, WEST, make_county, make_unit
from lifang.registry import actions, selectors
from lifang.registry.events import ValueChanged
from lifang.registry.models import Facility, Fact
from lifang.registry.tests.test_desk import text_of

pytestmark = pytest.mark.django_db
LON, LAT = WEST + STEP / 2, SOUTH + STEP / 2  # in the first grid
LATER = MONDAY + timedelta(days=2)


@pytest.fixture(autouse=True)
def county():
    make_county()
    with behind(SYSTEM):
        yield


def lamp(**more):
    given = {"number": "99010101001000123", "area": places.GRID, "lon": LON, "lat": LAT, **more}
    return actions.add_facility(actor=SYSTEM, at=MONDAY, **given)


@pytest.mark.covers("S1-07")
def test_a_facility_is_moved_and_where_it_stood_stays_in_its_history():
    made, worker = lamp(), cast.grid_worker()
    answer = worker.post(
        "registry:position", made.pk, data={"lon": f"{LON + 0.0004:.6f}", "lat": f"{LAT:.6f}"}
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (round(made.lon, 6), round(made.lat, 6), made.area) == (
        round(LON + 0.0004, 6),
        round(LAT, 6),
        places.GRID,
    )
    assert selectors.facilities_near(SYSTEM, LON + 0.0004, LAT, 5) == [made]
    assert selectors.facilities_near(SYSTEM, LON, LAT, 5) == []
    past = selectors.history(worker.actor, made, "facility.point")
    assert [one.shown for one in past] == [
        f"{LON + 0.0004:.6f}, {LAT:.6f}",
        f"{LON:.6f}, {LAT:.6f}",
    ]
    page = text_of(worker.get("registry:thing", "facilities", made.pk))
    assert f"{LON + 0.0004:.6f}, {LAT:.6f}" in page
    assert f"{LON:.6f}, {LAT:.6f}" in text_of(
        worker.get("registry:history", "facilities", made.pk, "facility.point")
    )
    assert [one for one in published() if isinstance(one, ValueChanged)][
        -1
    ].element == "facility.point"


def test_who_keeps_both_grids_moves_it_from_one_to_the_other_with_its_history():
    made, secretary = lamp(), cast.street_dispatcher()
    with behind(secretary.actor):
        actions.move_facility(
            actor=secretary.actor, facility=made, lon=LON + 0.0004, lat=LAT, at=LATER
        )
        actions.move_facility(
            actor=secretary.actor, facility=made, lon=LON + STEP, lat=LAT, at=LATER + timedelta(1)
        )
    made.refresh_from_db()
    assert made.area != places.GRID
    assert made.changed_on == (LATER + timedelta(1)).date()
    neighbour = cast.grid_worker(made.area)
    assert len(selectors.history(neighbour.actor, made, "facility.point")) == 3
    assert Fact.objects.filter(subject=made.pk).exclude(area=made.area).count() == 0


def test_nobody_moves_it_out_of_their_areas_nor_where_it_stands_nor_off_the_earth():
    made, worker = lamp(), cast.grid_worker()
    for lon, lat, reason in (
        (LON + STEP, LAT, "facility_elsewhere"),
        (LON, LAT, "facility_stays"),
        (float("nan"), LAT, "place_point"),
        (181.0, LAT, "place_point"),
    ):
        with refused(reason):
            actions.move_facility(actor=worker.actor, facility=made, lon=lon, lat=lat, at=LATER)
    assert Facility.objects.get().point == f"{LON:.6f}, {LAT:.6f}"


def test_the_form_can_be_used_without_a_map_and_says_what_is_wrong():
    made, worker = lamp(), cast.grid_worker()
    page = worker.get("registry:position", made.pk).content.decode()
    assert f'value="{LON:.6f}' in page or f'value="{LON}' in page
    answer = worker.post("registry:position", made.pk, data={"lon": "", "lat": "95"})
    assert answer.status_code == 422
    assert "id_lat-error" in answer.content.decode()
    for one in sample(40, "positions"):
        given = {"lon": one.text, "lat": one.text}
        assert worker.post("registry:position", made.pk, data=given).status_code == 422, one.text
    assert not Fact.objects.exists()


def test_an_english_page_says_what_it_is_and_whose_in_english_and_no_code_alone():
    make_unit(name="区城管局", name_en="Urban Management Bureau")
    made = lamp(supervisor="区城管局", owner="某物业公司")
    worker = cast.grid_worker()
    url = reverse("registry:thing", args=["facilities", made.pk])
    page = text_of(worker.client.get(f"{url}?lang=en"))
    assert made.name == "供水井盖"
    assert "Water supply manhole cover (01001)" in page
    assert "Urban Management Bureau" in page
    assert "供水井盖" not in page
    assert "区城管局" not in page
    assert "某物业公司" in page  # nobody said it in English
    listed = text_of(
        worker.client.get(f"{reverse('registry:things', args=['facilities'])}?lang=en")
    )
    assert "Water supply manhole cover" in listed
    assert "供水井盖" not in listed
    worker.client.get(f"{url}?lang=zh-hans")
    page = text_of(worker.get("registry:thing", "facilities", made.pk))
    assert "供水井盖 (01001)" in page
    assert "区城管局" in page
