"""Pages and ways in of match alarms: a file from the form to the key, a match at the gate, a look with its purpose, the filing."""

import contextlib
import json
import re
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.api import matches as api
from lifang.sensing.api.batches import Gate
from lifang.sensing.models import Alarm, Filing, Match, Reception, ReceptionCount
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.receiving import STREET, a_sign, camera, in_force, switched
from lifang.sensing.tests.test_reception import message


# A request has the time of the clock on the wall: a file asked for on a page begins today.
def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@pytest.fixture(autouse=True)
def _on():
    with switched(match_reception=1):
        yield


@pytest.fixture
def file(street_dispatcher, county_dispatcher, county_leader, grid_worker) -> Reception:
    return in_force(street_dispatcher, county_dispatcher, county_leader, [grid_worker])


class Here(Gate):
    """A gate that works in the test's own thread."""

    async def apart(self, work: Any, *given: Any) -> Any:
        return work(*given)


def post(token: str, body: bytes, monkeypatch: Any, at: datetime = MONDAY) -> tuple[int, Any]:
    monkeypatch.setattr(api, "close_old_connections", lambda: None)
    sent: list[dict[str, Any]] = []
    parts = [body[start : start + 65_536] for start in range(0, len(body), 65_536)] or [b""]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {"headers": [(b"authorization", f"Bearer {token}".encode())]}
    with contextlib.suppress(StopIteration):
        api.matches(Here(lambda: at), scope, receive, send).send(None)
    return sent[0]["status"], json.loads(sent[1]["body"])


def form(at: datetime) -> dict[str, Any]:
    day = localtime(at).date()
    return {
        "system": "公安人像比对系统", "operator": "示范区公安分局", "purpose": "查找走失老人", "necessity": "人工查看录像来不及", "classes": ["missing"],
        "basis": "《人脸识别技术应用安全管理办法》第四条", "document": "99刑受〔2026〕7号", "assessment": "PIA-2026-003",
        "assessed_until": day + timedelta(days=200), "place_kind": "gate", "notice": "本出入口接收公安机关人像比对告警，可刷卡进出。",
        "notice_on": day, "alternative_kind": "card", "alternative": "东侧小门刷卡进出", "keep_days": 10, "starts_on": day,
        "ends_on": day + timedelta(days=30),
    }  # fmt: skip


def sign(data: bytes) -> BytesIO:
    """A file as a browser sends it."""
    upload = BytesIO(data)
    upload.name = "sign.jpg"
    return upload


@pytest.mark.covers("S3-13", "S0-24", "S4-08")
def test_from_the_form_by_two_approvals_to_the_key_a_match_a_look_and_a_verdict(
    street_dispatcher, county_dispatcher, county_leader, grid_worker, monkeypatch
):
    device, begun = camera(), now()
    whole = form(begun)
    where = street_dispatcher.get("sensing:reception_ask").content.decode()
    assert f"?area={STREET}" in where
    asked = f"/desk/receptions/new?area={STREET}"
    assert "CAM-1" in street_dispatcher.get(asked).content.decode()
    lacking = street_dispatcher.post(asked, data={**whole, "devices": [str(device.pk)]})
    assert lacking.status_code == 422  # no viewer
    given = {**whole, "devices": [str(device.pk)], "viewers": [grid_worker.actor.holder]}
    unseen = street_dispatcher.post(asked, data=given)
    assert unseen.status_code == 422, "no photo of the notice"
    assert street_dispatcher.post(asked, data=given | {"sign": sign(b"no picture")}).status_code == 422  # fmt: skip
    assert street_dispatcher.post(asked, data=given | {"alternative_kind": "face"}).status_code == 422  # fmt: skip
    assert street_dispatcher.post(asked, data=given | {"place_kind": "toilet"}).status_code == 422
    done = street_dispatcher.post(asked, data=given | {"sign": sign(a_sign().picture)})
    assert done.status_code == 302
    with behind(SYSTEM):
        file = Reception.objects.get()
    page = street_dispatcher.get("sensing:reception", file.pk).content.decode()
    assert "99刑受〔2026〕7号" in page
    assert "/approval" not in page
    for approver in (county_dispatcher, county_leader):
        assert "/approval" in approver.get("sensing:reception", file.pk).content.decode()
        read = approver.get("sensing:reception_decision", file.pk, "approval").content.decode()
        assert "PIA-2026-003" in read  # whoever approves has it before their eyes
        assert re.search(r"<img src=\"/files/[0-9a-f-]{36}/thumb", read)
        assert approver.post("sensing:reception_decision", file.pk, "approval").status_code == 302
        assert "/approval" not in approver.get("sensing:reception", file.pk).content.decode()
    shown = street_dispatcher.post("sensing:reception_key", file.pk)
    assert shown["Cache-Control"] == "no-store"
    token = re.search(r"lf_\w{8}_[\w-]+", shown.content.decode())
    assert token

    assert post(token[0], message(at=begun.isoformat()), monkeypatch, begun) == (
        200,
        {"taken": 1, "refused": []},
    )
    status, told = post(token[0], message(2, name="张三"), monkeypatch, begun)
    assert (status, told["taken"], told["refused"][0]["reason"]) == (200, 0, "name")
    with behind(SYSTEM):
        alarm = Alarm.objects.get()
    wall = grid_worker.get("sensing:wall").content.decode()
    assert f"/desk/alarms/{alarm.pk}/match" in wall
    assert "CAM-1" not in wall
    assert grid_worker.get("sensing:alarm", alarm.pk).status_code == 302
    before = grid_worker.get("sensing:match", alarm.pk).content.decode()
    assert "CAM-1" not in before
    assert "/verdict" not in before
    assert grid_worker.post("sensing:match", alarm.pk, data={"purpose": "curious"}).status_code == 422  # fmt: skip
    after = grid_worker.post("sensing:match", alarm.pk, data={"purpose": "go_there"})
    assert after["Cache-Control"] == "no-store"
    assert "CAM-1" in after.content.decode()
    assert "走失人员寻找" in after.content.decode()
    judged = grid_worker.post("sensing:verdict", alarm.pk, data={"verdict": "false", "cause": "认错"})  # fmt: skip
    assert judged.status_code == 302
    page = street_dispatcher.get("sensing:reception", file.pk).content.decode()
    assert "含姓名" in page
    assert "到现场核实" in page
    assert grid_worker.account.name in page
    assert token[0] not in page


