"""W-C2: a bedridden man applies at home, hears what was written and what was decided, and puts his thumb on the glass."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock, Person
from e2e.test_affairs import pressed

Camera = Callable[..., Path]
MATTER = "minimum-living-allowance"
WHO = {"zh-hans": "10000000426", "en": "10000000246"}


def ticks_folded(clerk: Person, key: str) -> None:
    """A matter in its fold."""
    box = clerk.page.locator(f"[name=guides][value={key}]")
    fold = box.locator("xpath=ancestor::details[1]")
    if fold.get_attribute("open") is None:
        clerk.taps_on(fold.locator("summary"))
    clerk.ticks(box)


def puts_a_thumb(clerk: Person) -> None:
    glass = clerk.page.locator("canvas.glass")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = clerk.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 20, y + 12, steps=4)
    mouse.up()
    clerk.taps += 1
    expect(glass).to_have_attribute("data-marks", "1")


def heard(clerk: Person, of: str) -> None:
    """Read aloud, confirmed with a thumb."""
    clerk.taps_on(f"Read the {of} aloud").looks(f"before-{of}").sends("Show it and read it aloud")
    clerk.ticks(clerk.page.locator("[name=way][value=mark]"))
    puts_a_thumb(clerk)
    clerk.types(clerk.page.locator("[name=present]"), "本人、邻居")
    clerk.looks(f"heard-{of}").sends("Keep the confirmation")
    clerk.sees("Kept: what was read, who was there, and how they agreed.")


@pytest.mark.covers("W-C2", "S0-64", "S2-17", "S0-94")
@pytest.mark.parametrize(("lang", "phone"), [("zh-hans", True), ("en", False)], ids=["phone-zh", "desk-en"])  # fmt: skip
def test_a_bedridden_man_is_served_at_home_from_the_authority_to_the_result(
    meet: Meet, camera: Camera, effort: Effort, lang: str, phone: bool
) -> None:
    clerk, clock = meet("sq02", lang=lang, phone=phone), Clock()
    since = clerk.effort()
    clerk.goes("/desk/reception").types(clerk.page.locator("#id_who"), WHO[lang]).taps_on("Find")
    man = clerk.page.locator(".lines a[href*='/people/']").first.get_attribute("href") or ""
    # Ordered by telephone, for a time the hall has free.
    clerk.goes(f"{man}/home-visit")
    ticks_folded(clerk, MATTER)
    clerk.types(clerk.page.locator("[name=telephone]"), "10000004466")
    clerk.types(clerk.page.locator("[name=note]"), "卧床，请敲门等一会儿")
    clerk.looks("order").sends("Order the visit")
    clerk.looks("ordered").sends("Send them").sees("Kept.")
    clerk.sends("Show address and telephone").sees("10000004466").looks("where-to")
    clerk.ticks(clerk.page.locator("[name=reached][value=yes]"))
    clerk.sends(clerk.page.locator("form[action$='/phoning'] button")).looks("named")
    visit = clerk.page.url.removeprefix(clerk.origin)
    # At his bed: the authority with a photo, then the matter.
    clerk.taps_on("Authority").ticks(clerk.page.locator("[name=who][value=window]"))
    ticks_folded(clerk, MATTER)
    clerk.ticks(clerk.page.locator("[name=way][value=photo]"))
    clerk.page.locator("[name=proof]").set_input_files(str(camera("lamp", 41 + phone)))
    clerk.looks("authority").sends("Record it").sees("Recorded. Both can end it at any time.")
    clerk.goes(visit).sends("Begin the matters").looks("at-the-bed")
    clerk.taps_on(clerk.page.locator(f"a.button[href$='/{MATTER}']"))
    for field, text in (("household_size", "1"), ("monthly_income", "400"), ("reason", "卧床，无人照料"), ("bank_number", "6200 0000 0000 0000"), ("telephone", "10000004466")):  # fmt: skip
        asked = clerk.page.locator(f"[name={field}]")
        if asked.count() and asked.first.is_visible() and not asked.first.input_value():
            clerk.types(asked.first, text)
    clerk.looks("form").taps_on("Continue").sees("Check before you send")
    clerk.sends("Record it")
    clerk.goes(visit).taps_on(clerk.page.locator("main a[href^='/desk/applications/']").first)
    clerk.sees(re.compile("帮办代办|Handled on behalf by|代办"))
    row = clerk.page.url.removeprefix(clerk.origin)
    heard(clerk, "form")
    clerk.goes(visit).ticks(clerk.page.locator("[name=outcome][value=done]"))
    clerk.types(clerk.page.locator("form[action$='/ending'] [name=note]"), "已在床前办理")
    clerk.sends("Close the visit").sees("Kept.").looks("closed")
    # Behind the window, then home again with the result.
    clerk.goes(row).taps_on("Accept")
    clerk.page.locator("[name=seen]").first.wait_for()
    for box in clerk.page.locator("[name=seen]").all():
        clerk.ticks(box)
    clerk.sends(clerk.page.locator("form .acts button").first)
    office = meet("bm20", lang=lang)
    office.goes(row).taps_on("Give the opinion").ticks(office.page.locator("[name=agrees][value=yes]"))  # fmt: skip
    office.types(office.page.locator("[name=note]"), "核对无误").sends(office.page.locator("form .acts button").first)  # fmt: skip
    clerk.goes(row)
    pressed(clerk, "Grant").looks("granted")
    heard(clerk, "result")
    clerk.looks("done")
    assert clerk.page.locator("a[href*='/files/']").count() >= 3  # two marks and the paper
    effort.note("W-C2", "window", f"a low-income application at a bed ({lang[:2]})", clerk, clock.seconds, "no trip", since)  # fmt: skip
