"""Who can see a case: the page lists exactly those who get it."""

from uuid import uuid4

import pytest

from lifang.cases.tests import make
from lifang.cases.tests.access import own_case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.testing import cast
from lifang.core.testing.hostile import sample
from lifang.core.testing.places import COUNTY, GRID, OTHER_COUNTY, RELATIONS
from lifang.orgs import selectors as orgs
from lifang.orgs.tests.make import make_division

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """The whole cast, in our county and once more elsewhere."""
    found = {key: made() for key, made in cast.CAST.items()}
    found["far_leader"] = cast.county_leader(OTHER_COUNTY)
    found["other_handler"] = cast.department_handler(uuid4())
    found["retired"] = cast.checker()
    found["retired"].account.locked_at = cast.LONG_AGO
    found["retired"].account.save()
    return found


def listed(case):
    with behind(SYSTEM):
        row = orgs.sighted_row(cast.audit_admin(case.area[:6]).actor, "case", str(case.number))
        return {one.actor.id for one in orgs.who_sees(SYSTEM, row, make.MONDAY)}


@pytest.mark.covers("S3-02", "S0-16")
@pytest.mark.parametrize("relation", RELATIONS)
def test_whoever_is_listed_gets_the_page_and_nobody_else(people, relation):
    area = RELATIONS[relation]
    cases = [make.make_case(area=area)]
    if area.startswith(COUNTY):
        make_division(COUNTY)
        cases.append(make.dispatched(area=area))
    asked = 0
    for case in cases:
        names = listed(case)
        for key, member in people.items():
            if member.account is None or member.account.kind != "staff":
                continue
            if key == "retired":
                assert member.id not in names
                continue
            status = member.get("cases:case", case.pk).status_code
            assert status == (200 if member.id in names else 404), (key, relation)
            asked += 1
    assert asked == len(cases) * 14


def test_a_resident_is_listed_for_the_own_report_and_reads_it(people):
    resident = people["resident"]
    case = own_case(resident.account)
    assert resident.id in listed(case)
    assert case.number.encode() in resident.get("cases:mine", query={"cols": "number"}).content
    assert resident.id not in listed(make.make_case())


def test_the_auditor_reads_names_and_reasons_and_nothing_of_the_case(people):
    make_division(COUNTY)
    case = make.dispatched(text="门口有垃圾没人管")
    page = people["audit_admin"].get("orgs:sights_of", "case", case.pk, query={"lang": "zh"})
    said = page.content.decode()
    assert people["grid_worker"].account.name in said
    assert "环卫" in said
    assert case.number in said
    assert "门口有垃圾没人管" not in said
    assert "和平路 1 号" not in said


def test_who_keeps_the_case_reads_posts_and_no_names(people):
    case = make.make_case()
    name = "王书记某某"
    Account.objects.filter(pk=people["community_secretary"].id).update(name=name)
    said = people["grid_worker"].get("orgs:sights_of", "case", case.pk).content.decode()
    assert name not in said
    assert "社区书记" in said
    assert name in people["audit_admin"].get("orgs:sights_of", "case", case.pk).content.decode()


def test_who_has_not_asked_yet_is_not_told_what_is_missing(people):
    page = people["security_admin"].get("orgs:sights", query={"lang": "en"})
    assert page.status_code == 200
    assert "aria-invalid" not in page.content.decode()
    empty = people["security_admin"].get("orgs:sights", query={"kind": "case", "text": ""})
    assert "aria-invalid" in empty.content.decode()


def test_a_number_leads_to_the_row_and_another_county_does_not(people):
    case = make.make_case(area=GRID)
    found = people["security_admin"].get("orgs:sights", query={"kind": "case", "text": case.number})
    assert found.status_code == 302
    assert found["Location"].endswith(f"/desk/sights/case/{case.pk}")
    other = cast.audit_admin(OTHER_COUNTY)
    page = other.get("orgs:sights", query={"kind": "case", "text": case.number})
    assert page.status_code == 200
    assert str(case.pk).encode() not in page.content
    assert other.get("orgs:sights_of", "case", case.pk).status_code == 404


def test_hostile_numbers_and_kinds_are_told_or_not_found(people):
    auditor = people["audit_admin"]
    for _, text in sample(60, "sights"):
        page = auditor.get("orgs:sights", query={"kind": "case", "text": text})
        assert page.status_code in (200, 400), text
        page = auditor.get("orgs:sights", query={"kind": text, "text": "x"})
        assert page.status_code in (200, 400), text
    assert auditor.get("orgs:sights_of", "nothing", uuid4()).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_thirty(grows, people):
    case = make.make_case()
    auditor = people["audit_admin"]
    grows(cast.grid_worker, lambda: auditor.get("orgs:sights_of", "case", case.pk))
