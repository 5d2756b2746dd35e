"""A terminal in the hall: bound at the desk, large keys, and nothing of a visitor for the next one."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from e2e import eyes, register
from e2e.conftest import Meet
from e2e.person import Person

MARK = "紫藤花开了没有"  # what only this visitor writes
SMALL = """() => [...document.querySelectorAll('a.tile, .button, button, main input:not([type=hidden]), .keypad .key')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 0)
  .map((one) => [one.innerText || one.name, one.getBoundingClientRect().height, parseFloat(getComputedStyle(one).fontSize)])
  .filter(([, height, font]) => height < 79.5 || font < 23.9).map(String)"""
SHOWN = "() => document.body ? document.body.innerText : ''"


def bound(office: Person) -> str:
    """Where the machine starts, as the desk shows it once."""
    office.goes("/desk/terminals").looks("register")
    machine = office.page.locator("form[action$='/pairing'] button").first
    machine.click()
    office.page.locator("dialog[open] [data-yes]").click()
    where = office.page.locator("main code").inner_text()
    office.looks("bound")
    return "/kiosk/at/" + where.split("/kiosk/at/")[1]


def kept(page: Page) -> tuple[set[str], int]:
    names = {str(one.get("name")) for one in page.context.cookies()}
    return names, page.evaluate("() => localStorage.length + sessionStorage.length")


@pytest.fixture
def hall(meet: Meet) -> Callable[..., Person]:
    """Somebody before a machine that was bound."""

    def stand(lang: str = "zh-hans", *, clock: bool = False) -> Person:
        start = bound(meet("jd01", lang=lang))
        she = meet(called="visitor")
        if clock:
            she.page.clock.install()
        she.goes(start).page.wait_for_url("**/kiosk")
        if lang == "en":  # each visit begins in the site's own language
            she.page.get_by_role("link", name="English").click()
            she.page.wait_for_url("**/kiosk?lang=en")
            she.lang = "en"
        return she

    return stand


@pytest.mark.covers("S0-67", "S1-05", "S0-93")
def test_of_a_visitor_nothing_is_left_for_whoever_comes_next(
    hall: Callable[..., Person], meet: Meet
) -> None:
    she = hall()
    she.sees("What do you need?").looks("keys")
    faults = [*she.page.evaluate(SMALL), *eyes.axe(she.page)]
    she.taps_on("How far is it?", part=True)
    she.page.locator(".keypad").wait_for()
    for key in "AC3":
        she.taps_on(she.page.locator(".keypad .key", has_text=re.compile(f"^{key}$")))
    she.taps_on("Erase one")
    expect(she.page.locator("#id_code")).to_have_value("AC")
    faults += [*she.page.evaluate(SMALL), *eyes.axe(she.page)]
    she.looks("code").sends("Look up").sees("Nothing to show for this").looks("not-found")
    she.goes("/ask").types(she.page.locator("main input[name=q]"), MARK)
    she.sends(she.page.locator("main form.search button.primary")).looks("asked")
    faults += eyes.axe(she.page)
    register.comes_in(she, "10000000301", meet("xt01", called="outbox"))
    name = she.looks("in").page.locator("main").inner_text()
    she.goes("/my/applications").goes("/affairs/elderly-card").looks("matter")
    she.goes("/my/cases")
    she.page.evaluate(f"() => {{ localStorage.setItem('draft', '{MARK}'); sessionStorage.setItem('draft', '{MARK}'); }}")  # fmt: skip
    assert name
    she.sends("Finish").sees("What do you need?")
    expect(she.page.locator("html[data-here]")).to_have_count(1)
    cookies, stored = kept(she.page)
    assert cookies <= {"kiosk", "visit", "terminal", "csrftoken"}
    assert stored == 0
    she.looks("next")
    seen = set()
    for _ in range(9):
        she.page.go_back(wait_until="commit")
        expect(she.page.locator("html[data-here]")).to_have_count(1)
        seen.add(she.page.url.removeprefix(she.origin))
        text = str(she.page.evaluate(SHOWN))
        assert MARK not in text
        assert she.page.locator(".kiosk .tile").count(), she.page.url
    assert seen == {"/kiosk"}
    assert not faults, "\n".join(faults)


@pytest.mark.covers("S0-67", "W-R6")
def test_a_machine_asks_before_it_clears_and_more_time_is_one_press(
    hall: Callable[..., Person],
) -> None:
    she = hall("en", clock=True)
    page = she.page
    she.goes("/ask").types(page.locator("main input[name=q]"), "wisteria in bloom")
    dialog = page.locator("dialog#kiosk-time")
    page.clock.run_for(58_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(4_000)
    she.sees("Are you still there?").looks("asks")
    she.taps_on("I need more time")
    expect(dialog).to_be_hidden()
    expect(page.locator("main input[name=q]")).to_have_value("wisteria in bloom")
    page.clock.run_for(62_000)
    expect(dialog).to_be_visible()
    page.clock.run_for(26_000)
    page.wait_for_url("**/kiosk")  # the last two seconds are real ones
    she.lang = "zh-hans"  # the next one finds the site's own language
    she.sees("What do you need?")
    page.go_back()
    expect(page.locator(".kiosk .tile").first).to_be_visible()
    expect(page.locator("main input[name=q]")).to_have_count(0)
