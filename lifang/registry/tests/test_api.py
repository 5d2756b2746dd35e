import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, hostile
from lifang.registry.tests.make import make_household, make_person, number

pytestmark = pytest.mark.django_db
SECRETS = ("张小明", number(), "10012345678")


@pytest.mark.covers("S1-06", "S0-12")
def test_a_program_reads_people_masked_and_its_own_area_only():
    worker, stranger = cast.grid_worker(), cast.stranger()
    with behind(SYSTEM):
        person = make_person(identity=number(), telephone="10012345678")
        house = make_household(person)
    page = worker.get("/api/v1/registry/persons")
    assert [item["name"] for item in page.json()["items"]] == ["张*"]
    one = worker.get(f"/api/v1/registry/households/{house.pk}").json()
    assert one["members"][0]["person"]["identity"] == "990***********1237"
    assert len(one["dwellings"]) == 1
    for path in ("persons", f"persons/{person.pk}", "households", f"households/{house.pk}", "places", "elements"):  # fmt: skip
        answer = worker.get(f"/api/v1/registry/{path}")
        assert answer.status_code == 200, path
        assert not any(secret in answer.content.decode() for secret in SECRETS), path
    assert stranger.get("/api/v1/registry/persons").json() == {"items": [], "next": None}
    assert stranger.get(f"/api/v1/registry/persons/{person.pk}").status_code == 404


def test_pages_of_persons_follow_one_another_and_cost_the_same(grows):
    worker = cast.grid_worker()

    def another() -> None:
        with behind(SYSTEM):
            make_person()

    grows(another, lambda: worker.get("/api/v1/registry/persons"))
    first = worker.get("/api/v1/registry/persons", query={"limit": 20}).json()
    rest = worker.get("/api/v1/registry/persons", query={"after": first["next"], "limit": 50}).json()  # fmt: skip
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert (len(ids), len(set(ids)), rest["next"]) == (len(ids), len(ids), None)


def test_nothing_typed_breaks_it():
    worker = cast.grid_worker()
    for text in hostile.sample(60, "registry"):
        for name in ("area", "after", "kind", "limit"):
            for path in ("persons", "places"):
                answer = worker.get(f"/api/v1/registry/{path}", query={name: text})
                assert answer.status_code in (200, 400, 422), (path, name, text)


def test_where_elements_are_asked_for_is_told_with_the_reason(grid_worker):
    found = grid_worker.get("api:registry_asked").json()
    by_place = {(one["element"], one["place"]): one for one in found}
    assert by_place["person.telephone", "registry.persons"]["home"]
    assert by_place["person.telephone", "notify.PreferenceForm"]["why_zh"]
