"""The conformance run over the wire, and what is found of a system that does not keep the rules."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts import middleware
from lifang.core.api.models import Call
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.exchange import rules
from lifang.exchange.models import OutsideSystem, Run
from lifang.exchange.terms import Seen
from lifang.exchange.tests.make import admitted, make_system

pytestmark = pytest.mark.django_db
HERE, AGENT = "203.0.113.9", "ward-bridge/1.2"
LIBRARIES = ("python", "curl")


class Bridge:
    """An outside system's program."""

    def __init__(self, made: OutsideSystem, agent: str = AGENT) -> None:
        self.key, self.agent, self.client = made.__dict__["test_key"], agent, Client()

    def call(self, method: str, path: str, body: Any = None, *, once: str = "", source: str = HERE) -> Any:  # fmt: skip
        said: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {self.key}", "HTTP_USER_AGENT": self.agent, "REMOTE_ADDR": source}  # fmt: skip
        if once:
            said["HTTP_IDEMPOTENCY_KEY"] = once
        if method == "GET":
            return self.client.get(path, **said)
        return self.client.post(path, json.dumps(body or {}), content_type="application/json", **said)  # fmt: skip


@pytest.fixture
def clock(monkeypatch):
    """Requests happen when the test says: programs that wait do not make it wait."""

    class Clock:
        at = MONDAY

        def later(self, seconds: float) -> None:
            self.at += timedelta(seconds=seconds)

        def now(self, zone: object = None) -> datetime:
            return self.at

    made = Clock()
    monkeypatch.setattr(middleware, "datetime", made)
    return made


def walk(bridge: Bridge, clock: Any, *, wait: float = 3.0) -> dict[str, Any]:
    """As the course says."""
    run = bridge.call("POST", "/api/v1/exchange/runs").json()
    after: str | None = ""
    while after is not None:
        answer = bridge.call("GET", f"{run['records']}?after={after}" if after else run["records"])
        if answer.status_code == 429:
            assert answer["Retry-After"] == "3"
            clock.later(wait)
            continue
        after = answer.json()["next"]
    for n in range(2):
        body, once = {"text": f"试 {n}"}, f"report-{n:04d}"
        assert bridge.call("POST", run["reports"], body, once=once).status_code == 503
        clock.later(wait)
        made = bridge.call("POST", run["reports"], body, once=once)
        assert made.status_code == 201
        again = bridge.call("POST", run["reports"], body, once=once)
        assert again["Idempotency-Replayed"] == "true"
    clock.later(1)
    return bridge.call("POST", run["end"]).json()


@pytest.mark.covers("S1-14")
def test_a_system_that_keeps_the_rules_passes_and_hears_so(clock):
    made = make_system(at=clock.at)
    bridge = Bridge(made)
    told = walk(bridge, clock)
    assert [one["check"] for one in told["checks"] if one["passed"] is False] == []
    assert next(one for one in told["checks"] if one["check"] == "tls")["passed"] is None  # http
    assert told["passed"]
    standing = bridge.call("GET", "/api/v1/exchange/admission").json()
    assert (standing["state"], standing["last_run"]["passed"]) == ("passed", True)
    with behind(SYSTEM):
        assert Run.objects.get().passed
    # Of what was sent only digests are kept.
    assert "试" not in str(list(Call.objects.values()))


def test_a_hasty_one_hears_what_failed(clock):
    told = walk(Bridge(make_system(at=clock.at), agent="python-requests/2.32"), clock, wait=0.5)
    assert not told["passed"]
    failed = {one["check"]: one for one in told["checks"] if one["passed"] is False}
    assert failed.keys() == {"agent", "waits"}
    assert failed["waits"]["facts"]["examples"][0] == "0.5 s < 3 s"
    assert failed["agent"]["hint"]["en"].startswith("Such as ward-bridge")


def test_a_test_key_opens_the_course_and_nothing_real(clock):
    bridge = Bridge(make_system(at=clock.at))
    run = bridge.call("POST", "/api/v1/exchange/runs").json()
    for path in ("/api/v1/cases/", "/api/v1/registry/persons", "/api/v1/exchange/systems"):
        assert bridge.call("GET", path).json()["reason"] == "key_way_other"
    assert bridge.call("GET", run["records"], source="198.51.100.7").json()["reason"] == "key_network_other"  # fmt: skip
    clock.later(1)
    told = bridge.call("POST", run["end"]).json()
    failed = {one["check"]: one["facts"] for one in told["checks"] if one["passed"] is False}
    assert failed["within"]["examples"][0] == "GET /api/v1/cases/"
    assert failed["networks"]["examples"] == ["198.51.100.7"]
    assert failed.keys() == {"within", "networks", "pages"}
    assert {one["check"] for one in told["checks"] if not one["tried"]} == {"waits", "once"}
    assert not told["passed"]


def test_a_run_without_a_call_says_that_nothing_was_tried_and_is_not_passed(
    clock, county_dispatcher
):
    made = make_system(at=clock.at)
    bridge = Bridge(made)
    run = bridge.call("POST", "/api/v1/exchange/runs").json()
    assert {one["tried"] for one in run["checks"] if one["check"] != "tls"} == {False}
    told = bridge.call("POST", run["end"]).json()
    assert (told["passed"], {one["passed"] for one in told["checks"]}) == (False, {None})
    page = county_dispatcher.get("exchange:system", made.pk, query={"lang": "en"}).content.decode()
    assert (page.count("Not tried yet."), 'class="failed"' in page) == (6, False)
    assert "Not passed" in page
    # What came before there was a difference reads as it did.
    with behind(SYSTEM):
        Run.objects.update(findings=[{"check": "within", "passed": False, "facts": {}}])
    page = county_dispatcher.get("exchange:system", made.pk, query={"lang": "en"}).content.decode()
    assert ("Not tried yet." in page, 'class="failed"' in page) == (False, True)


