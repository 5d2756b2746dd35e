"""An operator applies at the public door: nothing opens until somebody has looked, and the test key is the applicant's to take."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.api.models import ApiKey
from lifang.core.flow import selectors as flow
from lifang.core.flow.models import Step, Todo
from lifang.core.notify.models import Message
from lifang.core.retention import actions as retention
from lifang.core.testing import cast, hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import COUNTY, STREET
from lifang.core.testing.told import published
from lifang.exchange import actions, selectors
from lifang.exchange.models import OutsideSystem
from lifang.exchange.tests.make import (
    admitted,
    an_application,
    credit_code,
    make_applied,
    make_opened,
    make_system,
    passed,
    personal,
)
from lifang.orgs.tests.make import make_county

pytestmark = pytest.mark.django_db
KEY = re.compile(r"lf_[A-Z0-9]{8}_[\w-]{43}")
FORM = {
    "name": "便民地图", "body": "里坊数图科技有限公司", "credit_code": credit_code(), "contact": "郑工", "telephone": "010-00000000", "area": COUNTY,
    "purpose": "显示可以上报的事项", "accesses": ["matters"], "kept": ["none"], "level": "0", "networks": "203.0.113.0/24", "agree": "on",
}  # fmt: skip


def now(of: OutsideSystem) -> OutsideSystem:
    with behind(SYSTEM):
        return OutsideSystem.objects.get(pk=of.pk)


@pytest.mark.covers("S1-14")
def test_an_operator_applies_is_looked_at_takes_the_test_key_and_is_admitted_by_another(
    resident, county_dispatcher, county_leader, refused
):
    sent = resident.post("exchange:apply", data=FORM)
    with behind(SYSTEM):
        made = OutsideSystem.objects.get()
    assert sent["Location"] == reverse("exchange:own", args=[made.pk])
    assert (made.state, made.account, made.applicant_id) == ("asked", None, resident.id)
    assert not ApiKey.objects.exists()
    assert not Account.objects.filter(kind="machine").exists()
    assert [type(told).__name__ for told in published()] == ["SystemAsked"]
    assert Todo.objects.get(subject=made.pk, done_at=None).capability == "exchange.open_system"
    with refused("system_closed"):
        actions.take_test_key(actor=resident.actor, system=made, at=MONDAY)

    page = county_dispatcher.get("exchange:system", made.pk, query={"lang": "en"}).content.decode()
    assert "Nothing is open yet." in page
    assert "Applied at the public page" in page
    county_dispatcher.post("exchange:decision", made.pk, "opening", data={"note": ""})
    opened = now(made)
    assert (opened.state, opened.opened_by_id) == ("testing", county_dispatcher.id)
    assert not ApiKey.objects.exists()  # it is the applicant's to take
    assert Message.objects.filter(template="exchange.opened").exists()

    shown = resident.post("exchange:own_test_key", made.pk)
    token = KEY.search(shown.content.decode())
    assert token
    assert "no-store" in shown["Cache-Control"]
    assert token[0] not in resident.get("exchange:own", made.pk).content.decode()
    key = ApiKey.objects.get()
    assert (key.watched, key.account_id, key.networks) == (True, opened.account_id, ["203.0.113.0/24"])  # fmt: skip
    resident.post("exchange:own_test_key", made.pk)
    assert ApiKey.objects.get(pk=key.pk).revoked_at is not None

    opened.__dict__["test_key"] = token[0]
    ready = passed(opened)
    with refused("system_own"):  # who opened it does not decide
        actions.approve_system(actor=county_dispatcher.actor, system=ready, at=MONDAY)
    actions.approve_system(actor=county_leader.actor, system=ready, at=MONDAY)
    assert now(made).state == "admitted"
    assert Message.objects.filter(template="exchange.admitted").exists()


def test_the_door_is_everybodys_and_the_form_is_for_whoever_signs_in(client, resident, county_dispatcher):  # fmt: skip
    page = client.get(reverse("exchange:door"), {"lang": "en"}).content.decode()
    assert "Read cases" in page
    assert reverse("exchange:apply") in page
    asked = client.get(reverse("exchange:apply"))
    assert asked.status_code == 302
    assert "sign-in" in asked["Location"]
    staff = county_dispatcher.get("exchange:door", query={"lang": "en"}).content.decode()
    assert reverse("exchange:apply") not in staff
    assert reverse("exchange:systems") in staff
    assert resident.get("exchange:apply").status_code == 200
    for other in (client.get("/").content, client.get(reverse("api_reference")).content):
        assert reverse("exchange:door") in other.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": ""}, {"telephone": ""}, {"telephone": "call me"}, {"agree": ""}, {"credit_code": "91990102MA00000010"}, {"area": "990102"}, {"area": "9"},
        {"accesses": ["everything"]}, {"accesses": []}, {"networks": "0.0.0.0/0"}, {"networks": "; DROP"}, {"kept": ["secrets"]}, {"level": "9"},
        {"accesses": ["cases"]}, {"name": " "}, {"name": "x" * 81}, {"purpose": "\x00"},
    ],
)  # fmt: skip
def test_what_is_missing_or_untrue_is_said_and_nothing_is_kept(resident, wrong):
    answer = resident.post("exchange:apply", data={**FORM, **wrong})
    assert answer.status_code in (400, 422)
    with behind(SYSTEM):
        assert not OutsideSystem.objects.exists()


def test_an_action_is_not_fooled_by_a_form_that_was_not_filled_in(resident, refused):
    for wrong, reason in (({"contact": " "}, "system_blank"), ({"telephone": ""}, "system_blank"), ({"accesses": ("*",)}, "system_accesses")):  # fmt: skip
        with refused(reason):
            make_applied(resident, **wrong)
    make_county()
    for area in ("990102", "", "990101999", "99", "'; --"):
        with refused("system_area"):
            make_applied(resident, area=area)
    assert make_applied(resident, area=STREET).area == STREET


def test_hostile_words_are_kept_as_words_on_both_sides(county_dispatcher):
    for one in hostile.sample(40, "applying"):
        text = one.text.replace("\x00", "").strip()[:60]
        if not text:
            continue
        by = cast.resident()
        made = make_applied(by, name=text, purpose=text, contact=text)
        assert now(made).name == text
        for page in (by.get("exchange:own", made.pk), by.get("exchange:door"), county_dispatcher.get("exchange:system", made.pk)):  # fmt: skip
            assert page.status_code == 200
            assert "<script>alert" not in page.content.decode()


def test_one_applicant_has_few_undecided_and_not_many_a_month(resident, refused):
    three = [make_applied(resident) for _ in range(3)]
    with refused("system_waiting"):
        make_applied(resident)
    assert make_applied(cast.resident()).state == "asked"  # everybody has their own count
    for one in three:
        actions.withdraw_system(actor=resident.actor, system=one, at=MONDAY)
    for _ in range(7):
        one = make_applied(resident)
        actions.withdraw_system(actor=resident.actor, system=one, at=MONDAY)
    with refused("system_many"):
        make_applied(resident)
    assert make_applied(resident, at=MONDAY + timedelta(days=31)).state == "asked"


def test_of_another_there_is_none(resident, refused):
    ours, theirs = make_opened(resident), make_opened()
    with behind(resident.actor):
        assert list(selectors.applied(resident.actor)) == [ours]
    for name in ("exchange:own", "exchange:own_test_key", "exchange:withdrawal"):
        ask = resident.get if name == "exchange:own" else resident.post
        assert ask(name, theirs.pk).status_code == 404
    for act in (actions.take_test_key, actions.withdraw_system):
        with refused("not_found"):
            act(actor=resident.actor, system=theirs, at=MONDAY)
    by_staff = make_system()
    assert resident.get("exchange:own", by_staff.pk).status_code == 404
    assert resident.get("exchange:system", ours.pk).status_code == 403
    assert not ApiKey.objects.filter(account=theirs.account_id).exists()


def test_a_stranger_neither_sees_nor_opens_it(stranger, street_dispatcher, refused):
    make_county()
    made = make_applied(area=STREET)
    assert list(selectors.systems(stranger.actor)) == []
    assert stranger.get("exchange:decision", made.pk, "opening").status_code == 404
    with refused("not_allowed"):
        actions.open_system(actor=stranger.actor, system=made, at=MONDAY)
    actions.open_system(actor=street_dispatcher.actor, system=made, at=MONDAY)
    with refused("system_looked_at"):
        actions.open_system(actor=street_dispatcher.actor, system=made, at=MONDAY)


def test_a_withdrawn_or_refused_one_opens_nothing_and_says_why(resident, county_leader, refused):
    made = make_opened(resident)
    key = actions.take_test_key(actor=resident.actor, system=made, at=MONDAY).__dict__["test_key"]
    said = {"HTTP_AUTHORIZATION": f"Bearer {key}", "REMOTE_ADDR": "203.0.113.9"}
    resident.post("exchange:withdrawal", made.pk)
    assert now(made).state == "withdrawn"
    assert Client().get("/api/v1/exchange/admission", **said).status_code == 401
    with refused("system_closed"):
        actions.take_test_key(actor=resident.actor, system=made, at=MONDAY)
    other = make_applied(resident)
    actions.refuse_system(actor=county_leader.actor, system=other, note="用途不明", at=MONDAY)
    page = resident.get("exchange:own", other.pk, query={"lang": "en"}).content.decode()
    assert "用途不明" in page
    assert reverse("exchange:apply") in page
    with refused("no_such_move"):
        actions.withdraw_system(actor=resident.actor, system=other, at=MONDAY)


def test_what_tells_of_people_takes_three_of_the_office(resident, county_dispatcher, refused):
    made = actions.apply_system(actor=resident.actor, new=personal(), area=COUNTY, at=MONDAY)
    actions.open_system(actor=county_dispatcher.actor, system=made, at=MONDAY)
    opened = now(made)
    opened.__dict__["test_key"] = ""
    ready = passed(opened)
    with refused("system_own"):
        actions.approve_system(actor=county_dispatcher.actor, system=ready, at=MONDAY)
    first = cast.county_leader()
    actions.approve_system(actor=first.actor, system=ready, at=MONDAY)
    with refused("system_own"):
        actions.approve_system(actor=county_dispatcher.actor, system=ready, at=MONDAY)
    actions.approve_system(actor=cast.member("county_dispatcher", COUNTY).actor, system=ready, at=MONDAY)  # fmt: skip
    assert now(made).state == "admitted"


def test_the_database_itself_knows_who_opened_it(county_dispatcher):
    made = make_opened()
    held = now(made)
    for wrong in ({"first_by": held.opened_by_id}, {"account": None}):
        with behind(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            OutsideSystem.objects.filter(pk=made.pk).update(**wrong)


def test_after_its_term_it_is_not_known_who_applied_and_the_decision_stays(resident, county_leader):
    made = make_applied(resident)
    actions.refuse_system(actor=county_leader.actor, system=made, note="用途不明", at=MONDAY)
    in_force = admitted(make_system())
    with behind(SYSTEM):
        retention.work(system=SYSTEM, at=MONDAY + timedelta(days=366 * 2))
    assert now(made).contact == "郑工"
    with behind(SYSTEM):
        retention.work(system=SYSTEM, at=MONDAY + timedelta(days=366 * 3 + 2))
    left = now(made)
    assert (left.contact, left.telephone, left.applicant, left.asked_by) == (None, None, None, None)
    assert (left.state, left.answer, left.body) == ("refused", "用途不明", "九十九市城运信息有限公司")  # fmt: skip
    assert f"account:{resident.id}" not in left.holders
    assert not Step.objects.filter(subject=made.pk, account=resident.id).exists()
    assert now(in_force).contact == "郑工"
    assert county_leader.get("exchange:system", made.pk).status_code == 200
    assert flow.steps(SYSTEM, made.pk).count() == 2


def test_the_door_does_not_grow(resident, grows):
    def again() -> None:
        one = make_applied(resident, at=MONDAY + timedelta(days=next(days)))
        actions.withdraw_system(actor=resident.actor, system=one, at=MONDAY)

    days = iter(range(0, 4_000, 40))
    grows(again, lambda: resident.get("exchange:door"), many=15)


def test_the_form_and_what_it_asks_are_the_same_as_the_desks(resident):
    page = resident.get("exchange:apply").content.decode()
    for name in (*an_application()._fields, "area", "agree"):
        assert f'name="{name}"' in page
