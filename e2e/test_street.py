"""W-S1 and W-S2: the street office splits, dispatches and grants time."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e import desk, resident
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock

GRID = "990101001004002"
Camera = Callable[..., Path]
Quiet = Callable[[str], tuple[float, float]]


@pytest.mark.covers("W-S1", "S0-36")
def test_one_unclear_case_becomes_two_and_goes_to_department_and_property(
    quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    place = quiet(GRID)
    hotline = meet("sq04")
    number = desk.records(
        hotline, "06010", "门口垃圾没人清，三号楼电梯也坏了", camera("rubbish", 41, place=place)
    )
    office = meet("jd01")
    office.goes("/desk/inbox").sees("To accept").looks("inbox")
    desk.opens(office, number)
    since, clock = office.effort(), Clock()

    # Two troubles: the lift gets a case of its own.
    desk.act(office, "Split")
    office.types(office.page.locator("#act [name=text]"), "三号楼电梯坏了")
    lift = office.page.locator(
        "#act #matters label", has=office.page.locator("input[value='01076']")
    )
    lift.wait_for()
    office.ticks(lift).looks("split")
    desk.send(office).sees("Split off").looks("related")
    second = office.page.locator(".rows li", has_text=re.compile("电梯")).first.locator("a").first

    # The first goes to the department, with its limits on the working calendar.
    office.taps_on("Accept").sees("Awaiting dispatch")
    desk.act(office, "Dispatch")
    office.page.locator("#act details.why summary").first.click()
    office.looks("limits")
    counted = office.page.locator("#act details.why li").first.inner_text()
    assert re.search(r"\d", counted)
    assert office.page.locator("#act .until time, #act .until strong").count() >= 2
    while office.page.locator("#act input[name=assists]:checked:visible").count():
        office.page.locator("#act input[name=assists]:checked:visible").first.uncheck()
    desk.send(office).sees("Awaiting signature")
    first_unit = desk.dispatched_to(office)
    assert desk.login_of(first_unit).startswith("bm")

    # The second goes to the property company.
    office.taps_on(second).sees("Split off from")
    office.taps_on("Accept").sees("Awaiting dispatch")
    desk.act(office, "Dispatch")
    chosen = office.page.locator("#act .units li", has_text="物业").first
    if not chosen.count():
        office.types(office.page.locator("#unit-q"), "物业")
        chosen.wait_for()
    firm = chosen.locator("strong").first.inner_text()
    office.ticks(chosen.locator("input[name=lead]"))
    while office.page.locator("#act input[name=assists]:checked:visible").count():
        office.page.locator("#act input[name=assists]:checked:visible").first.uncheck()
    office.looks("property")
    desk.send(office).sees("Awaiting signature")
    assert desk.dispatched_to(office) == firm
    effort.note(
        "W-S1",
        "street office",
        "splits one case, dispatches both",
        office,
        clock.seconds,
        "1 sentence",
        since,
    )

    # Each of them has its own and not the other's.
    property_company = meet(desk.login_of(firm))
    property_company.goes(f"/desk/cases?q={number}").sees_not(number).looks("not-theirs")
    department = meet(desk.login_of(first_unit))
    desk.opens(department, number).sees("Sign for")


@pytest.mark.covers("W-S2", "S0-36")
def test_of_two_more_days_one_is_granted_and_the_reporter_is_told(
    quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    she = meet(phone=True, called="she")
    resident.to_the_matter(she, camera("pothole", 51, place=quiet(GRID)))
    she.page.locator("details.elsewhere > summary").click()
    she.page.locator("details.major", has=she.page.locator("button[value='06013']")).locator(
        "summary"
    ).click()
    she.taps_on(she.page.locator("details.major button[value='06013']"))
    if "/near" in she.page.url:
        she.taps_on("No, it is something else")
    number = resident.sends(she)
    receipt = resident.receipt(she)

    office = desk.opens(meet("jd01"), number)
    office.taps_on("Accept").sees("Awaiting dispatch")
    unit = meet(desk.login_of(desk.dispatch(office)))
    desk.opens(unit, number).taps_on("Sign for").sees("In hand")
    before = she.goes(receipt).page.locator(".clock-main time").first.get_attribute("datetime")

    # They ask for two more days, with a photo.
    since, clock = unit.effort(), Clock()
    desk.act(unit, "Ask for more time")
    unit.ticks(unit.page.locator("#act input[name=amount][value='2']"))
    unit.ticks(unit.page.locator("#act input[name=reason][value='large_works']"))
    unit.types(unit.page.locator("#act textarea[name=note]"), "路基塌陷，需要分层回填")
    unit.photographs(camera("pothole", 52, place=quiet(GRID)), into="#act input[type=file]").looks(
        "asks"
    )
    desk.send(unit).sees("More time was asked for")
    effort.note(
        "W-S2",
        "department",
        "asks for two more days, with a photo",
        unit,
        clock.seconds,
        "1 sentence",
        since,
    )

    # The desk grants one of them.
    desk.opens(office, number).looks("asked")
    since, clock = office.effort(), Clock()
    desk.act(office, "Grant more time")
    office.ticks(office.page.locator("#act input[name=amount][value='1']")).looks("grants")
    desk.send(office).sees("More time was granted")
    effort.note(
        "W-S2", "street office", "grants one of two days", office, clock.seconds, "0 typed", since
    )

    # The reporter reads the new time.
    after = she.goes(receipt).page.locator(".clock-main time").first.get_attribute("datetime")
    she.sees("More time was granted").looks("new-time")
    assert before is not None
    assert after is not None
    assert after > before
