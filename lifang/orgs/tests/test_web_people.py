import pytest

from lifang.core.testing import cast
from lifang.orgs.models import Duty, Posting, Unit
from lifang.orgs.tests.make import (
    COUNTY,
    make_county,
    make_division,
    make_posting,
    make_unit,
)

pytestmark = pytest.mark.django_db
GRID = f"{COUNTY}001001001"


# units and duties


def test_a_unit_is_added_changed_and_closed_and_a_wrong_credit_code_is_told():
    make_division(COUNTY)
    leader = cast.county_leader()
    given = {
        "name_zh": "试验物业",
        "name_en": "Test Property",
        "kind": "property_company",
        "area": f"{COUNTY} 试验县",
        "credit_code": "91990101MA00003301",
    }
    page = leader.post("orgs:new_unit", data=given)
    assert page.status_code == 200
    assert "18 位" in page.content.decode()
    assert not Unit.objects.exists()
    given["credit_code"] = "91990101MA00003300"
    assert leader.post("orgs:new_unit", data=given).status_code == 302
    unit = Unit.objects.get()
    assert (
        leader.post("orgs:change_unit", unit.pk, data={**given, "phone": "10012345678"}).status_code
        == 302
    )
    unit.refresh_from_db()
    assert (unit.phone, unit.credit_code) == ("10012345678", "91990101MA00003300")
    assert leader.post("orgs:close_unit", unit.pk).status_code == 302
    unit.refresh_from_db()
    assert unit.closed is not None


def test_a_line_of_the_matrix_is_written_asked_and_taken_back():
    make_county()
    unit = make_unit(name="城管队")
    leader = cast.county_leader()
    given = {
        "matter": "09005",
        "area": COUNTY,
        "unit": str(unit.pk),
        "role": "lead",
        "note": "1号文",
    }
    assert leader.post("orgs:duties", data=given).status_code == 302
    duty = Duty.objects.get()
    page = leader.get("orgs:duties", query={"matter": "09005", "where": GRID}).content.decode()
    assert "1号文" in page
    assert unit.name_zh in page
    assert leader.post("orgs:duty_ends", data={"row": [str(duty.pk)]}).status_code == 302
    duty.refresh_from_db()
    assert duty.valid_to is not None


def test_a_dispatcher_of_a_street_writes_no_line_for_the_county():
    make_county()
    unit = make_unit()
    given = {"matter": "09005", "area": COUNTY, "unit": str(unit.pk), "role": "lead"}
    answer = cast.street_dispatcher().post("orgs:duties", data=given)
    assert answer.status_code == 403
    assert not Duty.objects.exists()


# postings and people


def test_a_security_administrator_posts_and_ends_and_the_rights_follow_at_once():
    make_county()
    admin, worker = cast.security_admin(), cast.account(login="worker-1")
    given = {"login": "worker-1", "post": "grid_worker", "area": GRID, "unit": ""}
    assert admin.post("orgs:new_posting", data=given).status_code == 302
    posting = Posting.objects.get()
    assert posting.account == worker
    me = cast.Member("worker", worker)
    assert me.get("orgs:postings").status_code == 200
    assert [grant.post for grant in _actor(me).grants] == ["grid_worker"]
    assert admin.post("orgs:posting_ends", data={"row": [str(posting.pk)]}).status_code == 302
    assert _actor(me).grants == ()


def _actor(member: cast.Member):
    return member.get("orgs:areas").wsgi_request.actor


def test_somebody_else_ends_no_posting_and_sees_none_to_end():
    make_county()
    posting = make_posting("grid_worker", GRID)
    stranger = cast.stranger()
    stranger.post("orgs:posting_ends", data={"row": [str(posting.pk)]})
    posting.refresh_from_db()
    assert posting.valid_to is None
    dispatcher = cast.street_dispatcher()
    assert dispatcher.post("orgs:posting_ends", data={"row": [str(posting.pk)]}).status_code == 403
    posting.refresh_from_db()
    assert posting.valid_to is None
