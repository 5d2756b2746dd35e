"""W-S3: from what comes again to a joint action."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from e2e import desk
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock


@pytest.mark.covers("W-S3")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_leader_orders_a_joint_action_and_each_unit_says_what_it_did(
    lang: str, meet: Meet, effort: Effort
) -> None:
    leader, clock = meet("zh02", lang=lang), Clock()
    today = date.today()  # noqa: DTZ011 -- as a person reads the calendar
    leader.goes(f"/desk/figures/patterns?from={today - timedelta(days=60)}&to={today}")
    leader.looks("patterns")
    leader.taps_on(leader.page.locator("a[href*='/joint/order']").first)
    # Those who handled such cases are ticked; two of them act together.
    boxes = leader.page.locator("[name=units]")
    units = boxes.evaluate_all("all => all.slice(0, 2).map(one => one.closest('label').innerText.trim())")  # fmt: skip
    for number in range(boxes.count()):
        if boxes.nth(number).is_checked() != (number < 2):
            boxes.nth(number).set_checked(number < 2)
    leader.types(leader.page.locator("[name=words]"), f"{lang}: 06:30")
    leader.looks("order").sends("Order it")
    leader.sees("The joint action is ordered; each unit has it in its to-dos.").sees("not over yet")
    leader.looks("ordered")
    effort.note("W-S3", "county leader", f"orders a joint action from a line of the list ({lang[:2]})", leader, clock.seconds, "1 sentence")  # fmt: skip
    # The number before opens exactly its cases.
    before = leader.page.locator("table.plain a[href*='/cases/reported']").first
    count = int(re.sub(r"\D", "", before.inner_text()))
    address = leader.page.url
    leader.taps_on(before)
    expect(leader.page.locator("main tbody tr")).to_have_count(min(count, 25))
    # The unit finds it among its to-dos, on the telephone, and says what it did.
    unit = meet(desk.login_of(units[0]), lang=lang, phone=True)
    unit.goes("/desk/inbox?flow=joint").looks("to-dos")
    line = unit.page.locator(".task a").first
    unit.taps_on(line)
    unit.types(unit.page.locator("[name=note]"), f"{lang}: 6 × 2")
    unit.looks("part").sends("Report what was done")
    unit.sees("Kept; whoever ordered it reads it.")
    leader.goes(address.removeprefix(leader.origin)).sees(re.compile(f"{lang}: 6 × 2")).looks("told")  # fmt: skip