@pytest.mark.covers("S0-24")
def test_while_it_is_off_the_pages_say_so_and_offer_nothing(street_dispatcher, file):
    with switched(match_reception=0):
        page = street_dispatcher.get("sensing:receptions").content.decode()
        assert "默认关闭" in page
        assert "/desk/receptions/new" not in page
        typed = street_dispatcher.get("sensing:reception_ask").content.decode()
        assert "暂不能申请" in typed
        assert "?area=" not in typed  # it asks for nothing before it refuses
        assert "一律拒收" in street_dispatcher.get("sensing:reception", file.pk).content.decode()


def test_the_gate_takes_no_other_key_no_large_body_and_too_many_lines(
    file, street_dispatcher, monkeypatch
):
    key = actions.issue_reception_key(actor=street_dispatcher.actor, reception=file, at=MONDAY)
    other = actions.issue_device_key(actor=SYSTEM, device=make_device(type="camera_ai"), at=MONDAY)
    assert post(other.token, message(), monkeypatch)[0] == 401
    assert post("", message(), monkeypatch)[0] == 401
    assert post(key.token, b"", monkeypatch)[0] == 422
    assert post(key.token, b"{}\n" * 101, monkeypatch)[0] == 422
    assert post(key.token, b"x" * 300_000, monkeypatch) == (413, {"reason": "too_large"})
    actions.suspend_reception(actor=street_dispatcher.actor, reception=file, note="核查", at=MONDAY)
    assert post(key.token, message(), monkeypatch)[1]["refused"][0]["reason"] == "suspended"
    with behind(SYSTEM):
        assert not Match.objects.exists()
        assert dict(ReceptionCount.objects.values_list("reason", "count")) == {"suspended": 1}


@pytest.mark.covers("S4-08")
def test_the_api_gives_a_match_to_its_viewer_for_a_purpose_and_counts_to_who_keeps_the_file(
    file, grid_worker, street_dispatcher
):
    actions.take_matches(actor=SYSTEM, reception=file, lines=[message(), b"{}"], at=MONDAY)
    with behind(SYSTEM):
        alarm = Alarm.objects.get()
    told = grid_worker.send("POST", "api:sensing_look_match", alarm.pk, json={"purpose": "hand_over"}).json()  # fmt: skip
    assert (told["kind"], told["area"]) == ("missing", GRID)
    assert grid_worker.send("POST", "api:sensing_look_match", alarm.pk, json={"purpose": "x"}).status_code == 409  # fmt: skip
    assert grid_worker.get("api:sensing_cap", alarm.pk).status_code == 404
    listed = street_dispatcher.get("api:sensing_list_receptions").json()["items"]
    assert [(one["number"], one["state"]) for one in listed] == [(file.number, "on")]
    counts = street_dispatcher.get("api:sensing_reception_counts", file.pk).json()
    assert counts == {"taken": 1, "refused": {"shape": 1}, "judged": 0, "right": 0, "wrong": 0}


@pytest.mark.covers("S0-24")
def test_the_page_of_filing_counts_down_and_takes_the_number(file, county_leader):
    with switched(match_reception=1, filing_faces=2):
        actions.take_matches(actor=SYSTEM, reception=file, lines=[message(1), message(2)], at=MONDAY)  # fmt: skip
        actions.check_filing(actor=SYSTEM, at=MONDAY)
        with behind(SYSTEM):
            filing = Filing.objects.get()
        assert f"/desk/receptions/filings/{filing.pk}" in county_leader.get("sensing:receptions").content.decode()  # fmt: skip
        assert county_leader.get("sensing:filing", filing.pk).status_code == 200
        done = county_leader.post("sensing:filing", filing.pk, data={"number": "省网信备1号"})
    assert done.status_code == 302
    assert "省网信备1号" in county_leader.get("sensing:filing", filing.pk).content.decode()


def test_the_list_costs_no_more_with_many(street_dispatcher, county_dispatcher, county_leader, grid_worker):  # fmt: skip
    codes = iter(range(1000))

    def make() -> Any:
        return in_force(street_dispatcher, county_dispatcher, county_leader, [grid_worker], device=camera(code=f"C{next(codes)}"))  # fmt: skip

    grows(make, lambda: street_dispatcher.get("sensing:receptions"))
