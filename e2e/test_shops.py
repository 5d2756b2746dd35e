"""W-M1: a shop asks with its credit code, is looked at, stands on the map. W-M2: an elder orders with a subsidy; done, paid, rated, settled; the shop never reads who."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock
from lifang.core.crypto.numbers import credit_check, organisation_fault

GRID = "990101001001001"
# Keeper, household and the last digits of the code: each run has its own.
WHO = {"zh-hans": ("10000000481", "10000000072", "31"), "en": ("10000000482", "10000000012", "32")}
Quiet = Callable[[str], tuple[float, float]]
Camera = Callable[..., Path]


def code(serial: str) -> str:
    inner = f"MC0000{serial}"
    inner += next(one for one in "0123456789X" if organisation_fault(inner + one) is None)
    head = f"92990101{inner}"
    return head + credit_check(head)


@pytest.mark.covers("W-M1", "W-M2", "S0-69", "S0-72", "S4-25", "S1-10", "S0-70")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_shop_is_listed_and_an_elder_orders_with_a_subsidy(lang: str, meet: Meet, quiet: Quiet, camera: Camera, effort: Effort) -> None:  # fmt: skip
    keeps, lives, serial = WHO[lang]
    name, lon_lat = f"春风家政{serial}", quiet(GRID)
    outbox = meet("xt01", lang=lang, called="outbox")
    keeper = register.comes_in(meet(phone=True, lang=lang, called="keeper"), keeps, outbox)
    keeper.goes("/trade").looks("none")
    since, clock = keeper.effort(), Clock()
    keeper.taps_on("Ask to be listed")
    page = keeper.page
    keeper.chooses(page.locator("[name=trade]"), "housekeeping")
    for field, text in (("name", name), ("code", code(serial)), ("telephone", "10099000777"), ("address", f"和平路 {serial} 号")):  # fmt: skip
        keeper.types(page.locator(f"[name={field}]"), text)
    page.locator("[name=lat]").fill(f"{lon_lat[1]:.6f}")  # as the map under a thumb writes it
    page.locator("[name=lon]").fill(f"{lon_lat[0]:.6f}")
    keeper.taps += 1
    keeper.types(page.locator("[name=opens]"), "08:00")
    keeper.types(page.locator("[name=closes]"), "20:00")
    page.locator("[name=licence]").set_input_files(camera("box", int(serial)))
    keeper.photos += 1
    keeper.ticks(page.locator("[name=terms]"))
    keeper.looks("asking").taps_on("Send").page.wait_for_url(re.compile(r"/trade$"))
    effort.note("W-M1", "shop keeper", "asks to be listed", keeper, clock.seconds, "", since)
    keeper.types(page.locator("[name=name]"), "擦玻璃").types(page.locator("[name=price]"), "100")
    keeper.types(page.locator("[name=unit]"), "次").ticks(page.locator("[name=at_home]"))
    keeper.taps_on("Offer it").looks("offered")

    clerk = meet("jd01", lang=lang, called="clerk")
    clerk.goes("/desk/shops").looks("shops")
    since, clock = clerk.effort(), Clock()
    clerk.taps_on(clerk.page.locator("tbody a", has_text=name).first).sees(name)
    clerk.taps_on("Show the licence").looks("licence").taps_on("List it")
    effort.note("W-M1", "street", "looks at it and lists it", clerk, clock.seconds, "", since)
    shop = clerk.page.url.removeprefix(clerk.origin)

    anybody = meet(phone=True, lang=lang, called="anybody")
    anybody.goes("/life?trade=housekeeping").sees(name)
    anybody.looks("life").goes(f"/circle/{GRID[:12]}").looks("circle")

    she = register.comes_in(meet(phone=True, lang=lang, called="she"), lives, outbox)
    she.goes("/life?trade=housekeeping").taps_on(she.page.locator("main a", has_text=name).first)
    since, clock = she.effort(), Clock()
    she.looks("shop").taps_on(she.page.locator("main a[href^='/shops/offers/']").first)
    she.looks("order").taps_on(she.page.locator("main form button.primary"))
    she.page.wait_for_url(re.compile(r"/my/orders/[0-9a-f-]{36}$"))
    row = effort.note("W-M2", "resident", "orders a service at home", she, clock.seconds, "≤ 3 taps, 0 typed", since)  # fmt: skip
    assert row.taps <= 3
    assert row.typed == 0
    order = she.page.url.removeprefix(she.origin)

    keeper.goes("/trade/orders").looks("waiting")
    keeper.goes(order.replace("/my/", "/trade/")).sees_not(lives)
    since, clock = keeper.effort(), Clock()
    keeper.taps_on("Take it").looks("taken")
    she.goes(order).looks("to-pay").taps_on(she.page.locator("main form button.primary").first)
    she.looks("cashier").taps_on(she.page.locator("main form button.primary"))
    she.page.wait_for_url(re.compile(r"/my/orders/[0-9a-f-]{36}$"))
    keeper.goes(order.replace("/my/", "/trade/")).sends("It is done")
    effort.note("W-M2", "shop keeper", "takes it and says that it is done", keeper, clock.seconds, "", since)  # fmt: skip
    she.goes(order).looks("rate").taps_on(she.page.locator("label", has=she.page.locator("input[name=stars][value='5']")))  # fmt: skip
    she.taps_on("Confirm and rate").looks("closed")
    keeper.goes("/trade/orders").looks("subsidy")
    clerk.goes(shop).looks("owed")
