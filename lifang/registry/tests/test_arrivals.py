"""Somebody arrives: one question a page, nobody entered twice, nothing told of who lies elsewhere."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.testing import cast, places
from lifang.core.testing.hostile import sample
from lifang.registry import selectors
from lifang.registry.models import Household, Membership, Person
from lifang.registry.tests.make import make_building, make_household, make_person, number

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
NAME, TELEPHONE = "欧秘密", "10012345678"


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


@pytest.fixture
def worker():
    return cast.grid_worker()


def begin(worker, **query):
    return worker.get("registry:arrive", query=query)


def answer(worker, step, **data):
    return worker.post("registry:arrival", step, data=data)


def next_step(response) -> str:
    assert response.status_code == 302, response.content.decode()[:2000]
    return response.url.rsplit("/", 1)[-1]


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


ABOUT = {"sex": "female", "born": "1990-03-07", "residence": "registered"}


@pytest.mark.covers("S3-08", "S0-18")
def test_a_newcomer_with_a_number_settles_behind_a_door(worker):
    door = make_building()[3]
    assert next_step(begin(worker, door=door.pk)) == "number"
    assert (
        next_step(answer(worker, "number", document="citizen", identity=number().lower())) == "name"
    )
    assert next_step(answer(worker, "name", name=NAME, telephone=TELEPHONE)) == "about"
    page = worker.get("registry:arrival", "about").content.decode()
    assert 'value="1990-03-07"' in page, "read from the number"
    assert next_step(answer(worker, "about", **ABOUT)) == "terms"
    assert next_step(answer(worker, "terms", into="own", occupancy="rent")) == "review"
    review = text_of(worker.get("registry:arrival", "review"))
    assert NAME in review
    assert "1单元101" in review
    done = answer(worker, "review")
    person = Person.objects.get()
    house = Household.objects.get()
    assert done.url == reverse("registry:household", args=[house.pk])
    assert (clear(person, "name"), clear(person, "identity"), person.area) == (
        NAME,
        number(),
        places.GRID,
    )
    assert [(row.person, row.relation) for row in selectors.members(SYSTEM, house)] == [
        (person, "head")
    ]
    assert "wizard:registry.arrival" not in worker.client.session


@pytest.mark.covers("S3-26")
def test_what_was_used_of_a_card_stands_on_the_later_pages_to_be_confirmed(worker):
    begin(worker, door=make_building()[3].pk)
    page = worker.get("registry:arrival", "number").content.decode()
    assert 'data-island="scan"' in page
    card = {"card_name": NAME, "card_nation": "蒙古", "card_address": "里坊市西街<b>1号"}
    answer(worker, "number", document="citizen", identity=number(), **card)
    assert f'value="{NAME}"' in worker.get("registry:arrival", "name").content.decode()
    answer(worker, "name", name="另名", telephone="")
    about = worker.get("registry:arrival", "about").content.decode()
    assert 'value="里坊市西街&lt;b&gt;1号"' in about
    assert '<option value="02" selected>' in about
    answer(
        worker, "number", document="citizen", identity=number(sequence=99), **card
    )  # another card
    assert f'value="{NAME}"' in worker.get("registry:arrival", "name").content.decode()
    too_long = answer(worker, "number", document="citizen", identity=number(), card_name="名" * 51)
    assert too_long.status_code == 422
    assert answer(worker, "number", document="none", card_nation="\x00" * 9).status_code in (
        302,
        422,
    )
    assert Person.objects.count() == 0, "a card alone registers nobody"


@pytest.mark.covers("S3-07", "S3-08")
def test_a_number_known_here_shows_who_it_is_masked_and_moves_them(worker):
    known = make_person(name=NAME, identity=number(), telephone=TELEPHONE)
    house = make_household(make_person(name="李四"))
    begin(worker, household=house.pk)
    assert next_step(answer(worker, "number", document="citizen", identity=number())) == "known"
    page = worker.get("registry:arrival", "known")
    assert str(known.pk) in page.content.decode()
    assert "欧*" in text_of(page)
    assert not [secret for secret in (NAME, TELEPHONE, number()) if secret in page.content.decode()]
    assert next_step(answer(worker, "known", choice="move")) == "terms"
    assert next_step(answer(worker, "terms", into=str(house.pk), relation="spouse")) == "review"
    answer(worker, "review")
    assert Membership.objects.get(person=known, valid_to=None).household == house
    assert Person.objects.count() == 2


@pytest.mark.covers("S3-07", "S4-08")
def test_a_number_known_elsewhere_tells_only_that_and_brings_the_record(worker):
    far = make_person(name=NAME, identity=number(), telephone=TELEPHONE, area=places.FAR_GRID)
    make_household(far, area=places.FAR_GRID)
    house = make_household(make_person(name="李四"))
    begin(worker, household=house.pk)
    assert next_step(answer(worker, "number", document="citizen", identity=number())) == "known"
    page = worker.get("registry:arrival", "known").content.decode()
    for secret in (NAME, "欧*", TELEPHONE, number(), str(far.pk), "1990", places.FAR_GRID):
        assert secret not in page, secret
    assert answer(worker, "known", choice="other", despite="x").status_code == 422
    assert next_step(answer(worker, "known", choice="move")) == "terms"
    assert next_step(answer(worker, "terms", into=str(house.pk), relation="lodger")) == "review"
    assert answer(worker, "review").status_code == 302
    far.refresh_from_db()
    assert far.area == places.GRID


@pytest.mark.covers("S3-07")
def test_without_a_number_whoever_it_may_be_is_asked_first(worker):
    known = make_person(name=NAME, telephone=TELEPHONE)
    door = make_building()[3]
    begin(worker, door=door.pk)
    answer(worker, "number", document="none", identity="")
    assert next_step(answer(worker, "name", name=NAME, telephone=TELEPHONE)) == "same"
    page = worker.get("registry:arrival", "same")
    assert str(known.pk) in page.content.decode()
    assert TELEPHONE not in page.content.decode()
    assert next_step(answer(worker, "same", same=str(known.pk))) == "terms"
    answer(worker, "terms", into="own", occupancy="own")
    answer(worker, "review")
    assert Person.objects.get() == known
    assert Membership.objects.get(valid_to=None).person == known


def test_another_person_with_the_same_number_is_entered_with_the_reason(worker):
    make_person(name="李四", identity=number())
    door = make_building()[3]
    begin(worker, door=door.pk)
    answer(worker, "number", document="citizen", identity=number())
    assert answer(worker, "known", choice="other").status_code == 422
    assert next_step(answer(worker, "known", choice="other", despite="派出所确认重号")) == "name"
    answer(worker, "name", name=NAME)
    answer(worker, "about", **ABOUT)
    answer(worker, "terms", into="own", occupancy="own")
    answer(worker, "review")
    assert Person.objects.filter(identity_key=number()).count() == 2


def test_an_answer_that_changes_asks_again_what_followed_from_it(worker):
    make_person(name="李四", identity=number())
    begin(worker, door=make_building()[3].pk)
    answer(worker, "number", document="citizen", identity=number())
    answer(worker, "known", choice="other", despite="重号")
    answer(worker, "number", document="citizen", identity=number())
    assert next_step(worker.get("registry:arrival", "about")) == "known"


def test_the_door_is_found_by_its_address_and_several_are_chosen_from(worker):
    doors = make_building()[3:]
    assert next_step(begin(worker)) == "home"
    several = answer(worker, "home", words="1单元")
    assert several.status_code == 422
    assert str(doors[0].pk) in several.content.decode()
    assert answer(worker, "home", words="没有这样的地方").status_code == 422
    assert next_step(answer(worker, "home", words="1单元", door=str(doors[1].pk))) == "number"
    assert next_step(answer(worker, "home", words="和平小区1号楼1单元101")) == "number"


def test_a_wrong_number_is_said_at_its_field_and_a_later_question_waits_for_the_first(worker):
    begin(worker, door=make_building()[3].pk)
    wrong = number()[:-1] + ("0" if number()[-1] != "0" else "1")
    page = answer(worker, "number", document="citizen", identity=wrong)
    assert page.status_code == 422
    assert "f-identity" in page.content.decode() or "id_identity" in page.content.decode()
    assert next_step(worker.get("registry:arrival", "about")) == "number"
    assert next_step(worker.get("registry:arrival", "review")) == "number"
    assert worker.get("registry:arrival", "nothing").status_code == 404


def test_nothing_begins_at_somebody_elses_door(worker):
    far = make_household(area=places.FAR_GRID)
    assert begin(worker, household=far.pk).status_code == 404
    assert begin(worker, household="x").status_code == 404
    assert begin(cast.checker(), door=make_building()[3].pk).status_code == 403


def test_every_question_answers_anything_with_a_page(worker):
    door = make_building()[3]
    names = ("document", "identity", "name", "telephone", "choice", "despite", "same", "sex", "born", "residence", "words", "door", "into", "relation", "occupancy", "expires_on")  # fmt: skip
    for one in sample(12, "registry arrivals"):
        for query in ({"door": one.text}, {"household": one.text}):
            assert begin(worker, **query).status_code in (302, 404), one.kind
        begin(worker, door=door.pk)
        for step in ("home", "number", "known", "name", "same", "about", "terms", "review"):
            response = answer(worker, step, **dict.fromkeys(names, one.text))
            assert response.status_code in (302, 404, 422), (one.kind, step)
    assert not Person.objects.exists()
