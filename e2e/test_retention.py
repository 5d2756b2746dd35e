"""What is over goes at night, unless a hold keeps it: set by one, lifted by another, counted beforehand for who administers."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from e2e import register
from e2e.conftest import ROLL, Meet
from e2e.person import Person

TERM = "/desk/retention/terms/person.telephone"
COUNTY = "990101"


def numbers(admin: Person) -> tuple[int, int]:
    """Rows that go tonight, rows under hold, as the dry run counts them."""
    admin.goes("/desk/retention")
    said = admin.page.locator(".kpis .kpi .value").all_inner_texts()
    found = [int(re.sub(r"\D", "", one)) for one in said if re.search(r"\d", one)]
    return found[0], found[1]


@pytest.mark.covers("S0-91")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_hold_keeps_what_would_go_until_somebody_else_lifts_it(lang: str, meet: Meet) -> None:
    admin = meet("xt01", lang=lang)
    due, held = numbers(admin)
    assert due > 0
    admin.looks("dry-run").goes(TERM)
    rows = admin.page.locator("main tbody tr").count()
    assert rows > 0
    admin.looks("term")

    # A leader sets a hold on the county; the document and the last day are asked for.
    leader = meet("zh02", lang=lang)
    leader.goes("/desk/holds").taps_on("Set a hold on an area")
    leader.types(leader.page.locator("[name=area]"), COUNTY)
    leader.types(
        leader.page.locator("[name=why]"), "行政复议" if lang != "en" else "Administrative review"
    )
    document = f"府复〔2026〕{ROLL}{len(lang)}号"
    leader.types(leader.page.locator("[name=document]"), document)
    until = date.today() + timedelta(days=30)  # noqa: DTZ011 -- as a person reads the calendar
    leader.types(leader.page.locator("[name=until]"), until.isoformat())
    leader.looks("form").taps_on("Set the hold")
    leader.sees("You set this hold, so somebody else has to lift it.").looks("held")
    expect(leader.page.locator("form[action$='/lifting']")).to_have_count(0)

    # The dry run counts it as kept at once.
    now_due, now_held = numbers(admin)
    assert now_due < due
    assert now_held > held
    admin.looks("dry-run-held").goes(f"{TERM}?held=1")
    expect(admin.page.locator("main tbody tr")).to_have_count(rows)

    # Somebody else finds it and lifts it, on the telephone.
    other = meet("zh01", lang=lang, phone=True)
    other.goes("/desk/holds").looks("holds")
    other.taps_on(other.page.locator("main tbody tr", has_text=document).locator("a").first)
    other.types(
        other.page.locator("[name=why]"), "复议结束" if lang != "en" else "The review is over"
    )
    other.looks("lifting").taps_on("Lift it")
    register.agrees(other).sees("The hold is lifted. What is over goes with the next run.")
    other.looks("lifted")
    assert numbers(admin) == (due, held)
