"""Acts on a case over the wire: the loop, who is refused, what is told before it begins."""

import pytest

from lifang.cases.tests.make import (
    accepted,
    again,
    awaiting_check,
    closed,
    dispatched,
    make_case,
    make_unit,
)
from lifang.cases.tests.test_api import read, told
from lifang.core.audit.models import Entry
from lifang.core.testing import cast, places

NOBODY = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.django_db


def test_the_loop_runs_over_the_wire(street_dispatcher, department_handler, checker):
    unit = make_unit()
    case = make_case(matter="09001")

    def act(who, name, **body):
        answer = who.send("POST", f"api:cases_{name}", case.pk, json=body or None)
        assert answer.status_code == 200, answer.content
        return read(answer)["state"]

    assert act(street_dispatcher, "accept", note="好") == "awaiting_dispatch"
    assert act(street_dispatcher, "dispatch", lead=str(unit.pk)) == "awaiting_signing"
    assert act(department_handler, "sign") == "handling"
    assert act(department_handler, "feed_back", note="已清理") == "awaiting_check"
    assert act(checker, "check", passed=True, answer="已清理完毕") == "closed"
    assert again(case).answer == "已清理完毕"
    assert [line.action for line in Entry.objects.filter(subject=str(case.pk)).order_by("seq")] == [
        "cases.report", "cases.accept", "cases.dispatch", "cases.sign", "cases.feed_back", "cases.check",
    ]  # fmt: skip


def test_without_the_capability_an_act_is_refused_and_logged(grid_worker):
    case = make_case()
    assert told(grid_worker.send("POST", "api:cases_accept", case.pk, json={})) == (
        403,
        "not_allowed",
    )
    assert again(case).state == "awaiting_acceptance"
    assert Entry.objects.latest("seq").outcome == "refused"


def test_an_act_out_of_turn_says_why(street_dispatcher):
    case = accepted()
    answer = street_dispatcher.send("POST", "api:cases_accept", case.pk, json={})
    assert told(answer) == (409, "no_such_move")


def test_the_own_work_is_not_checked_over_the_wire_either():
    unit = make_unit()
    case = awaiting_check(unit=unit)
    both = cast.member("checker", places.COUNTY)
    cast.give(both.account, "department_handler", places.COUNTY, unit=unit.pk, sees="unit")
    answer = both.send("POST", "api:cases_check", case.pk, json={"passed": True})
    assert told(answer) == (409, "own_work_checked")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("refuse", {"reason": "nothing"}), ("suspend", {"reason": "x", "note": "x"}),
        ("return", {"reason": "x", "note": "x"}), ("dispatch", {"lead": "x"}),
        ("dispatch", {"lead": NOBODY, "assists": [NOBODY] * 11}),
        ("ask_delay", {"amount": -1, "reason": "weather", "note": "x"}),
        ("ask_delay", {"amount": "NaN", "reason": "weather", "note": "x"}),
        ("decide_delay", {"granted": 1e9}), ("check", {"passed": True, "outcome": "x"}),
        ("call_back", {"reached": True, "stars": 6}), ("accept", {"state": "closed"}),
        ("feed_back", {"note": ""}), ("press", {}), ("merge", {"into": 1}),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_act_is_told_before_it_begins(street_dispatcher, name, body):
    case = dispatched()
    assert told(street_dispatcher.send("POST", f"api:cases_{name}", case.pk, json=body)) == (
        422, "bad_input",
    )  # fmt: skip
    assert again(case).state == "awaiting_signing"


def test_a_neighbour_joins_a_case_that_is_not_the_own_one(resident):
    case = accepted()
    assert resident.get("api:cases_case", case.pk).status_code == 404
    answer = resident.send("POST", "api:cases_join", case.pk, json={"said": "我也看到了"})
    assert answer.status_code == 201
    assert again(case).reports == 2
    assert resident.get("api:cases_case", case.pk).status_code == 200
    twice = resident.send("POST", "api:cases_join", case.pk, json={})
    assert told(twice) == (409, "already_joined")


def test_nobody_joins_what_nobody_may_know(resident):
    unread = make_case()
    assert resident.send("POST", "api:cases_join", unread.pk, json={}).status_code == 404


def test_only_who_reported_rates_and_withdraws(resident, street_dispatcher):
    case = closed(actor=resident.actor)
    assert (
        street_dispatcher.send("POST", "api:cases_rate", case.pk, json={"stars": 5}).status_code
        == 404
    )
    assert resident.send("POST", "api:cases_rate", case.pk, json={"stars": 5}).status_code == 200
    fresh = make_case(actor=resident.actor, text="b")
    assert street_dispatcher.send("POST", "api:cases_withdraw", fresh.pk).status_code == 404
    assert read(resident.send("POST", "api:cases_withdraw", fresh.pk))["state"] == "void"
