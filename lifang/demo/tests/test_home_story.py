"""What happened to a household: for a purpose, of its own days behind a door alone; its members read who looked."""

from datetime import UTC, datetime, timedelta

import pytest

from lifang.cases.tests.make import make_case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.testing import cast
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import make_county
from lifang.registry import actions
from lifang.registry.models import Look, Place
from lifang.registry.tests.make import make_building, make_household, make_linked, make_person
from lifang.sensing import actions as sensing
from lifang.sensing.models import Alarm
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-35")]
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
DAY = timedelta(days=1)
NAME, LON, LAT = "欧秘密", 110.301, 27.601
PURPOSE = {"purpose": "emergency", "work": ""}


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        make_county()
        yield


def smoke(door, at):
    series = make_series(make_device(place=door.pk, name="客厅烟感"), "smoke")
    sensing.store([observed(series, at, 1)], known_of(series), at)
    return Alarm.objects.get(device=series.device)


def housed(resident=None):
    """A household that came ten days ago; what happened before it came and beside it."""
    places = make_building()
    Place.objects.filter(pk=places[0].pk).update(lon=LON, lat=LAT, cell=1)
    person = make_linked(resident, name=NAME) if resident else make_person(name=NAME)
    before = smoke(places[3], NOW - 200 * DAY)
    home = make_household(person, door=places[3])
    home.occupancies.update(valid_from=NOW - 10 * DAY)
    beside = smoke(places[4], NOW - 2 * DAY)
    there = smoke(places[3], NOW - 2 * DAY)
    actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", note="秘密的话", at=NOW - 3 * DAY)  # fmt: skip
    actions.visit(actor=SYSTEM, household=home, kind="restricted", outcome="met", at=NOW - 2 * DAY)
    make_case(lon=LON, lat=LAT, place="在家时", at=NOW - DAY)
    make_case(lon=LON, lat=LAT, place="来之前", at=NOW - 30 * DAY)
    return home, person, before, beside, there


def read(member, home, **query):
    assert member.post("registry:household_story", home.pk, data=PURPOSE).status_code == 302
    return member.get("registry:household_story", home.pk, query={"period": "all", **query}).content.decode()  # fmt: skip


def test_a_household_tells_its_own_days_without_a_value():
    home, _person, before, beside, there = housed()
    worker = cast.grid_worker()
    told = read(worker, home)
    assert str(there.pk) in told
    for other in (before, beside):
        assert str(other.pk) not in told
    for word in ("迁入", "加入本户", "入户", "走访"):
        assert word in told or word == "入户"
    assert NAME not in told
    assert "秘密的话" not in told
    assert told.count("/desk/cases/") >= 1
    only = read(worker, home, kind="visit")
    assert str(there.pk) not in only


def test_it_is_opened_for_a_purpose_and_its_members_read_that(resident):
    home, _person, *_rest = housed(resident)
    worker = cast.grid_worker()
    asked = worker.get("registry:household_story", home.pk).content.decode()
    assert "客厅烟感" not in asked
    assert "与这一户有关" in asked
    assert "此人" not in asked
    assert not Look.objects.exists()
    assert worker.post("registry:household_story", home.pk, data={"purpose": "curious", "work": ""}).status_code in (200, 409, 422)  # fmt: skip
    read(worker, home)
    look = Look.objects.get()
    assert (look.element, look.subject, look.purpose, look.account_id) == ("household.story", home.pk, "emergency", worker.id)  # fmt: skip
    assert resident.holder in look.holders
    assert Entry.objects.filter(action="registry.read_home_story", outcome="seen").exists()
    assert "家庭经历的事" in resident.get("registry:record").content.decode()
    another = cast.member("grid_worker", home.area)
    assert "客厅烟感" not in another.get("registry:household_story", home.pk).content.decode()


def test_others_find_no_such_household():
    home, *_rest = housed()
    assert cast.resident().get("registry:household_story", home.pk).status_code == 403
    far = cast.member("grid_worker", "990101002002001")
    assert far.get("registry:household_story", home.pk).status_code == 404


def test_the_page_costs_the_same_for_more_lines():
    home, *_rest = housed()
    worker = cast.grid_worker()
    read(worker, home)
    grows(
        lambda: actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", at=NOW - DAY),
        lambda: worker.get("registry:household_story", home.pk),
        many=6,
    )  # fmt: skip
