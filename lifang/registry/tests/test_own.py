"""A resident's own record: in the clear for the person alone, put right, taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.proofs import grows, refused
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CODES
from lifang.registry.models import Correction, Tagging
from lifang.registry.tests.make import make_linked, number
from lifang.registry.tests.test_desk import text_of

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
THEN = NOW - timedelta(hours=6)
TELEPHONE = "10012345678"


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


def own(member, **more):
    return make_linked(member, name="欧秘密", telephone=TELEPHONE, identity=number(), **more)


@pytest.mark.covers("S3-06", "W-R5")
def test_a_resident_reads_everything_that_is_known_and_nobody_else_does():
    resident, other = cast.resident(), cast.resident()
    person = own(resident)
    page = resident.get("registry:record")
    assert all(word in text_of(page) for word in ("欧秘密", TELEPHONE, number()))
    assert page["Cache-Control"] == "no-store"
    theirs = text_of(other.get("registry:record"))
    assert "欧秘密" not in theirs
    assert "还没有关联" in theirs
    assert cast.grid_worker().get("registry:record").status_code == 403
    assert str(person.pk) not in page.content.decode()


@pytest.mark.covers("S3-06", "W-R5")
def test_a_resident_asks_sees_it_wait_and_takes_it_back():
    resident = cast.resident()
    own(resident)
    wrong = resident.post("registry:wish", "person.telephone", data={"value": "不是号码"})
    assert wrong.status_code == 422
    made = resident.post("registry:wish", "person.telephone", data={"value": "10087654321"})
    assert made.status_code == 302
    assert "更正正在核实" in text_of(resident.get("registry:record"))
    twice = resident.post("registry:wish", "person.telephone", data={"value": "10087654322"})
    assert twice.status_code == 422
    asked = Correction.objects.get()
    assert cast.resident().post("registry:wish_withdrawal", asked.pk).status_code == 404
    assert resident.post("registry:wish_withdrawal", asked.pk).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    for element in ("person.document", "household.kind", "nothing"):
        assert resident.get("registry:wish", element).status_code == 404
    assert cast.resident().get("registry:wish", "person.telephone").status_code == 404


@pytest.mark.covers("W-R5", "S0-18")
def test_a_consent_is_taken_back_at_once_and_only_by_the_person():
    resident = cast.resident()
    person = own(resident)
    actions.tag(actor=SYSTEM, person=person, tag="volunteer", consented=True, at=THEN)
    actions.tag(actor=SYSTEM, person=person, tag="veteran", source="civil_affairs", at=THEN)
    volunteer = Tagging.objects.get(tag="volunteer")
    by_law = Tagging.objects.get(tag="veteran")
    said = text_of(resident.get("registry:record"))
    assert "志愿者" in said
    assert "退役军人" in said
    assert cast.resident().post("registry:consent_withdrawal", volunteer.pk).status_code == 404
    assert resident.post("registry:consent_withdrawal", by_law.pk).status_code == 409
    assert resident.post("registry:consent_withdrawal", volunteer.pk).status_code == 302
    volunteer.refresh_from_db()
    assert (volunteer.ended, by_law.valid_to) == ("withdrawn", None)
    assert "志愿者" not in text_of(resident.get("registry:record"))


def test_the_record_costs_the_same_however_often_somebody_looked():
    resident, worker = cast.resident(), cast.grid_worker()
    person = own(resident)

    def more():
        actions.unmask(actor=worker.actor, row=person, element="person.telephone", purpose="emergency", at=THEN)  # fmt: skip

    grows(more, lambda: resident.get("registry:record"), many=12)
    assert len(selectors.looks_at_me(resident.actor, NOW)) == 12


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "中国香港"), ("en", "Hong Kong, China")]
)
def test_where_somebody_is_a_citizen_is_said_by_name(language, said):
    resident = cast.resident()
    own(resident, nationality="HKG")
    resident.client.cookies["django_language"] = language
    page = resident.get("registry:record").content.decode()
    assert said in page
    assert "HKG" not in page


def test_a_country_that_is_none_is_refused():
    one = own(cast.resident())
    with refused("unknown_code"):
        actions.change(actor=SYSTEM, row=one, element="person.nationality", value="XXX", source="visit", at=NOW)  # fmt: skip
    actions.change(actor=SYSTEM, row=one, element="person.nationality", value="FRA", source="visit", at=NOW)  # fmt: skip
    assert len(CODES["country"].choices()) > 240
    assert CODES["country"].choices()[0][0] == "CHN"
