"""Pages that change the register: one question, one act; who may, what stands there afterwards, what nobody reads."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.flow.models import Todo
from lifang.core.testing import cast, places
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import make_county
from lifang.registry import actions, selectors
from lifang.registry.models import (
    Facility,
    Membership,
    Merge,
    MissedVisit,
    Organisation,
    Person,
    Tagging,
    Tie,
    Vehicle,
    Visit,
    VisitPlan,
)
from lifang.registry.tests.make import GRID, make_building, make_household, make_person, number

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
THEN = NOW - timedelta(hours=6)


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        make_county()
        yield


@pytest.fixture
def worker():
    return cast.grid_worker()


def text_of(response) -> str:
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def rows_of(home) -> list[Membership]:
    return list(Membership.objects.filter(household=home, valid_to=None).order_by("valid_from", "id"))  # fmt: skip


# -- moves ------------------------------------------------------------------------------------------


@pytest.mark.covers("S3-08")
def test_a_head_who_moves_out_leaves_the_house_to_an_heir(worker):
    home = make_household(make_person(), make_person(name="李四"))
    head, other = rows_of(home)
    assert (
        worker.post("registry:departure", head.pk, data={"ended": "moved_out"}).status_code == 422
    )
    sent = worker.post(
        "registry:departure", head.pk, data={"ended": "moved_out", "heir": str(other.pk)}
    )
    assert sent.status_code == 302
    assert [(row.person_id, row.relation) for row in rows_of(home)] == [(other.person_id, "head")]
    assert worker.get("registry:departure", head.pk).status_code == 409


def test_whoever_died_ends_in_the_register_and_the_last_one_frees_the_door(worker):
    home = make_household()
    (row,) = rows_of(home)
    assert "最后一位" in text_of(worker.get("registry:departure", row.pk))
    worker.post("registry:departure", row.pk, data={"ended": "died"})
    home.refresh_from_db()
    row.person.refresh_from_db()
    assert home.valid_to is not None
    assert row.person.valid_to is not None


def test_another_member_is_made_the_head(worker):
    home = make_household(make_person(), make_person(name="李四"))
    _head, other = rows_of(home)
    worker.post("registry:head", other.pk, data={"former": "spouse"})
    assert {row.person_id: row.relation for row in rows_of(home)}[other.person_id] == "head"


@pytest.mark.covers("S3-08")
def test_a_registration_is_renewed_from_the_household(worker):
    lodger = make_person(name="王五", residence="floating")
    home = make_household(make_person(), lodger)
    row = Membership.objects.get(person=lodger)
    page = worker.get("registry:household", home.pk).content.decode()
    assert f"/desk/registry/members/{row.pk}/renewal" in page
    day = NOW.date() + timedelta(days=200)
    for wrong in ("2001-01-01", "2999-01-01", "x", ""):
        assert (
            worker.post("registry:renewal", row.pk, data={"expires_on": wrong}).status_code == 422
        )
    worker.post("registry:renewal", row.pk, data={"expires_on": f"{day}"})
    row.refresh_from_db()
    assert row.expires_on == day


@pytest.mark.covers("S1-06")
def test_a_household_parts_behind_another_door_and_unites_again(worker):
    doors = make_building()[3:]
    home = make_household(make_person(), make_person(name="李四"), door=doors[0])
    _head, other = rows_of(home)
    told = {"leaving": [str(other.pk)], "relation": "spouse", "occupancy": "own"}
    assert (
        worker.post("registry:parting", home.pk, data={**told, "words": "没有这里"}).status_code
        == 422
    )
    assert (
        worker.post("registry:parting", home.pk, data={**told, "words": "1单元"}).status_code == 422
    )
    sent = worker.post("registry:parting", home.pk, data={**told, "words": doors[0].address})
    assert sent.status_code == 302
    new = Membership.objects.get(person=other.person, valid_to=None).household
    assert new != home
    page = worker.get("registry:union", home.pk)
    assert str(new.pk) in page.content.decode()
    worker.post("registry:union", home.pk, data={"other": str(new.pk), "relation": "spouse"})
    assert len(rows_of(home)) == 2


# -- groups -----------------------------------------------------------------------------------------


@pytest.mark.covers("S0-18", "S2-03")
def test_a_group_that_stands_on_consent_asks_for_it_and_ends_with_its_reason(worker):
    person = make_person()
    refused = worker.post("registry:tag", person.pk, data={"tag": "volunteer", "source": "visit"})
    assert refused.status_code == 422
    assert "本人同意" in text_of(refused)
    worker.post(
        "registry:tag", person.pk, data={"tag": "volunteer", "source": "visit", "consented": "on"}
    )
    made = Tagging.objects.get(person=person)
    assert made.consented_at is not None
    page = text_of(worker.get("registry:person", person.pk))
    assert "志愿者" in page
    before = made.review_on
    Tagging.objects.update(review_on=before - timedelta(days=300))
    worker.post("registry:tag_review", made.pk)
    made.refresh_from_db()
    assert made.review_on >= before
    worker.post("registry:tag_end", made.pk, data={"ended": "withdrawn"})
    made.refresh_from_db()
    assert made.ended == "withdrawn"
    assert worker.get("registry:tag_end", made.pk).status_code == 409


# -- values -----------------------------------------------------------------------------------------


@pytest.mark.covers("S1-06", "S0-12")
def test_a_value_is_written_anew_as_its_element_has_it_and_stays_masked(worker):
    person = make_person(telephone="10012345678")
    path = ("registry:value", "people", person.pk, "person.telephone")
    page = worker.get(*path).content.decode()
    assert "10012345678" not in page
    assert worker.post(*path, data={"value": "abc", "source": "visit"}).status_code == 422
    worker.post(*path, data={"value": "10087654321", "source": "self"})
    person.refresh_from_db()
    assert clear(person, "telephone") == "10087654321"
    shown = worker.get("registry:history", "people", person.pk, "person.telephone")
    assert "10087654321" not in shown.content.decode()
    assert "本人申报" in text_of(shown)


def test_a_number_is_changed_with_its_document_and_what_is_fixed_has_no_page(worker):
    person = make_person()
    path = ("registry:value", "people", person.pk, "person.identity")
    assert (
        worker.post(
            *path, data={"value": "1", "document": "citizen", "source": "visit"}
        ).status_code
        == 422
    )
    worker.post(*path, data={"value": number(), "document": "citizen", "source": "visit"})
    person.refresh_from_db()
    assert (person.document, clear(person, "identity")) == ("citizen", number())
    for slug, key in (
        ("people", "person.document"),
        ("people", "vehicle.plate"),
        ("people", "x"),
        ("ghosts", "person.name"),
    ):
        assert worker.get("registry:value", slug, person.pk, key).status_code == 404


def test_values_of_homes_and_doors_are_written_too(worker):
    door = make_building()[3]
    home = make_household(door=door)
    worker.post(
        "registry:value",
        "places",
        door.pk,
        "place.area_m2",
        data={"value": "88.5", "source": "visit"},
    )
    worker.post(
        "registry:value",
        "households",
        home.pk,
        "household.pets",
        data={"value": "一只猫", "source": "visit"},
    )
    door.refresh_from_db()
    assert float(door.area_m2) == 88.5
    assert selectors.history(SYSTEM, home, "household.pets")
    assert "88.5" in text_of(worker.get("registry:place", door.pk))


# -- things -----------------------------------------------------------------------------------------


@pytest.mark.covers("S1-06")
def test_a_vehicle_is_registered_found_by_its_plate_alone_and_shown_masked(worker):
    told = {"plate": "里a12345", "kind": "car", "area": GRID}
    assert worker.post("registry:add", "vehicles", data={**told, "plate": "??"}).status_code == 422
    sent = worker.post("registry:add", "vehicles", data=told)
    car = Vehicle.objects.get()
    assert sent.url.endswith(f"/vehicles/{car.pk}")
    assert "里A12345" not in worker.get("registry:thing", "vehicles", car.pk).content.decode()
    found = worker.client.post("/desk/registry/vehicles", {"q": "里A12345"}, follow=True)
    assert str(car.pk) in found.content.decode()
    assert "12345" not in found.redirect_chain[0][0]
    look = worker.post(
        "registry:look",
        "vehicles",
        car.pk,
        "vehicle.plate",
        data={"purpose": "emergency", "work": ""},
    )
    assert "里A12345" in look.content.decode()
    assert worker.post("registry:add", "vehicles", data=told).status_code == 422, "taken"


@pytest.mark.covers("S1-06")
def test_an_organisation_and_a_facility_are_registered(worker):
    body = {"name": "和平便利店", "kind": "shop", "area": GRID, "staff_count": "3"}
    assert (
        worker.post("registry:add", "organisations", data={**body, "credit_code": "X"}).status_code
        == 422
    )
    worker.post("registry:add", "organisations", data=body)
    assert Organisation.objects.get().name == "和平便利店"
    facility = {"component": "01001", "serial": "000123", "state": "intact", "area": GRID}
    assert (
        worker.post("registry:add", "facilities", data={**facility, "serial": "12"}).status_code
        == 422
    )
    worker.post("registry:add", "facilities", data=facility)
    made = Facility.objects.get()
    assert made.number == "99010101001000123"
    assert "99010101001000123" in text_of(worker.get("registry:thing", "facilities", made.pk))
    assert (
        worker.post(
            "registry:add", "organisations", data={**body, "area": places.FAR_GRID}
        ).status_code
        == 422
    )


@pytest.mark.covers("S1-06")
def test_who_keeps_a_vehicle_is_found_by_words_that_stay_out_of_the_address(worker):
    car = actions.add_vehicle(actor=SYSTEM, plate="里A12345", kind="car", area=GRID, at=THEN)
    keeper = make_person(name="欧秘密", telephone="10012345678")
    for n in range(2):
        make_person(name="李四", telephone=f"1008765432{n}")
    path = ("registry:tie", "vehicles", car.pk)
    several = worker.post(*path, data={"kind": "keeper", "words": "李四"})
    assert several.status_code == 422
    assert "李*" in text_of(several)
    assert worker.post(*path, data={"kind": "keeper", "words": "没有这个人"}).status_code == 422
    assert worker.post(*path, data={"kind": "keeper", "words": "10012345678"}).status_code == 302
    tie = Tie.objects.get()
    assert (tie.person, tie.vehicle) == (keeper, car)
    page = worker.get("registry:thing", "vehicles", car.pk)
    assert "欧*" in text_of(page)
    assert "欧秘密" not in page.content.decode()
    assert str(car.pk) in worker.get("registry:person", keeper.pk).content.decode()
    worker.post("registry:tie_end", tie.pk)
    tie.refresh_from_db()
    assert tie.valid_to is not None


# -- twice ------------------------------------------------------------------------------------------


@pytest.mark.covers("S3-07")
def test_a_pair_is_compared_masked_merged_by_the_secretary_and_undone(worker):
    secretary = cast.community_secretary()
    one = make_person(name="欧秘密", identity=number(), telephone="10012345678")
    other = make_person(name="欧秘密", telephone="10012345678", born=date(1990, 3, 7))
    for member in (worker, secretary):
        listed = member.get("registry:doubles")
        assert f"/people/{one.pk}/merge/{other.pk}" in listed.content.decode()
    page = worker.get("registry:merge", one.pk, other.pk)
    assert "网格长" in text_of(page), "told who may"
    assert not [
        secret
        for secret in ("欧秘密", "10012345678", number(), "1990-03-07")
        if secret in page.content.decode()
    ]
    told = {"kept": str(one.pk), "note": "看过户口本"}
    assert worker.post("registry:merge", one.pk, other.pk, data=told).status_code == 403
    assert (
        secretary.post("registry:merge", one.pk, other.pk, data={**told, "note": ""}).status_code
        == 422
    )
    assert secretary.post("registry:merge", one.pk, other.pk, data=told).status_code == 302
    merge = Merge.objects.get()
    assert (merge.kept, merge.dropped, merge.note) == (one, other, "看过户口本")
    assert merge.reasons
    assert (
        f"/merges/{merge.pk}/undoing" in secretary.get("registry:person", one.pk).content.decode()
    )
    assert secretary.get("registry:merge", one.pk, other.pk).status_code == 409
    secretary.post("registry:merge_undoing", merge.pk)
    other.refresh_from_db()
    assert other.merged_into_id is None
    assert secretary.get("registry:merge_undoing", merge.pk).status_code == 409


def test_above_a_community_one_is_chosen_before_everybody_is_compared():
    make_person(name="欧秘密", identity=number(), despite="x")
    make_person(name="欧秘密", identity=number(), despite="x")
    street = cast.street_dispatcher()
    assert "请选择一个社区" in text_of(street.get("registry:doubles"))
    assert "欧*" in text_of(street.get("registry:doubles", query={"area": places.COMMUNITY}))
    assert "欧*" not in text_of(
        street.get("registry:doubles", query={"area": places.FAR_GRID[:12]})
    )


# -- a visit whose reason is said to nobody ---------------------------------------------------------


@pytest.mark.covers("S3-17", "S4-08")
def test_a_missed_restricted_visit_is_answered_without_its_reason_being_said(worker):
    home = make_household(make_person(name="赵秘密"))
    long_ago = NOW - timedelta(days=90)
    actions.plan_visits(
        actor=SYSTEM,
        household=home,
        kind="restricted",
        at=long_ago,
        due_on=(NOW - timedelta(days=20)).date(),
    )
    actions.tell_missed(actor=SYSTEM, at=THEN)
    late = MissedVisit.objects.get()
    assert Todo.objects.get(subject=late.pk).title == "逾期未走访"
    for page in (
        worker.get("registry:missed", late.pk),
        worker.get("registry:missed_visit", late.pk),
        worker.get("/desk/inbox"),
    ):
        body = page.content.decode()
        assert page.status_code == 200
        assert "restricted" not in body
        assert "重点人员" not in body
    assert worker.post("registry:missed_visit", late.pk, data={"outcome": "met"}).status_code == 302
    late.refresh_from_db()
    assert late.state == "visited"
    assert Visit.objects.get().kind == "restricted"
    assert VisitPlan.objects.get().due_on > NOW.date()
    assert worker.get("registry:missed_visit", late.pk).status_code == 409


# -- hostile, and lists that grow -------------------------------------------------------------------


def test_every_form_answers_anything_with_a_page(worker):
    secretary = cast.community_secretary()
    home = make_household(make_person(), make_person(name="李四"))
    head, _other = rows_of(home)
    person, twin = make_person(name="王五"), make_person(name="王五")
    tag = actions.tag(actor=SYSTEM, person=person, tag="veteran", at=THEN)
    car = actions.add_vehicle(actor=SYSTEM, plate="里A12345", kind="car", area=GRID, at=THEN)
    forms = (
        ("departure", head.pk), ("head", head.pk), ("renewal", head.pk), ("parting", home.pk), ("union", home.pk), ("tag", person.pk),
        ("tag_end", tag.pk), ("value", "people", person.pk, "person.born"), ("value", "places", make_building()[3].pk, "place.area_m2"),
        ("add", "vehicles"), ("add", "dogs"), ("dog_notice_new",), ("add", "organisations"), ("add", "facilities"), ("tie", "vehicles", car.pk), ("merge", person.pk, twin.pk),
    )  # fmt: skip
    names = ("ended", "heir", "former", "expires_on", "leaving", "relation", "words", "occupancy", "other", "tag", "source", "value", "plate",
             "kind", "area", "name", "credit_code", "component", "serial", "chosen", "kept", "size", "road", "send", "dog", "licensed_until", "staff_count", "surveyed_on")  # fmt: skip
    for one in sample(8, "registry acts"):
        for path in forms:
            response = secretary.post(
                f"registry:{path[0]}", *path[1:], data=dict.fromkeys(names, one.text)
            )
            assert response.status_code in (302, 409, 422), (one.kind, path)
    for one in sample(20, "registry addresses"):
        for path in (
            "/desk/registry/coverage",
            "/desk/registry/coverage/shapes",
            "/desk/registry/doubles",
        ):
            query = dict.fromkeys(("area", "kind", "days"), one.text)
            assert worker.client.get(path, query).status_code == 200, (one.kind, path)
    for area in (
        "990101",
        "x" * 15,
        "９９０１０１００１００１００１",
        "990101999999999",
        places.FAR_GRID,
        "0" * 15,
    ):
        assert worker.client.get(f"/desk/registry/grids/{area}").status_code == 404, area


@pytest.mark.parametrize("path", ["vehicles", "dogs", "organisations", "facilities"])
def test_lists_of_things_cost_the_same_for_many(path, worker):
    made = iter(range(1000))

    def more():
        n = next(made)
        if path == "vehicles":
            actions.add_vehicle(actor=SYSTEM, plate=f"里A{n:05d}", kind="car", area=GRID, at=THEN)
        elif path == "dogs":
            dog = actions.NewDog(
                f"犬{n}", "large", make_person(name=f"甲{n}", telephone=f"100{n:08d}")
            )
            actions.add_dog(actor=SYSTEM, dog=dog, area=GRID, at=THEN)
        elif path == "organisations":
            actions.add_organisation(actor=SYSTEM, name=f"店{n}", kind="shop", area=GRID, at=THEN)
        else:
            actions.add_facility(actor=SYSTEM, number=f"99010101001{n:06d}", area=GRID, at=THEN)

    grows(more, lambda: worker.client.get(f"/desk/registry/{path}"))


def test_a_person_a_thing_and_the_pairs_cost_the_same_for_many():
    secretary = cast.community_secretary()
    one = make_person(name="欧秘密", identity=number())
    car = actions.add_vehicle(actor=SYSTEM, plate="里A12345", kind="car", area=GRID, at=THEN)
    made = iter(range(1, 900))

    def more():
        n = next(made)
        twin = make_person(name="欧秘密", born=date(1990, 3, 7), telephone=f"100{n:08d}")
        actions.tie(actor=SYSTEM, kind="driver", who=twin, what=car, at=THEN)
        kept, dropped = make_person(name=f"丁{n}"), make_person(name=f"丁{n}")
        actions.merge(actor=SYSTEM, kept=kept, dropped=dropped, at=THEN)

    for path in (
        ("registry:thing", "vehicles", car.pk),
        ("registry:doubles",),
        ("registry:person", one.pk),
    ):
        grows(more, lambda path=path: secretary.get(*path), many=6)
    assert Person.objects.count() > 6
