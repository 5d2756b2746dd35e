"""The restricted register: opened for a purpose, each look kept, on no other page."""

import re

import pytest
from playwright.sync_api import expect

from e2e.conftest import Meet


@pytest.mark.covers("S4-08")
def test_a_restricted_record_is_looked_at_for_a_purpose_and_stands_nowhere_else(meet: Meet) -> None:
    viewer = meet("sj01")
    viewer.goes("/desk/registry/restricted").looks("numbers")
    viewer.taps_on(viewer.page.locator("main .rows a").first)
    shown = "安置帮教通知书"
    viewer.sees_not(re.compile(shown)).looks("asked")
    viewer.ticks(viewer.page.locator("[name=purpose][value=emergency]"))
    viewer.sends(viewer.page.locator("main form button.primary").first)
    viewer.sees(re.compile(shown)).looks("shown")
    who = viewer.page.locator("main a[href*='/desk/registry/people/']").first
    expect(who).to_be_visible()
    name = str(who.get_attribute("href"))
    # The look stands written down; coming back shows nothing.
    viewer.goes(viewer.page.url.removeprefix(viewer.origin)).sees_not(re.compile(shown))
    viewer.sees("Emergency").looks("who-looked")
    # Not on the person's page, not in the list, the map, the screen; to others the register is not there.
    for page in (name, "/desk/registry", "/desk/map", "/screen"):
        viewer.goes(page)
        assert not re.search(f"{shown}|刑满|安置帮教", viewer.page.content()), page
    other = meet("zh02")
    other.goes("/desk/registry/restricted")
    assert not re.search(f"{shown}|刑满", other.page.content())
