"""Guarded reception of match alarms: asked for with a photo of the notice, approved by two others, a match looked at for a purpose, judged."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e import devices
from e2e.conftest import Meet
from e2e.devices import KEY, posts, registers, stamp, until
from e2e.living import Living
from e2e.person import Person
from e2e.pictures import photo

STREET, GRID, VIEWER = "990101002", "990101002002001", "sj06"


@pytest.mark.covers("S0-24", "S3-13", "S4-08")
def test_a_match_comes_in_on_a_file_of_two_approvals_and_is_looked_at_for_a_purpose(
    county: Living, meet: Meet, tmp_path: Path
) -> None:
    asker, viewer, code = meet("jd02"), meet(VIEWER).goes("/desk"), f"CAM{stamp()}"
    called = viewer.page.locator(".deskbar details summary").last.inner_text().strip()
    registers(asker, "camera_ai", code, GRID, name=f"东门{code}", position="东门")
    asker.goes("/desk/receptions").looks("list").goes(f"/desk/receptions/new?area={STREET}")
    fills(asker, code, called, photo(tmp_path, "stall", 3))
    asker.looks("filled").sends(asker.page.locator("main form button.primary"))
    asker.page.wait_for_url(re.compile("/desk/receptions/[0-9a-f-]{36}$"))
    file = asker.page.url.removeprefix(asker.origin)
    assert not asker.page.locator(f"a[href='{file}/approval']").count(), (
        "whoever asks does not approve"
    )

    # Two others, each with the photo of the notice before their eyes.
    for login in ("zh01", "zh02"):
        approver = meet(login).goes(f"{file}/approval")
        approver.page.locator(".signs img").first.wait_for()
        approver.looks("approval").sends(approver.page.locator("main form button.primary"))
    asker.goes(file).looks("in-force").taps_on("Issue a key")
    found = KEY.search(asker.page.locator("main").inner_text())
    assert found, "no key was shown"

    # The outside system tells of somebody lost; a message with a name is refused and not kept.
    good = {
        "id": f"m{code}",
        "subject": f"P{code}",
        "class": "missing",
        "device": code,
        "at": datetime.now(UTC).isoformat(),
    }
    lines = [good, {**good, "id": f"n{code}", "name": "张三"}]
    body = b"\n".join(json.dumps(one, ensure_ascii=False).encode() for one in lines)
    status, told = posts(county, "matches", found[0], body)
    assert (status, told["taken"], [one["reason"] for one in told["refused"]]) == (200, 1, ["name"])

    # Its named viewer sees that something came, says what for, sees it, and judges.
    viewer.goes("/desk/alarms")
    link = viewer.page.locator("#wall a[href$='/match']").first
    link.wait_for()
    match = link.get_attribute("href") or ""
    viewer.goes(match).sees_not(code).looks("before")
    viewer.ticks(viewer.page.locator("[name=purpose]").first)
    viewer.sends(viewer.page.locator("main form button.primary")).sees(re.compile(code)).looks(
        "looked"
    )
    devices.judges(viewer, match.removesuffix("/match"), "false", "认错人")
    until(
        lambda: (
            "张三" not in asker.goes(file).reads() and asker.page.locator("section.kpis").count()
        ),
        10,
        1,
    )
    asker.sees(re.compile("含姓名")).looks("file")


def fills(asker: Person, code: str, viewer: str, sign: Path) -> None:
    """Everything the file asks for."""
    page, today = asker.page, datetime.now().astimezone().date()
    words = {
        "system": "公安人像比对系统", "operator": "示范区公安分局", "purpose": "查找走失老人", "necessity": "人工查看录像来不及",
        "basis": "《人脸识别技术应用安全管理办法》第四条", "document": "99刑受〔2026〕7号", "assessment": "PIA-2026-003",
        "notice": "本出入口接收公安机关人像比对告警，可刷卡进出。", "alternative": "东侧小门刷卡进出", "keep_days": "10",
    }  # fmt: skip
    days = {"assessed_until": 200, "notice_on": 0, "starts_on": 0, "ends_on": 30}
    for name, text in words.items():
        asker.types(page.locator(f"[name={name}]"), text)
    for name, ahead in days.items():
        asker.types(page.locator(f"[name={name}]"), (today + timedelta(days=ahead)).isoformat())
    asker.ticks(page.locator("[name=classes][value=missing]"))
    asker.ticks(page.locator("label", has_text=code).locator("input"))
    asker.ticks(page.locator("[name=alternative_kind][value=card]"))
    asker.ticks(page.locator("label", has_text=viewer).locator("[name=viewers]").first)
    asker.chooses(page.locator("[name=place_kind]"), "gate")
    page.locator("[name=sign]").set_input_files(str(sign))
