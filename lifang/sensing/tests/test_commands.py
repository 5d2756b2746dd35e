"""Devices are asked to do something: by people and by rules; they fetch it with their key and say what became of it."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import refused
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.actions.intake import Register, take
from lifang.sensing.api import commands as api
from lifang.sensing.api.batches import Gate, parcel
from lifang.sensing.catalogue import RULES
from lifang.sensing.models import Alarm, Command, Device
from lifang.sensing.rules.commands import offered
from lifang.sensing.selectors import commands as selectors
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner
from lifang.sensing.tests.make import make_device

LATER = MONDAY + timedelta(seconds=30)


@pytest.fixture
def lift(db) -> Device:
    return make_device(type="lift", code="L3", gateway=make_device(type="gateway", code="G1").pk)


def owner_of(device: Device) -> Owner:
    token = actions.issue_device_key(actor=SYSTEM, device=device, at=MONDAY).token
    with behind(SYSTEM):
        found = ways.owner_of_key(SYSTEM, token, MONDAY)
    assert found is not None
    return found


def gateway_of(device: Device) -> Device:
    with behind(SYSTEM):
        return Device.objects.get(pk=device.gateway_id)


def said_aloud(device: Device, text: str = "请退出") -> Command:
    return actions.send_command(actor=SYSTEM, device=device, kind="broadcast", text=text, at=MONDAY)


class Here(Gate):
    """A gate that knows one key and works in the test's own thread and transaction."""

    def __init__(self, owner: Owner | None, at=MONDAY) -> None:
        super().__init__(lambda: at)
        self.theirs = owner

    async def owner(self, header: bytes) -> Owner | None:
        return self.theirs


@pytest.fixture(autouse=True)
def in_one_thread(monkeypatch):
    async def here(work: Any, *given: Any) -> Any:
        return work(*given)

    monkeypatch.setattr(api.asyncio, "to_thread", here)
    monkeypatch.setattr(api, "close_old_connections", lambda: None)


def ask(board: api.Board, method: str, path: str = "", body: Any = None, query: str = "") -> tuple[int, dict[str, Any]]:  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {"headers": [], "path": api.ROOT + path, "method": method, "query_string": query.encode("latin-1")}  # fmt: skip
    coroutine = api.commands(board, scope, receive, send)
    while True:  # nothing in it waits for anything but a moment: driven by hand, in this thread and transaction
        try:
            coroutine.send(None)
        except StopIteration:
            return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.fixture(autouse=True)
def a_clock(monkeypatch):
    """A loop's clock that goes on by itself; a sleep is a step of it."""
    now = [0.0]

    class Loop:
        def time(self) -> float:
            now[0] += 0.001
            return now[0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(api.asyncio, "get_running_loop", Loop)
    monkeypatch.setattr(api.asyncio, "sleep", sleep)
    return now


def test_a_gateway_fetches_what_its_lift_is_to_say_and_tells_that_it_did(lift):
    made = said_aloud(lift)
    board = api.Board(Here(owner_of(gateway_of(lift))))
    wanted = {"id": str(made.pk), "device": "L3", "command": "broadcast", "text": "请退出", "until": made.until.isoformat()}  # fmt: skip
    assert ask(board, "GET") == (200, {"commands": [wanted]})
    assert ask(board, "GET")[1]["commands"] == [
        wanted
    ]  # it may ask again: it may have been cut off
    assert ask(board, "POST", f"/{made.pk}", {"done": True, "answer": "played"}) == (200, {"done": True})  # fmt: skip
    assert ask(board, "GET") == (200, {"commands": []})
    assert ask(board, "POST", f"/{made.pk}", {"done": False})[0] == 409
    with behind(SYSTEM):
        made.refresh_from_db()
    assert (made.fetched_at, made.answered_at, made.done, made.answer) == (MONDAY, MONDAY, True, "played")  # fmt: skip


def test_who_waits_hears_of_it_and_nobody_waits_for_ever(lift, a_clock):
    board = api.Board(Here(owner_of(lift)))
    assert ask(board, "GET", query="wait=20") == (200, {"commands": []})
    assert 19 < a_clock[0] < 22
    said_aloud(lift)
    assert len(ask(board, "GET", query="wait=20")[1]["commands"]) == 1
    for query in ("wait=9999", "wait=-1", "wait=%FF", "wait=²", "wait="):
        before = a_clock[0]
        ask(board, "GET", query=query)
        assert a_clock[0] - before < api.MOST_WAIT + 2


def test_nobody_elses_and_what_is_over_is_not_there(lift):
    made = said_aloud(lift)
    stranger = api.Board(Here(owner_of(make_device(type="gateway", code="G2"))))
    assert ask(stranger, "GET") == (200, {"commands": []})
    assert ask(stranger, "POST", f"/{made.pk}", {"done": True})[0] == 404
    late = api.Board(Here(owner_of(lift), MONDAY + timedelta(seconds=121)))
    assert ask(late, "GET") == (200, {"commands": []})
    assert (
        ask(late, "POST", f"/{made.pk}", {"done": True})[0] == 200
    )  # it did it in time, and says so late
    with behind(SYSTEM):
        assert not selectors.open_commands(SYSTEM, MONDAY)


def test_strange_answers_are_refused(lift):
    made, board = said_aloud(lift), api.Board(Here(owner_of(lift)))
    for body in (b"", b"{}", b"[]", b'{"done":"yes"}', b"\xff", b"[" * 4000, b"x" * 5000, *(one.text.encode(errors="replace") for one in hostile.sample(30, "commands"))):  # fmt: skip
        assert ask(board, "POST", f"/{made.pk}", body)[0] == 422
    for named in ("x", "", str(uuid4()), "../batches"):
        assert ask(board, "POST", f"/{named}", {"done": True})[0] in (404, 422)
    assert ask(board, "DELETE", f"/{made.pk}")[0] == 405
    assert ask(api.Board(Here(None)), "GET")[0] == 401
    assert (
        ask(board, "POST", f"/{made.pk}", {"done": False, "answer": "\x00" + "字" * 300})[0] == 200
    )
    with behind(SYSTEM):
        made.refresh_from_db()
    assert made.answer == "字" * 200


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("restart", "", "command_unknown"),
        ("unlock", "", "command_unknown"),
        ("broadcast", " ", "command_text"),
        ("broadcast", "字" * 201, "command_text"),
    ],
)
def test_what_a_lift_cannot_do_is_not_asked_of_it(lift, kind, text, reason):
    with refused(reason):
        actions.send_command(actor=SYSTEM, device=lift, kind=kind, text=text, at=MONDAY)
    with behind(SYSTEM):
        assert not Command.objects.exists()


