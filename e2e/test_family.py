"""W-R3: at the counter a mother lets her daughter act; the daughter sees just that, applies, notes an absence; then it ends."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock, Person

Camera = Callable[..., Path]
# The mother is looked after by devices; the daughter lives elsewhere. Clerk and grid's board are those of the mother's community.
FAMILIES = {
    "zh-hans": ("10000000012", "r000100", "r000101", "sq03", True),
    "en": ("10000000015", "r000102", "r000103", "sq04", False),
}


@pytest.mark.covers("W-R3", "S0-64", "S0-93")
@pytest.mark.parametrize("lang", ["zh-hans", "en"], ids=["phone-zh", "desk-en"])
def test_a_daughter_does_what_her_mother_let_her_do_and_nothing_else(
    lang: str, meet: Meet, camera: Camera, effort: Effort
) -> None:
    mother, login, other, desk, phone = FAMILIES[lang]
    keeper = meet("xt01", lang=lang, called="outbox")
    telephone = f"100{int(login[1:]):08d}"
    she = register.comes_in(meet(phone=phone, lang=lang, called="daughter"), telephone, keeper)
    she.goes("/my/record")
    name = she.page.locator(".own-record li strong").first.inner_text()
    she.goes("/my/mandates").sees_not("You may act for").looks("nobody")

    clerk = meet(desk, lang=lang, called="clerk")
    called = _agreed(clerk, mother, {"name": name, "telephone": telephone}, camera("lamp", 31 + phone), effort)  # fmt: skip

    # Two things were agreed: two things are offered, and the mother's name stays masked.
    she.goes("/my/mandates").sees("You may act for").looks("agreed")
    card = she.page.locator("section.card", has=she.page.locator("button[name=mandate]")).first
    expect(card.locator("button[name=mandate]")).to_have_count(1)
    errand = card.locator("a.button")
    expect(errand).to_have_count(1)
    where = errand.get_attribute("href") or ""
    since, clock = she.effort(), Clock()
    she.taps_on(card.locator("button[name=mandate]")).looks("photo").taps_on("Continue")
    she.sees("Check before you send").looks("review").taps_on("Apply")
    she.sees("Sent. Keep the number; we tell you of every step.").looks("sent")
    effort.note("W-R3", "family", f"applies for her mother ({lang[:2]})", she, clock.seconds, "≤ 4 taps, 0 typed", since)  # fmt: skip

    she.goes("/my/mandates")
    since, clock = she.effort(), Clock()
    she.taps_on(errand).looks("absence")
    she.types(she.page.locator("[name=until]"), _in_days(she, 7))
    she.sends(she.page.locator("main form button.primary")).sees("Noted").looks("noted")
    effort.note("W-R3", "family", f"notes that her mother is away ({lang[:2]})", she, clock.seconds, "≤ 3 taps, 1 typed", since)  # fmt: skip
    clerk.goes("/desk/vigils").looks("board")
    expect(clerk.page.locator("article", has_text=called).filter(has_text=re.compile("已报备外出|Away by notice|Away until|外出至|外出"))).to_have_count(1)  # fmt: skip

    # A neighbour has no such page; nor has she, when it has ended.
    neighbour = register.comes_in(meet(phone=True, lang=lang, called="neighbour"), f"100{int(other[1:]):08d}", keeper)  # fmt: skip
    for one in (neighbour, she):
        if one is she:
            she.goes("/my/mandates").taps_on("End the mandate")
            register.agrees(she).sees("Ended.").sees_not("You may act for").looks("ended")
        answer = one.page.request.get(one.origin + where)
        assert answer.status == 404


def _agreed(clerk: Person, mother: str, helper: dict[str, str], photo: Path, effort: Effort) -> str:
    """At the counter, by a photo of the paper; what the mother is called on the page."""
    clerk.goes("/desk/reception").types(clerk.page.locator("#id_who"), mother).taps_on("Find")
    clerk.taps_on(clerk.page.locator(".lines a").first)
    since, clock = clerk.effort(), Clock()
    clerk.taps_on("Authority").looks("authority")
    called = clerk.page.locator("h1 .quiet").inner_text().strip()
    for field, text in helper.items():
        clerk.types(clerk.page.locator(f"[name={field}]"), text)
    for key in ("elderly-card", "sensing.away"):
        box = clerk.page.locator(f"[name=guides][value='{key}']")
        clerk.taps_on(clerk.page.locator("details", has=box).locator("summary"))
        clerk.ticks(box)
    clerk.ticks(clerk.page.locator("[name=way][value=photo]"))
    clerk.page.locator("input[type=file][name=proof]").set_input_files(str(photo))
    clerk.looks("filled").sends("Record it").sees("Recorded. Both can end it at any time.")
    effort.note("W-R3", "window", f"records an authority ({clerk.lang[:2]})", clerk, clock.seconds, "", since)  # fmt: skip
    clerk.looks("recorded")
    return called


def _in_days(person: Person, days: int) -> str:
    """A day as its field wants it."""
    found: Any = person.page.evaluate("days => new Date(Date.now() + days * 864e5).toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})", days)  # fmt: skip
    return str(found)
