"""W-A2: a limit is changed after a look at last month's cases; it begins next Monday, and can be taken back till then."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock

MATTER = {"zh-hans": "06010", "en": "06011"}  # by language, so that the stories do not meet


@pytest.mark.covers("W-A2", "S0-07")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_limit_is_changed_after_a_look_at_what_it_would_have_meant(
    lang: str, meet: Meet, effort: Effort
) -> None:
    admin, clock = meet("xt01", lang=lang), Clock()
    admin.goes(f"/desk/limits/{MATTER[lang]}")
    admin.taps_on("Revise the limits")
    admin.types(admin.page.locator("tbody input[name*=handle]").first, "1")
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=7 - today.weekday())
    admin.types(admin.page.locator("[name=valid_from]"), monday.isoformat())
    admin.types(admin.page.locator("[name=reason]"), "2026-3")
    admin.sends("Look at what it would have meant")
    expect(admin.page.locator("#effects")).to_be_visible()
    admin.looks("what-if")
    phone = meet("xt01", phone=True, lang=lang, called="what-if-outside")
    phone.goes(f"/desk/limits/{MATTER[lang]}/revision").looks("revision")
    admin.sends("Publish").looks("published")
    expect(admin.page.locator("form[action*='/withdrawal']")).to_have_count(1)
    effort.note("W-A2", "administrator", f"changes a limit after a look at last month ({lang[:2]})", admin, clock.seconds, "1 sentence")  # fmt: skip
    # Not in force yet, so no case has changed: it is taken back, and the county is as it was.
    admin.taps_on(admin.page.locator("form[action*='/withdrawal'] button"))
    register.agrees(admin)
    expect(admin.page.locator("form[action*='/withdrawal']")).to_have_count(0)
