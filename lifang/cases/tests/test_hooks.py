"""What machines outside hear of cases: the whole loop by ids, nothing of people, nothing of another area."""

import json

import pytest

from lifang.cases import actions
from lifang.cases.tests.make import MONDAY, closed, make_case, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.grants import anonymous
from lifang.core.access.wall import behind
from lifang.core.notify.models import Delivery
from lifang.core.notify.tests.make import make_endpoint
from lifang.core.testing import places
from lifang.core.testing.told import deliver, published
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-05")]
SECRETS = ("王小明", "10000000001", "私房话", "和平路")


def heard(by):
    with behind(SYSTEM):
        return list(Delivery.objects.filter(endpoint=by).order_by("pk"))


def test_a_closed_case_was_told_step_by_step_and_by_id_only():
    make_county()
    deliver(MONDAY)  # what making it told is not looked at here
    ours = make_endpoint(places.COUNTY)
    next_street, other = make_endpoint(places.NEXT_STREET), make_endpoint(places.OTHER_COUNTY)
    facts = {"name": "王小明", "phone": "10000000001", "text": "私房话", "place": "和平路 1 号"}
    case = closed(unit=make_unit(), **facts)
    deliver(case.opened_at)
    rows = heard(ours)
    told = [row.event for row in rows if row.event.startswith("cases.")]
    wanted = ["CaseReported", "CaseAccepted", "CaseDispatched", "CaseFedBack", "CaseClosed"]
    assert [name for name in told if name.removeprefix("cases.") in wanted] == [
        f"cases.{name}" for name in wanted
    ]
    about = [
        json.loads(row.body)["data"]
        for row in rows
        if row.event in {f"cases.{name}" for name in wanted}
    ]
    assert {facts["case"] for facts in about} == {str(case.pk)}
    assert [row.event for row in rows for secret in SECRETS if secret in row.body] == []
    assert heard(next_street) == heard(other) == []


def test_a_second_reporter_is_not_named_by_id_either():
    ours = make_endpoint(places.COUNTY)
    case = make_case()
    actions.join(actor=anonymous(), case=case, at=case.opened_at, said="我也看见了")
    deliver(case.opened_at)
    (told,) = published("cases.CaseJoined")
    (row,) = [row for row in heard(ours) if row.event == "cases.CaseJoined"]
    assert json.loads(row.body)["data"].keys() == {"case", "at"}
    assert str(told.reporter) not in row.body


def test_what_the_register_tells_of_a_person_stays_inside():
    everywhere = make_endpoint("")
    person = make_person()
    told = published("registry.PersonRegistered")
    assert told
    deliver(told[0].at)
    assert [row.body for row in heard(everywhere) if str(person.pk) in row.body] == []
    assert [row.event for row in heard(everywhere) if row.event.startswith("registry.")] == []
