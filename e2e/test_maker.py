"""W-H1 to W-H3: a maker is admitted, sends, and falls silent."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from e2e import devices, words
from e2e.conftest import Meet
from e2e.devices import KEY, line, posts, publishes, sends, stamp, until
from e2e.living import Living
from e2e.person import Person

GRID = "990101001003001"
QUIET = "990101001004001"  # its own desk: ten alarms in ten minutes at one are a flood
STREET = "990101001"


def applies(office: Person, maker: str, kind: str = "smoke") -> tuple[str, str]:
    """The application is entered; its address and the sandbox key."""
    office.goes("/desk/devices/admissions").taps_on("Enter an application")
    office.types(office.page.locator("[name=maker]"), maker)
    office.types(office.page.locator("[name=contact]"), "王工")
    office.types(office.page.locator("[name=telephone]"), "10000004711")
    office.chooses(office.page.locator("[name=type]"), kind)
    office.types(office.page.locator("[name=model]"), "MH-1")
    office.chooses(office.page.locator("[name=dialect]"), "lifang")
    office.chooses(office.page.locator("[name=area]"), STREET).looks("application")
    office.taps_on(office.page.locator("main form button.primary"))
    found = KEY.search(office.page.locator("main pre").first.inner_text())
    assert found
    office.looks("sandbox")
    office.taps_on("To the application")
    return office.page.url.removeprefix(office.origin), found[0]


def conformance(county: Living, sandbox: str, *lines: dict[str, object]) -> dict[str, bool]:
    """A conformance run; each check and whether it was passed."""
    body = b"\n".join(json.dumps(one).encode() for one in lines)
    status, said = posts(county, "conformance", sandbox, body)
    assert status == 200, said
    return {one["check"]: one["passed"] for one in said["checks"]}


def good(code: str) -> list[dict[str, object]]:
    return [
        line(code, 1, smoke=0, battery=90),
        line(code, 2, smoke=1, battery=90),
        line(code, 3, smoke=0, battery=89),
    ]


def admitted(county: Living, meet: Meet, maker: str) -> tuple[str, str]:
    """The whole way to a production key, as a step of other stories."""
    office = meet("jd01")
    page, sandbox = applies(office, maker)
    assert all(conformance(county, sandbox, *good("T1")).values())
    office.goes(page).taps_on("Admit")
    office.taps_on(office.page.locator("main form button.primary"))
    status, said = posts(county, "admission/key", sandbox)
    assert status == 201, said
    return page, said["key"]


@pytest.mark.covers("W-H1", "S1-14", "S4-05")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_maker_is_tested_admitted_and_gets_a_key_for_its_own_devices_with_an_end(
    lang: str, county: Living, meet: Meet
) -> None:
    office = meet("jd01", lang=lang)
    mark = stamp()
    page, sandbox = applies(office, f"明火电子{mark}")
    office.sees("The maker has not tested yet.").looks("applied")

    # A model that says too little: the page and the answer say what fails.
    failed = conformance(county, sandbox, line("T1", 1, smoke=1), line("T1", 2, smoke=1))
    assert not failed["enough"]
    assert not failed["alarm"]
    assert not failed["battery"]
    office.goes(page).sees("Not passed").looks("fails")

    # Put right, it passes and somebody has the turn.
    assert all(conformance(county, sandbox, *good("T1")).values())
    office.goes(page).sees("Passed, to be decided").looks("passed")
    assert posts(county, "admission/key", sandbox)[0] == 409  # no key before somebody decided
    office.taps_on("Admit").looks("decision")
    office.taps_on(office.page.locator("main form button.primary"))
    status, drawn = posts(county, "admission/key", sandbox)
    assert status == 201
    key = drawn["key"]
    days = (datetime.fromisoformat(drawn["expires_at"]) - datetime.now(UTC)).days
    assert 300 < days <= 366

    # Its devices are bound on a page; nobody else's are heard by this key.
    mine, other = f"MH{mark}", f"ZZ{mark}"
    office.goes(page).taps_on("Bind devices")
    office.types(office.page.locator("[name=codes]"), mine)
    office.chooses(office.page.locator("[name=grid]"), GRID).looks("binding")
    office.taps_on("Bind").looks("bound")
    told = sends(county, key, line(mine, 1, smoke=0, battery=90), line(other, 1, battery=90))[1]
    assert told["taken"] == 1
    assert [one["reason"] for one in told["refused"]] == ["unknown_device"]
    assert sends(county, sandbox, line(mine, 9, battery=50))[1].get("taken", 0) == 0

    # What it says is seen.
    office.goes(f"/desk/devices?q={mine}")
    office.taps_on(office.page.locator("tbody a").first).sees("90 %").looks("device")
    office.sees("Installed")
    assert sends(county, key, line(mine, 3, battery=88))[1]["taken"] == 1
    office.sees("88 %")  # the page renews itself

    # The admission ends, and with it the key.
    office.goes(page).taps_on("End the admission")
    office.types(office.page.locator("[name=note]"), "合同到期").looks("end")
    office.taps_on(office.page.locator("main form button.danger"))
    until(lambda: sends(county, key, line(mine, 2, battery=89))[0] == 401, 30)
    office.looks("ended")


@pytest.mark.covers("W-H2", "S2-05")
def test_a_smoke_alarm_told_twice_is_one_a_bad_key_is_refused_and_old_words_take_their_place(
    county: Living, meet: Meet
) -> None:
    page, key = admitted(county, meet, f"双鸣电子{stamp()}")
    office, mark = meet("jd01"), stamp()
    code = f"SM{mark}"
    office.goes(page).taps_on("Bind devices")
    office.types(office.page.locator("[name=codes]"), code)
    office.chooses(office.page.locator("[name=grid]"), GRID)
    office.taps_on("Bind")

    wall = meet("jd01", called="wall").goes("/desk/alarms")
    now = datetime.now(UTC)
    fire = line(code, "fire", now, smoke=1)
    assert publishes(county, key, fire, fire) == 2  # two receipts
    alarm = devices.on_the_wall(wall, code)
    wall.looks("wall")
    told = sends(county, key, fire)  # the same id by the other door
    assert told == (200, {"taken": 1, "refused": []})
    again = line(code, "heartbeat", now - timedelta(minutes=2), battery=71)
    newer = line(code, "newer", now, battery=70)
    assert sends(county, key, newer, again)[1]["taken"] == 2

    wall.goes(f"/desk/alarms/all?q={code}")
    assert wall.page.locator("tbody tr").count() == 1
    wall.goes(alarm)
    assert wall.page.locator(".timeline li, ol.timeline > li").count() <= 3
    office.goes(f"/desk/devices?q={code}")
    office.taps_on(office.page.locator("tbody a").first)
    office.sees("70 %").sees_not("71 %")  # the late word did not become the newest

    # A key that is none, and one with a letter changed.
    assert sends(county, "lf_" + "X" * 8 + "_nothing", fire)[0] == 401
    assert sends(county, key[:-1] + ("A" if key[-1] != "A" else "B"), fire)[0] == 401
    with pytest.raises(ConnectionError):
        publishes(county, key[:-2], fire)
    devices.judges(wall, alarm, "test", "验收测试").sees("Test")


@pytest.mark.covers("W-H3", "S1-14")
def test_a_device_that_falls_silent_is_told_to_maker_and_keeper_and_becomes_a_ticket(
    county: Living, meet: Meet
) -> None:
    page, key = admitted(county, meet, f"静默电子{stamp()}")
    office, code = meet("jd01"), f"QT{stamp()}"
    office.goes(page).taps_on("Bind devices")
    office.types(office.page.locator("[name=codes]"), code)
    office.chooses(office.page.locator("[name=grid]"), QUIET)
    office.sends("Bind")
    office.goes(f"/desk/devices?q={code}").taps_on(office.page.locator("tbody a").first)
    device = office.page.url.removeprefix(office.origin)
    # A day in the story: here the device speaks every second, so that three are silence.
    office.taps_on("Change its description")
    office.types(office.page.locator("[name=every_minutes]"), "0.02").looks("description")
    office.sends("Change")
    # It spoke more than a day ago, and then no more: days in seconds, by the simulator.
    spoke = county.command("simulate", "--only", code, "--hours", "32", "--falls-silent")
    said = spoke.communicate(timeout=300)[0]
    assert spoke.returncode == 0, said

    wall = meet("jd01", called="wall").goes("/desk/alarms")
    alarm = until(lambda: devices.listed(wall, code, "silent_day"), 150, 3)
    wall.goes(alarm).looks("alarm")
    office.goes(device).sees("It should have spoken by now. Its last words may no longer be true.")
    office.looks("device")

    # The maker is told by a message; the ticket is a case.
    keeper = meet("xt01")
    until(lambda: code in keeper.goes("/desk/outbox").reads(), 60, 2)
    keeper.looks("outbox")
    until(lambda: wall.goes(alarm).page.locator("aside a[href*='/desk/cases/']").count(), 60, 2)
    wall.looks("ticket").taps_on(wall.page.locator("aside a[href*='/desk/cases/']").first)
    wall.looks("case")

    # It speaks again, and the alarm is over.
    assert sends(county, key, line(code, "back", battery=87))[0] == 200
    until(lambda: wall.goes(alarm).page.get_by_text(words.saying("The condition is gone", wall.lang)).count(), 100, 3)  # fmt: skip
