"""W-D1 and W-D2: a department returns what is not its own, and shows what it has done."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e import desk
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock, Person

GRID = "990101001001003"
Camera = Callable[..., Path]
Quiet = Callable[[str], tuple[float, float]]


def returns(unit: Person, number: str) -> Person:
    """Back to the desk, with the rule and whose it is."""
    desk.opens(unit, number)
    desk.act(unit, "Return")
    unit.ticks(unit.page.locator("#act input[name=reason][value='not_our_duty']"))
    unit.types(unit.page.locator("#act textarea[name=note]"), "职责清单第12条：背街小巷由镇街负责")
    unit.types(unit.page.locator("#unit-q"), "锦川街道办事处")
    unit.ticks(
        unit.page.locator("#act .units li", has_text="锦川街道办事处").locator(
            "input[name=suggested]"
        )
    ).looks("return")
    return unit


@pytest.mark.covers("W-D1", "S0-36")
def test_what_is_not_theirs_goes_back_with_rule_and_owner_and_the_third_time_to_arbitration(
    quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    office = meet("jd01")
    number = desk.records(
        office, "06013", "小区外路面塌陷", camera("pothole", 61, place=quiet(GRID))
    )
    desk.opens(office, number).taps_on("Accept").sees("Awaiting dispatch")
    for turn in (1, 2, 3):
        desk.opens(office, number)
        unit = meet(desk.login_of(desk.dispatch(office)), called=f"return{turn}")
        since, clock = unit.effort(), Clock()
        returns(unit, number)
        desk.send(unit)
        if turn == 1:
            effort.note(
                "W-D1",
                "department",
                "returns it with rule and owner",
                unit,
                clock.seconds,
                "1 sentence, 1 name",
                since,
            )
            desk.opens(office, number).sees("职责清单第12条：背街小巷由镇街负责").sees(
                re.compile("锦川街道办事处")
            ).looks("returned")
    desk.opens(office, number).sees("Awaiting arbitration").looks("arbitration")

    # The county settles it; what it says is binding.
    county = desk.opens(meet("zh01"), number)
    since, clock = county.effort(), Clock()
    desk.act(county, "Arbitrate")
    county.types(
        county.page.locator("#act textarea[name=note]"), "按市政道路维护分工，由市政工程处负责"
    ).looks("settles")
    desk.send(county).sees("Awaiting signature")
    effort.note("W-D1", "county", "settles whose it is", county, clock.seconds, "1 sentence", since)


@pytest.mark.covers("W-D2", "S0-36")
def test_the_work_is_shown_with_a_photo_of_today_and_a_used_one_is_refused(
    quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    office, used = meet("jd01"), camera("rubbish", 71, after=True)
    done = desk.records(office, "06010", "垃圾没清", camera("rubbish", 72, place=quiet(GRID)))
    desk.opens(office, done).taps_on("Accept").sees("Awaiting dispatch")
    unit = meet(desk.login_of(desk.dispatch(office)))
    desk.handled(unit, done, "已清理", used)

    number = desk.records(office, "06010", "又有垃圾", camera("rubbish", 73, place=quiet(GRID)))
    desk.opens(office, number).taps_on("Accept").sees("Awaiting dispatch")
    assert desk.login_of(desk.dispatch(office)) in unit.name
    desk.opens(unit, number).taps_on("Sign for").sees("In hand")
    since, clock = unit.effort(), Clock()
    desk.act(unit, "Feed back")
    unit.photographs(used, into="#act input[type=file]")
    unit.types(unit.page.locator("#act textarea[name=note]"), "已清理")
    unit.taps_on(unit.page.locator("#act form button.primary"))
    unit.sees(done).looks("reused")  # refused, and by which case it was used
    desk.opens(unit, number).sees("In hand")

    # The photo of this work is taken.
    desk.does(unit, "Feed back", "已清理", camera("rubbish", 74, after=True)).sees(
        "Awaiting check"
    ).looks("shown")
    effort.note(
        "W-D2",
        "department",
        "feeds back, after a reused photo was refused",
        unit,
        clock.seconds,
        "1 sentence",
        since,
    )
