"""Who can see a person or a household: the page lists exactly those who get it."""

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.places import RELATIONS
from lifang.orgs import selectors as orgs
from lifang.registry import selectors
from lifang.registry.tests.make import make_household, make_linked, make_person

pytestmark = pytest.mark.django_db


def listed(kind, row):
    with behind(SYSTEM):
        found = orgs.sighted_row(cast.audit_admin(row.area[:6]).actor, kind, str(row.pk))
        return {one.actor.id for one in orgs.who_sees(SYSTEM, found, cast.MONDAY)}


@pytest.mark.covers("S1-06", "S3-02")
@pytest.mark.parametrize("relation", RELATIONS)
def test_whoever_is_listed_gets_the_page_and_nobody_else(relation):
    people = {key: made() for key, made in cast.CAST.items()}
    area = RELATIONS[relation]
    if len(area) < 15:
        area += "009"
    with behind(SYSTEM):
        person, home = make_person(area), make_household(area=area)
    for kind, row, url in (("person", person, "registry:person"), ("household", home, "registry:household")):  # fmt: skip
        names = listed(kind, row)
        for key, member in people.items():
            if key in ("resident", "anonymous"):
                assert member.id not in names
                continue
            status = member.get(url, row.pk).status_code
            assert status == (200 if member.id in names else 404), (key, kind, relation)


def test_a_linked_resident_is_listed_and_reads_the_own_record():
    resident = cast.resident()
    with behind(SYSTEM):
        person = make_linked(resident)
    assert resident.id in listed("person", person)
    with behind(resident.actor):
        assert selectors.me(resident.actor) == person


def test_the_auditor_reads_no_name_of_the_person():
    with behind(SYSTEM):
        person = make_person(name="欧阳测试")
    worker = cast.grid_worker()
    said = cast.audit_admin().get("orgs:sights_of", "person", person.pk).content.decode()
    assert worker.account.name in said
    assert "欧阳" not in said
