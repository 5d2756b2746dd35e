"""W-G4 and W-P2: an alarm is answered on the spot, its verdict judges the rule; the third e-bike in a lift becomes a case."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error

from e2e import devices, words
from e2e.conftest import Meet
from e2e.devices import fetches, line, own_key, posts, publishes, registers, sends, stamp, until
from e2e.living import Living
from e2e.person import Person

GRID, WORKER = "990101001003001", "wg11"
LIFTS = "990101001002001"  # its own desk: ten alarms in ten minutes at one are a flood


@pytest.mark.covers("W-G4", "S3-12")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_no_sign_of_life_is_looked_into_and_the_verdict_judges_the_rule(
    lang: str, county: Living, meet: Meet
) -> None:
    secretary, she = meet("sj03", lang=lang), meet(WORKER, lang=lang, phone=True)
    door = looked_after(she)
    code = f"PIR{stamp()}"
    device = registers(secretary, "pir", code, GRID, place=door)
    key = own_key(secretary, device)

    before = numbers(devices.figures(she, "no_sign"))
    # The last sign of life is thirteen hours old: it comes late, and the minute notices.
    long_ago = datetime.now(UTC) - timedelta(hours=13)
    assert sends(county, key, line(code, 1, long_ago, motion=1))[0] == 200
    she.goes("/desk/alarms").looks("before")
    alarm = devices.on_the_wall(she, door, 120)
    she.looks("wall").goes(alarm).looks("card")

    # She answers it, calls the contact from the card, nobody takes the phone; she goes there.
    she.sends("I answer it")
    she.taps_on("Whom to call").sees("10000004713").looks("contact")
    she.goes(f"{alarm}/note")
    she.types(she.page.locator("[name=note]"), "电话无人接听，上门查看")
    she.sends(she.page.locator("main form button.primary"))
    devices.judges(she, alarm, "planned_absence", "在女儿家").looks("judged")
    she.sees("在女儿家").sees("Looked up whom to call")

    # The rule has learnt, and the family is thanked.
    after = numbers(devices.figures(she, "no_sign"))
    she.looks("rule")
    assert after["wrong"] == before.get("wrong", 0) + 1
    assert after["judged"] == before.get("judged", 0) + 1
    keeper = meet("xt01", lang=lang)
    until(lambda: "在女儿家" in keeper.goes("/desk/outbox").reads(), 30, 1)
    she.goes("/desk/alarms").page.locator("#wall").wait_for()
    assert not she.page.locator(f"#wall a[href='{alarm}']").count()
    secretary.goes("/desk/vigils").looks("board")


def looked_after(worker: Person) -> str:
    """Somebody of the grid who is not looked after yet; the door they live behind."""
    for turn in range(8):
        worker.goes("/desk/vigils/new")
        # Any door of the grid's houses: who lives there is picked from what is found.
        worker.types(worker.page.locator("[name=person_words]"), "1号楼")
        worker.types(worker.page.locator("[name=purpose]"), "独居老人安全守护")
        today = datetime.now(UTC).date()
        worker.types(worker.page.locator("[name=consent_on]"), today.isoformat())
        later = today + timedelta(days=365)
        worker.types(worker.page.locator("[name=until]"), later.isoformat())
        worker.types(worker.page.locator("[name=contact]"), "女儿")
        worker.types(worker.page.locator("[name=telephone]"), "10000004713")
        worker.sends(worker.page.locator("main form button.primary"))
        found = worker.page.locator("input[name=person]")
        if turn >= found.count():
            break
        worker.looks("picks")
        one = found.nth(turn)
        label = one.locator("xpath=ancestor::label[1]").inner_text()
        worker.ticks(one)
        worker.sends(worker.page.locator("main form button.primary"))
        with suppress(Error):  # somebody who is looked after already stays on the form
            worker.page.wait_for_url(re.compile("/desk/vigils$"), timeout=8000)
            return label.split(" · ")[-1].strip()
    raise AssertionError("nobody of the grid could be entered")


def numbers(facts: dict[str, str]) -> dict[str, int]:
    """Figures by their English words."""
    found = {}
    for key in ("Raised", "Judged", "right", "wrong"):
        for lang in ("zh-hans", "en"):
            for word, value in facts.items():
                if words.saying(key, lang).match(word):
                    found[key.lower()] = int(value)
    return found


@pytest.mark.covers("W-P2", "S2-07")
def test_the_third_e_bike_in_a_lift_within_a_month_becomes_a_case(
    county: Living, meet: Meet
) -> None:
    secretary, code = meet("sj02"), f"LIFT{stamp()}"
    device = registers(secretary, "lift", code, LIFTS, name=f"3号梯{code}", position="2单元")
    # The property company keeps it from now on: it sees the lift and nothing else.
    secretary.taps_on("Change its description")
    keeper = secretary.page.locator("[name=keeper] option", has_text=re.compile("物业")).first
    value = keeper.get_attribute("value") or ""
    firm = keeper.inner_text()
    secretary.chooses(secretary.page.locator("[name=keeper]"), value).looks("keeper")
    secretary.taps_on("Change")
    key = own_key(secretary, device)

    from e2e.desk import login_of  # noqa: PLC0415 -- the cast of the demo county

    guard = meet(login_of(firm), phone=True, called="guard").goes("/desk/alarms")
    guard.looks("quiet")
    now = datetime.now(UTC)
    sends(county, key, line(code, 1, now - timedelta(minutes=125), bike_in_lift=0))
    assert publishes(county, key, line(code, 2, now - timedelta(hours=2), bike_in_lift=1)) == 1
    alarm = devices.on_the_wall(guard, code)
    guard.looks("wall").goes(alarm).sees("播放语音劝阻，保安到场，告知车主").looks("card")
    before = numbers(devices.figures(guard, "bike_in_lift"))
    guard.goes(alarm).sends("I answer it")
    guard.goes(f"{alarm}/note")
    guard.types(guard.page.locator("[name=note]"), "保安到场劝离，已告知车主")
    guard.sends(guard.page.locator("main form button.primary"))
    publishes(county, key, line(code, 3, now - timedelta(minutes=100), bike_in_lift=0))
    devices.judges(guard, alarm, "real", "推车上楼充电").looks("judged")
    assert numbers(devices.figures(guard, "bike_in_lift"))["right"] == before.get("right", 0) + 1

    # Somebody has more said aloud, once it is written what; the lift fetches it and answers.
    secretary.goes(f"{device}/command")
    secretary.chooses(secretary.page.locator("[name=kind]"), "broadcast").sees_not(
        "(may stay empty)"
    )
    secretary.sends(secretary.page.locator("main form button.primary"))
    secretary.sees("Write what it is to say.").looks("command")
    secretary.types(secretary.page.locator("[name=text]"), "请把电动车推出去")
    secretary.sends(secretary.page.locator("main form button.primary"))
    asked = [one for one in fetches(county, key) if one["text"] == "请把电动车推出去"]
    status, _told = posts(
        county, f"commands/{asked[0]['id']}", key, b'{"done": true, "answer": "played"}'
    )
    assert status in (200, 204)
    secretary.goes(device).sees("played").looks("said")

    # Twice more, and it is a case.
    for n, minutes in ((4, 60), (6, 10)):
        sends(
            county, key,
            line(code, n, now - timedelta(minutes=minutes), bike_in_lift=1),
            line(code, n + 1, now - timedelta(minutes=minutes - 5), bike_in_lift=0),
        )  # fmt: skip
    often = until(lambda: devices.listed(guard, code, "bike_in_lift_often"), 40, 1)
    until(
        lambda: secretary.goes(often).page.locator("aside a[href*='/desk/cases/']").count(), 60, 2
    )
    secretary.looks("often").taps_on(secretary.page.locator("aside a[href*='/desk/cases/']").first)
    secretary.sees("E-bike in a lift").looks("case")