def test_a_device_that_is_not_in_service_is_asked_nothing(lift):
    actions.rest_device(actor=SYSTEM, device=lift, until=MONDAY + timedelta(days=1), note="x", at=MONDAY)  # fmt: skip
    with refused("device_not_installed"):
        said_aloud(lift)


def test_nothing_that_opens_or_shuts_can_be_asked_of_any_device():
    assert {kind for type_ in ("lift", "access_gate", "gas", "breaker", "vehicle_gate", "smoke", "gateway") for kind in offered(type_)} == {"broadcast", "silence", "self_test", "report_now", "restart"}  # fmt: skip


@pytest.mark.covers("S2-07")
def test_an_e_bike_in_the_lift_is_told_off_at_once_each_time_and_not_again_while_it_stays(lift):
    owner, register = owner_of(lift), Register()

    def seen(value: bool, at, told=None) -> int:
        line = {"device": "L3", "at": at.isoformat(), "values": {"bike_in_lift": value}}
        take(register, [parcel(owner, json.dumps(line).encode())], told or at)
        with behind(SYSTEM):
            return Command.objects.count()

    assert [seen(True, MONDAY + timedelta(seconds=second)) for second in (0, 5, 10)] == [1, 1, 1]
    with behind(SYSTEM):
        made = Command.objects.get()
        assert (made.device_id, made.kind, made.text, made.account_id) == (lift.pk, "broadcast", str(RULES["bike_in_lift"].says), None)  # fmt: skip
        assert made.alarm == Alarm.objects.get(rule="bike_in_lift")
        assert made.area == lift.area
    assert seen(False, MONDAY + timedelta(minutes=2)) == 1
    assert seen(False, MONDAY + timedelta(minutes=8)) == 1
    assert (
        seen(True, MONDAY + timedelta(minutes=20)) == 2
    )  # the alarm is still open: nobody has judged it
    assert seen(False, MONDAY + timedelta(minutes=22)) == 2
    assert seen(False, MONDAY + timedelta(minutes=28)) == 2
    assert seen(True, MONDAY + timedelta(minutes=40), MONDAY + timedelta(minutes=43)) == 2  # it has gone by now  # fmt: skip


def test_a_rule_that_says_nothing_or_a_device_that_cannot_leaves_nobody_asked(db):
    for kind, word in (("smoke", "smoke"), ("camera_ai", "large_dog")):
        device = make_device(type=kind, code=kind)
        line = {"device": kind, "at": MONDAY.isoformat(), "values": {word: True}}
        take(Register(), [parcel(owner_of(device), json.dumps(line).encode())], MONDAY)
    with behind(SYSTEM):
        assert Alarm.objects.count() == 2
        assert not Command.objects.exists()


def test_the_page_of_a_device_asks_and_shows_what_became_of_it(community_secretary, grid_worker):
    device = make_device(type="lift", code="L9", area=GRID)
    page = community_secretary.get("sensing:device", device.pk).content.decode()
    assert f"/{device.pk}/command" in page
    assert f"/{device.pk}/command" not in grid_worker.get("sensing:device", device.pk).content.decode()  # fmt: skip
    assert grid_worker.post("sensing:act", device.pk, "command", data={"kind": "broadcast", "text": "x"}).status_code == 403  # fmt: skip
    sent = community_secretary.post("sensing:act", device.pk, "command", data={"kind": "broadcast", "text": "<b>请退出</b>"})  # fmt: skip
    assert sent.status_code == 302
    page = community_secretary.get("sensing:device", device.pk).content.decode()
    assert "等待设备取走" in page
    assert "&lt;b&gt;请退出&lt;/b&gt;" in page
    wrong = community_secretary.post("sensing:act", device.pk, "command", data={"kind": "broadcast", "text": ""})  # fmt: skip
    assert wrong.status_code == 200
    assert "请填写要播放的内容。" in wrong.content.decode()
    mute = make_device(type="water_meter", code="W9", area=GRID)
    assert "/command" not in community_secretary.get("sensing:device", mute.pk).content.decode()


def test_the_log_of_many_commands_costs_what_one_costs(grows, community_secretary):
    device = make_device(type="lift", code="L8", area=GRID)
    grows(lambda: said_aloud(device), lambda: community_secretary.get("sensing:device", device.pk))
