"""One timeline of a place and of a person: every context tells of it, within the reader's sight, and nobody is named."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from lifang.cases.selectors import reported_by
from lifang.cases.tests.make import make_case
from lifang.cases.web.story import of_person
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.testing import cast
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import make_county
from lifang.registry import actions
from lifang.registry.models import Look, Place
from lifang.registry.selectors import story_opened
from lifang.registry.tests.make import make_building, make_household, make_person, number

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-35")]
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
NAME = "欧秘密"
LON, LAT = 110.301, 27.601


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        make_county()
        yield


def text_of(response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def lived_in():
    places = make_building()
    Place.objects.filter(pk=places[0].pk).update(lon=LON, lat=LAT, cell=1)  # the others stand in it
    person = make_person(name=NAME, identity=number(), telephone="10012345678")
    home = make_household(person, door=places[3])
    actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", note="秘密的话", at=NOW - timedelta(days=3))  # fmt: skip
    actions.visit(actor=SYSTEM, household=home, kind="restricted", outcome="met", at=NOW - timedelta(days=2))  # fmt: skip
    actions.change(actor=SYSTEM, row=places[3], element="place.use", value="office", source="visit", at=NOW - timedelta(days=4))  # fmt: skip
    make_case(lon=LON + 0.0002, lat=LAT, at=NOW - timedelta(days=1))
    make_case(lon=LON + 0.002, lat=LAT, place="二百米外", at=NOW - timedelta(days=1))
    return places


def test_a_building_tells_its_visits_moves_and_changes_without_a_name():
    places = lived_in()
    worker = cast.grid_worker()
    for place in places[:4]:  # the estate, the building, the stair and the door all tell it
        told = text_of(worker.get("registry:place_story", place.pk, query={"period": "all"}))
        assert "一户迁入" in told
        assert "房屋用途" in told or "用途" in told
        assert told.count("走访 ·") == 1, "the restricted visit is on no page"
        assert told.count("事件 ·") == 1, "a case near it, not one 200 m away"
        for secret in (NAME, "10012345678", number(), "秘密的话"):
            assert secret not in told
    only = text_of(worker.get("registry:place_story", places[1].pk, query={"kind": "visit", "period": "90"}))  # fmt: skip
    assert "一户迁入" not in only
    assert "走访 ·" in only
    other = text_of(worker.get("registry:place_story", places[4].pk, query={"period": "all"}))
    assert "一户迁入" not in other, "another door tells nothing of it"


@pytest.mark.parametrize("query", [{"kind": "x' OR 1=1", "period": "-1"}, {"kind": "\x00", "period": "9" * 99}])  # fmt: skip
def test_a_strange_filter_shows_everything_of_a_year(query):
    places = lived_in()
    told = text_of(cast.grid_worker().get("registry:place_story", places[1].pk, query=query))
    assert "走访 ·" in told


def test_the_page_asks_no_more_of_the_database_for_more_lines():
    places = lived_in()
    worker = cast.grid_worker()

    def more():
        home = make_household(make_person(name=NAME), door=places[4])
        actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", at=NOW - timedelta(hours=1))  # fmt: skip
        make_case(lon=LON, lat=LAT, at=NOW - timedelta(hours=2))

    grows(more, lambda: worker.get("registry:place_story", places[1].pk), many=6)


# -- a person ----------------------------------------------------------------------------------------


def somebody():
    """Lives behind a door, was called on, reported a case by telephone, has a case at the gate."""
    places = make_building()
    Place.objects.filter(pk=places[0].pk).update(lon=LON, lat=LAT, cell=1)
    person = make_person(name=NAME, identity=number(), telephone="10012345678")
    home = make_household(person, door=places[3])
    actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", note="秘密的话", at=NOW - timedelta(days=3))  # fmt: skip
    actions.visit(actor=SYSTEM, household=home, kind="restricted", outcome="met", at=NOW - timedelta(days=2))  # fmt: skip
    actions.change(actor=SYSTEM, row=person, element="person.work_place", value="秘密工厂", source="visit", at=NOW - timedelta(days=4))  # fmt: skip
    make_case(lon=LON, lat=LAT, at=NOW - timedelta(days=1))
    make_case(lon=LON + 0.01, lat=LAT, name=NAME, phone="100 1234 5678", place="一公里外", at=NOW - timedelta(days=1))  # fmt: skip
    make_case(lon=LON + 0.01, lat=LAT, name="别人", phone="10012345679", at=NOW - timedelta(days=1))
    return person


def test_a_persons_timeline_is_asked_for_with_a_purpose_once_and_the_person_reads_who_looked():
    person = somebody()
    worker = cast.grid_worker()
    asked = text_of(worker.get("registry:person_story", person.pk, query={"period": "all"}))
    assert "走访 ·" not in asked
    assert "入户时间" not in asked
    for data in ({}, {"purpose": "curiosity"}, {"purpose": "visit"}, {"purpose": "visit", "work": "0" * 32}):  # fmt: skip
        assert worker.post("registry:person_story", person.pk, data=data).status_code == 422
    assert not Look.objects.exists(), "what was refused opened nothing"
    opened = worker.post("registry:person_story", person.pk, data={"purpose": "emergency"})
    assert opened.status_code == 302
    told = text_of(worker.get("registry:person_story", person.pk, query={"period": "all"}))
    assert told.count("走访 ·") == 1, "the restricted visit is on no page"
    assert "迁入" in told
    assert "工作单位" in told
    assert told.count("反映的事件 ·") == 1, "with this telephone, not with another"
    assert told.count("住处周边的事件 ·") == 1
    for secret in (NAME, "10012345678", number(), "秘密"):
        assert secret not in told
    look = Look.objects.get()
    assert (look.element, look.purpose, look.account_id) == ("person.story", "emergency", worker.actor.id)  # fmt: skip
    line = Entry.objects.filter(action="registry.read_story", outcome="seen").get()
    assert str(person.pk) in str(line.subject)
    assert "时间线" in text_of(worker.get("registry:person", person.pk)), "who looked"
    for minutes, opens in ((14, True), (16, False)):
        later = look.at + timedelta(minutes=minutes)
        assert (story_opened(worker.actor, person, later) is not None) is opens


def test_somebody_elses_look_opens_nothing_and_who_reaches_no_reporter_is_told_of_no_report():
    person = somebody()
    worker, secretary = cast.grid_worker(), cast.community_secretary()
    worker.post("registry:person_story", person.pk, data={"purpose": "emergency"})
    assert "走访 ·" not in text_of(secretary.get("registry:person_story", person.pk))
    assert list(reported_by(cast.stranger().actor, person)) == []
    assert list(of_person(cast.checker().actor, person, None, 9)) == []


def test_a_persons_page_asks_no_more_of_the_database_for_more_lines():
    person = somebody()
    worker = cast.grid_worker()
    worker.post("registry:person_story", person.pk, data={"purpose": "emergency"})
    home = person.memberships.get().household

    def more():
        actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", at=NOW - timedelta(hours=1))  # fmt: skip
        actions.change(actor=SYSTEM, row=person, element="person.education", value="bachelor", source="visit", at=NOW)  # fmt: skip
        make_case(lon=LON, lat=LAT, phone="10012345678", at=NOW - timedelta(hours=2))

    grows(more, lambda: worker.get("registry:person_story", person.pk), many=6)
