"""W-P3: a household pays its bill in four taps. W-P1: a repair is ordered in the picture of the building, taken, quoted, agreed, fixed, rated."""

import re

import pytest

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock

HERS = {"zh-hans": ("10000000120", "wm01"), "en": ("10000000180", "wm01")}
NUMBER = re.compile(r"R\d{6}[0-9A-Z]{5}")


@pytest.mark.covers("W-P1", "W-P3", "S0-71", "S4-23")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_bill_is_paid_in_four_taps_and_a_repair_comes_to_its_end(lang: str, meet: Meet, effort: Effort) -> None:  # fmt: skip
    telephone, manager = HERS[lang]
    she = register.comes_in(meet(phone=True, lang=lang, called="she"), telephone, meet("xt01", lang=lang, called="outbox"))  # fmt: skip
    since, clock = she.effort(), Clock()
    she.looks("mine").taps_on(she.page.locator("main a[href^='/my/bills/']").first)
    she.looks("bill").taps_on(she.page.locator("main form.card button.primary"))
    she.looks("cashier").taps_on(she.page.locator("main form button.primary"))
    she.page.wait_for_url(re.compile(r"/my/bills/[0-9a-f-]{36}$"))
    she.looks("paid")
    row = effort.note("W-P3", "resident", "pays a bill", she, clock.seconds, "≤ 4 taps, 0 typed", since)  # fmt: skip
    assert row.taps <= 4
    assert row.typed == 0

    she.goes("/my/repairs")
    since, clock = she.effort(), Clock()
    she.looks("repairs").taps_on("Order a repair")
    she.looks("picture").taps_on(she.page.locator(".pick", has=she.page.locator("input[value=drain]")))  # fmt: skip
    she.looks("chosen").taps_on("Send the order")
    she.page.wait_for_url(re.compile(r"/my/repairs/[0-9a-f-]{36}$"))
    effort.note("W-P1", "resident", "orders a repair at home", she, clock.seconds, "", since)
    found = NUMBER.search(she.reads())
    assert found
    order = she.page.url.removeprefix(she.origin)
    she.looks("ordered")

    boss = meet(manager, lang=lang, called="boss")
    boss.goes("/desk/repairs").looks("board")
    boss.goes(order.replace("/my/", "/desk/")).sees(found[0])
    since, clock = boss.effort(), Clock()
    boss.taps_on("Take it").types(boss.page.locator("[name=amount]"), "80")
    boss.looks("quote").taps_on("Send to the household").sees("The household is told.")
    effort.note("W-P1", "property manager", "takes and quotes", boss, clock.seconds, "", since)
    she.goes(order).looks("quoted").taps_on("I agree").sees(
        "Agreed. Somebody comes at the time that was set."
    )
    boss.goes(order.replace("/my/", "/desk/"))
    boss.types(boss.page.locator("[name=note]"), "疏通完成").looks("finish").taps_on(boss.page.locator("form button.primary", has_text=re.compile("Fixed|修好")))  # fmt: skip
    boss.sees("Done. The household is told and asked how it was.").looks("fixed")
    she.goes(order).looks("rate").taps_on(she.page.locator("label", has=she.page.locator("input[name=stars][value='5']")))  # fmt: skip
    she.taps_on("Rate it").looks("closed")
    boss.goes("/desk/repairs/list").looks("list").goes("/desk/rounds").looks("rounds")
    she.goes("/communities/990101001001/accounts").looks("accounts")
    she.goes("/my/complaints").looks("complaints")