def test_a_run_of_another_is_absent_and_one_that_ended_is_over(clock):
    ours, theirs = Bridge(make_system(at=clock.at)), Bridge(make_system(at=clock.at))
    run = ours.call("POST", "/api/v1/exchange/runs").json()
    assert theirs.call("GET", run["records"]).status_code == 404
    assert theirs.call("POST", run["end"]).status_code == 404
    clock.later(1)
    assert ours.call("POST", run["end"]).status_code == 200
    assert ours.call("GET", run["records"]).json()["reason"] == "run_closed"
    other = ours.call("POST", "/api/v1/exchange/runs").json()
    clock.later(3_700)
    assert ours.call("GET", other["records"]).json()["reason"] == "run_expired"
    ours.call("POST", "/api/v1/exchange/runs")  # gives the open one up
    with behind(SYSTEM):
        assert Run.objects.filter(ended_at=None).count() == 1
        assert not Run.objects.filter(passed=True).exists()


def test_the_key_is_told_once(clock):
    bridge = Bridge(admitted(make_system(at=clock.at), clock.at))
    drawn = bridge.call("POST", "/api/v1/exchange/admission/key", once="draw-0001")
    assert drawn.status_code == 201
    assert drawn.json()["key"].startswith("lf_")
    again = bridge.call("POST", "/api/v1/exchange/admission/key", once="draw-0001")
    assert again.json()["reason"] == "told_once"


def test_hostile_bodies_break_nothing(clock):
    bridge = Bridge(make_system(at=clock.at))
    run = bridge.call("POST", "/api/v1/exchange/runs").json()
    for number, one in enumerate(hostile.sample(60, "reports")):
        answer = bridge.call("POST", run["reports"], {"text": one.text[:2000]}, once=f"hostile-{number}")  # fmt: skip
        assert answer.status_code in (400, 422, 429, 503)
        answer = bridge.call("GET", run["records"] + "?after=" + "9" * (number % 9))
        assert answer.status_code in (200, 422, 429)
    assert bridge.call("POST", run["end"]).status_code in (200, 429)


def test_staff_read_the_list_by_the_api_and_residents_do_not(county_dispatcher, resident, stranger):
    made = make_system()
    told = county_dispatcher.get("api:exchange_list_systems").json()
    assert [one["number"] for one in told["items"]] == [made.number]
    assert stranger.get("api:exchange_list_systems").json()["items"] == []
    assert resident.get("api:exchange_list_systems").status_code == 403


# -- the checks alone ------------------------------------------------------------------------------------------------


def call(path: str, second: float = 0, **other: Any) -> Seen:
    facts: dict[str, Any] = {
        "at": MONDAY + timedelta(seconds=second), "method": "GET", "path": path, "agent": AGENT, "source": HERE, "secure": True,
        "once": None, "body": None, "status": 200, "reason": "", "replayed": False,
    }  # fmt: skip
    return Seen(**{**facts, **other})


def failed(*seen: Seen, tls: bool = True) -> set[str]:
    found = rules.conform(seen, tls=tls, libraries=LIBRARIES)
    return {one.check for one in found if one.passed is False}


PAGES = (
    call("records"),
    call("records?after=10", 1, status=429),
    call("records?after=10", 4),
    call("records?after=20", 5),
)


def report(second: float, status: int, once: bytes, body: bytes) -> Seen:
    return call("reports", second, method="POST", status=status, once=once, body=body)


REPORTS = (
    report(10, 503, b"a", b"1"),
    report(12, 201, b"a", b"1"),
    report(13, 503, b"b", b"2"),
    report(15, 201, b"b", b"2"),
)


@pytest.mark.parametrize(
    ("seen", "wrong"),
    [
        ((*PAGES, *REPORTS), set()),
        ((), set()),
        ((call("records", status=403),), {"pages"}),
        ((*PAGES, *REPORTS, call("x", 20, secure=False)), {"tls"}),
        ((*PAGES, *REPORTS, call("x", 20, agent="")), {"agent"}),
        ((*PAGES, *REPORTS, call("x", 20, agent="curl/8.1")), {"agent"}),
        ((*PAGES, *REPORTS, call("x", 20, agent="Bridge")), {"agent"}),
        ((PAGES[0], PAGES[3], *PAGES[1:3], *REPORTS), {"pages"}),
        ((*PAGES[:3], *REPORTS), {"pages"}),
        ((PAGES[0], PAGES[1], call("records?after=10", 2), PAGES[3], *REPORTS), {"waits"}),
        ((*PAGES, *REPORTS[:2], report(13, 503, b"b", b"2"), report(15, 201, b"c", b"2")), {"once"}),
        ((*PAGES, *REPORTS[:2], report(13, 503, b"a", b"2"), report(15, 201, b"a", b"2")), {"once"}),
        ((*PAGES, *REPORTS[:2]), {"once"}),
        ((*PAGES, *REPORTS, report(20, 503, b"d", b"4")), {"waits"}),
    ],
)  # fmt: skip
def test_each_fault_is_found_alone(seen, wrong):
    assert failed(*seen) == wrong


@pytest.mark.parametrize("seen", [(), PAGES, REPORTS, (PAGES[0], *REPORTS), (*PAGES, *REPORTS[:2])])
def test_what_was_not_tried_is_no_fault_and_is_not_passed(seen):
    assert not rules.passed(rules.conform(seen, tls=True, libraries=LIBRARIES))


def test_tls_is_not_judged_where_it_cannot_be_seen():
    assert failed(*PAGES, *REPORTS, call("x", 20, secure=False), tls=False) == set()
