"""Admission (W-H1): sandbox key, conformance run, decision, a key limited to the maker's devices, its end."""

import contextlib
import json
import re
from typing import Any

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.actions import NewDevice, Register, take
from lifang.sensing.api import admission as api
from lifang.sensing.api.batches import Gate, parcel
from lifang.sensing.models import Admission, Observation, Quarantined
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Admitting, Owner, Poison
from lifang.sensing.tests.make import make_device

COUNTY = GRID[:6]


def line(number: int, **values: Any) -> bytes:
    said = {"device": "T1", "at": MONDAY.isoformat(), "id": f"m{number}", "values": values}
    return json.dumps(said).encode()


GOOD = [line(1, smoke=0, battery=90), line(2, smoke=1, battery=90), line(3, smoke=0, battery=89)]


@pytest.fixture
def asked(db) -> Admission:
    return actions.ask_admission(
        actor=SYSTEM, maker="明火电子", type="smoke", model="MH-1", dialect="lifang", area=COUNTY, at=MONDAY
    )  # fmt: skip


def owner_of(token: str) -> Owner | None:
    with behind(SYSTEM):
        return ways.owner_of_key(SYSTEM, token, MONDAY)


def run(asked: Admission, lines: list[bytes]) -> dict[str, bool]:
    made = actions.run_conformance(actor=SYSTEM, admission=asked, lines=lines, at=MONDAY)
    return {one["check"]: one["passed"] for one in made.findings}


@pytest.mark.covers("S1-14")
def test_a_good_model_passes_is_admitted_and_draws_a_key_for_its_own_devices(asked, county_dispatcher):  # fmt: skip
    assert all(run(asked, GOOD).values())
    with behind(SYSTEM):
        assert Admission.objects.get().state == Admitting.PASSED
        assert Observation.objects.count() == 0  # the sandbox stores nothing
    actions.admit(actor=county_dispatcher.actor, admission=asked, at=MONDAY)
    key = actions.draw_key(actor=SYSTEM, admission=asked, at=MONDAY)
    owner = owner_of(key.token)
    assert owner is not None
    assert (owner.sandbox, owner.areas) == (False, (COUNTY,))
    maker = asked.maker_id
    for code, area in (("OURS", GRID), ("FAR", "990102001001001")):
        new = NewDevice("smoke", code, area, maker=maker)
        actions.install_device(actor=SYSTEM, new=new, area=area, at=MONDAY)
    make_device(code="THEIRS")
    said = [json.dumps({"device": code, "id": code, "values": {"battery": 9}}).encode() for code in ("OURS", "THEIRS", "FAR")]  # fmt: skip
    receipt = take(Register(), [parcel(owner, one) for one in said], MONDAY)
    assert receipt.new == 1
    assert {n: wrong.reason for n, wrong in receipt.refused.items()} == {1: Poison.UNKNOWN_DEVICE, 2: Poison.UNKNOWN_DEVICE}  # fmt: skip
    assert owner_of(key.token) is not None
    actions.end_admission(actor=county_dispatcher.actor, admission=asked, note="停产", at=MONDAY)
    assert owner_of(key.token) is None
    names = [type(told).__name__ for told in published()]
    assert names.count("AdmissionDecided") == 2


@pytest.mark.parametrize(
    ("lines", "fails"),
    [
        (GOOD[:2], {"enough", "alarm"}),
        ([*GOOD, b"smoke!"], {"readable"}),
        ([line(1, smoke=0), line(2, smoke=1), line(3, smoke=0)], {"measures", "battery"}),
        ([line(1, smoke=0, battery=900), *GOOD], {"credible"}),
        ([line(n, smoke=0, battery=50) for n in range(3)], {"alarm"}),
        ([one.replace(b'"id"', b'"x"') for one in GOOD], {"numbered"}),
        ([one.replace(b'"device"', b'"x"') for one in GOOD], {"named"}),
        ([one.replace(b"2026", b"2025") for one in GOOD], {"timed"}),
    ],
)
def test_what_fails_is_named(asked, lines, fails):
    found = run(asked, lines)
    assert {check for check, passed in found.items() if not passed} == fails
    with behind(SYSTEM):
        assert Admission.objects.get().state == Admitting.TESTING


