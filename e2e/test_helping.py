"""W-R3: under an authority a daughter orders a service, reports a repair, pays a bill for her mother; her mother reads what was done."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock, Person

Camera = Callable[..., Path]
# The mother's telephone, the daughter's login, the clerk of the mother's community.
FAMILIES = {"zh-hans": ("10000000012", "r000104", "sq03", True), "en": ("10000000015", "r000105", "sq04", False)}  # fmt: skip
ERRANDS = ("living.orders", "living.repairs", "living.bills", "living.parcels")


@pytest.mark.covers("W-R3", "S0-64", "S0-93")
@pytest.mark.parametrize("lang", ["zh-hans", "en"], ids=["phone-zh", "desk-en"])
def test_a_daughter_reports_and_pays_for_her_mother(lang: str, meet: Meet, effort: Effort) -> None:
    mother, login, desk, phone = FAMILIES[lang]
    keeper = meet("xt01", lang=lang, called="outbox")
    telephone = f"100{int(login[1:]):08d}"
    she = register.comes_in(meet(phone=phone, lang=lang, called="daughter"), telephone, keeper)
    she.goes("/my/record")
    name = she.page.locator(".own-record li strong").first.inner_text()
    _agreed(meet(desk, lang=lang, called="clerk"), mother, name, telephone)

    she.goes("/my/mandates").sees("You may act for").looks("agreed")
    pages = {key: she.page.locator(f"a.button[href*='/my/{key.split('.')[1]}/for/']").first.get_attribute("href") or "" for key in ERRANDS}  # fmt: skip
    assert all(pages.values())
    since, clock = she.effort(), Clock()
    she.goes(pages["living.repairs"]).looks("repairs")
    she.taps_on(she.page.locator("label.pick:has([name=kind])").first)
    she.taps_on("Send the order").page.wait_for_url(re.compile(r"/my/repairs/for/[0-9a-f-]{36}/[0-9a-f-]{36}$"))  # fmt: skip
    she.looks("reported")
    effort.note("W-R3", "family", f"reports a repair for her mother ({lang[:2]})", she, clock.seconds, "≤ 3 taps, 0 typed", since)  # fmt: skip
    she.goes(pages["living.parcels"]).looks("parcels").goes(pages["living.orders"]).looks("orders")
    she.goes(pages["living.bills"]).looks("bills")

    she_reads = register.comes_in(meet(phone=True, lang=lang, called="mother"), mother, keeper)
    she_reads.goes("/my/mandates").looks("deeds")
    expect(she_reads.page.locator("a[href^='/my/repairs/']").first).to_be_visible()

    she.goes("/my/mandates").taps_on("End the mandate")
    register.agrees(she).sees("Ended.")
    for where in pages.values():
        assert she.page.request.get(she.origin + where).status == 404


def _agreed(clerk: Person, mother: str, name: str, telephone: str) -> None:
    """At the counter, as said aloud."""
    clerk.goes("/desk/reception").types(clerk.page.locator("#id_who"), mother).taps_on("Find")
    clerk.taps_on(clerk.page.locator(".lines a").first).taps_on("Authority")
    clerk.types(clerk.page.locator("[name=name]"), name)
    clerk.types(clerk.page.locator("[name=telephone]"), telephone)
    fold = clerk.page.locator("details", has=clerk.page.locator("[value='living.bills']"))
    clerk.taps_on(fold.locator("summary"))
    for key in ERRANDS:
        clerk.ticks(clerk.page.locator(f"[name=guides][value='{key}']"))
    clerk.ticks(clerk.page.locator("[name=way][value=voice]"))
    clerk.looks("filled").sends("Record it").sees("Recorded. Both can end it at any time.")
