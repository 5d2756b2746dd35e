"""One timeline of a place: every context tells of it, within the reader's sight, and nobody is named."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from lifang.cases.tests.make import make_case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import make_county
from lifang.registry import actions
from lifang.registry.models import Place
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