def test_another_dialect_is_tested_as_it_speaks(db):
    asked = actions.ask_admission(actor=SYSTEM, maker="甲", type="door", model="D", dialect="zigbee2mqtt", area=COUNTY, at=MONDAY)  # fmt: skip
    lines = [json.dumps({"topic": "zigbee2mqtt/d1", "payload": {"contact": n % 2 == 0, "battery": 90}}).encode() for n in range(3)]  # fmt: skip
    found = run(asked, lines)
    assert found["readable"]
    assert found["measures"]
    assert not found[
        "timed"
    ]  # zigbee2mqtt tells no time: such a model is admitted by somebody who knows


def test_a_key_is_drawn_only_when_admitted_and_a_refusal_needs_a_reason(asked):
    with refused("not_admitted"):
        actions.draw_key(actor=SYSTEM, admission=asked, at=MONDAY)
    with refused("note_missing"):
        actions.refuse_admission(actor=SYSTEM, admission=asked, note=" ", at=MONDAY)
    with refused("no_such_move"):
        actions.admit(actor=SYSTEM, admission=asked, at=MONDAY)
    actions.refuse_admission(actor=SYSTEM, admission=asked, note="资料不全", at=MONDAY)
    with refused("admission_closed"):
        actions.run_conformance(actor=SYSTEM, admission=asked, lines=GOOD, at=MONDAY)
    assert owner_of(asked.sandbox_key) is None  # type: ignore[attr-defined]


def test_hostile_runs_are_judged_and_break_nothing(asked):
    lines = [one.text.encode(errors="replace") for one in hostile.sample(200, "runs")]
    assert not run(asked, [body for body in lines if body.strip()])["readable"]
    with behind(SYSTEM):
        assert Quarantined.objects.count() == 0


class Here(Gate):
    """A gate that works in the test's own thread."""

    async def owner(self, header: bytes) -> Owner | None:
        return owner_of(header.decode().partition(" ")[2])

    async def apart(self, work: Any, *given: Any) -> Any:
        return work(*given)


def ask(work: Any, token: str, body: bytes = b"") -> tuple[int, Any]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {"headers": [(b"authorization", f"Bearer {token}".encode())]}
    with contextlib.suppress(StopIteration):
        work(Here(lambda: MONDAY), scope, receive, send).send(None)
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.fixture
def at_once(monkeypatch):
    """The connection of the test stays open."""
    monkeypatch.setattr(api, "close_old_connections", lambda: None)


def test_the_api_says_what_fails_how_it_stands_and_gives_the_key_once(asked, at_once, county_dispatcher):  # fmt: skip
    token = asked.sandbox_key  # type: ignore[attr-defined]
    status, told = ask(api.conformance, token, b"\n".join(GOOD[:1]))
    assert (status, told["passed"]) == (200, False)
    assert (
        next(one for one in told["checks"] if one["check"] == "enough")["zh"] == "至少发送三条消息"
    )
    assert ask(api.key, token)[0] == 409
    assert ask(api.conformance, token, b"\n".join(GOOD))[1]["passed"]
    actions.admit(actor=county_dispatcher.actor, admission=asked, at=MONDAY)
    status, told = ask(api.standing, token)
    assert (status, told["state"], told["last_run"]["passed"]) == (200, "admitted", True)
    status, told = ask(api.key, token)
    assert status == 201
    assert owner_of(told["key"]) is not None
    assert (
        ask(api.standing, told["key"])[0] == 403
    )  # the production key opens the ways in, not this
    assert ask(api.standing, "lf_nothing")[0] == 401


def test_the_pages_of_an_admission(county_dispatcher, stranger):
    form = {"maker": "明火电子", "type": "smoke", "model": "MH-1", "dialect": "lifang", "area": county_dispatcher.area}  # fmt: skip
    page = county_dispatcher.post("sensing:ask", data=form).content.decode()
    key = re.search(r"lf_\w{8}_\w+", page)
    assert key
    with behind(SYSTEM):
        asked = Admission.objects.get()
    again = county_dispatcher.get("sensing:admission", asked.pk).content.decode()
    assert key[0] not in again
    assert re.search(r"lf_\w{8}_\w", again) is None  # its beginning names it, no more
    run(asked, GOOD[:2])
    shown = county_dispatcher.get("sensing:admission", asked.pk).content.decode()
    assert "至少发送三条消息" in shown
    assert "未通过" in shown
    run(asked, GOOD)
    done = county_dispatcher.post("sensing:decision", asked.pk, "acceptance", data={"note": ""})
    assert done.status_code == 302
    assert "已准入" in county_dispatcher.get("sensing:admissions").content.decode()
    assert county_dispatcher.get("sensing:decision", asked.pk, "acceptance").status_code == 302
    assert selectors.runs(stranger.actor, asked).count() == 0
