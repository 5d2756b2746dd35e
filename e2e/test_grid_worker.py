"""W-G2 and W-G3: a grid worker solves bulky rubbish on the spot; reports a smell of gas and stays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from e2e import desk, resident
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock

GRID, WORKER = "990101001003001", "wg11"
Camera = Callable[..., Path]
Quiet = Callable[[str], tuple[float, float]]


@pytest.mark.covers("W-G2", "S0-34")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_bulky_rubbish_is_solved_on_the_spot_in_under_a_minute_and_counted(
    lang: str, quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    place = quiet(GRID)
    she = meet(WORKER, phone=True, lang=lang)
    she.goes("/desk").look_around()
    since, clock = she.effort(), Clock()
    she.taps_on(she.page.locator(".bottombar a[href='/desk/report']"))
    she.photographs(camera("sofa", len(lang), place=place), into="#id_photos")
    she.ticks(she.page.locator("#matters label").first)
    she.ticks("I have solved it on the spot")

    she.photographs(
        camera("sofa", 20 + len(lang), after=True, place=place), into="#id_after"
    ).looks("report")
    number = desk.sent(she)
    cost = effort.note(
        "W-G2",
        "grid worker",
        "solves it on the spot, two photos",
        she,
        clock.seconds,
        "≤ 60 s, 0 typed",
        since,
    )
    she.sees("Solved on the spot").looks("closed")
    assert cost.typed == 0
    assert cost.hand + cost.machine <= 60

    # It is counted, and nobody has to do anything about it.
    office = meet("jd01", lang=lang)
    office.goes(f"/desk/cases?show=self_handled&q={number}").sees(number).looks("counted")
    office.goes("/desk/inbox").sees_not(number)


@pytest.mark.covers("W-G3", "S0-33")
def test_a_smell_of_gas_is_told_to_street_and_company_within_a_minute_and_she_adds_photos(
    quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    lon, lat = quiet(GRID)
    she, clock = meet(WORKER, phone=True), Clock()
    since = she.effort()
    she.goes("/desk/report").photographs(camera("lift", 31, place=(lon, lat)), into="#id_photos")
    she.types(she.page.locator("#id_text"), "3号楼楼道有很浓的煤气味")
    she.page.locator("#matters input[value='10999']").wait_for()
    she.ticks(
        she.page.locator("#matters label", has=she.page.locator("input[value='10999']"))
    ).looks("gas")
    number = desk.sent(she)
    effort.note("W-G3", "grid worker", "reports a smell of gas", she, clock.seconds, "", since)
    she.sees("Danger to life").looks("urgent")

    street, company = meet("jd01", phone=True), meet(desk.logins("gas")[0], phone=True)
    assert "燃气" in desk.told(street, number, 60 - clock.seconds)
    assert "燃气" in desk.told(company, number, 60 - clock.seconds)
    assert clock.seconds < 60
    street.looks("told")

    # She stays as a witness and adds what she sees.
    since = she.effort()
    desk.act(she, "Add a note or photos")
    she.photographs(camera("wire", 32, place=(lon, lat)), into="#act input[type=file]").looks(
        "witness"
    )
    desk.send(she).sees("More was told")
    effort.note("W-G3", "grid worker", "adds a photo while she waits", she, 0, "", since)

    # Another grid's worker sees nothing of it.
    stranger = meet("wg40", phone=True)
    stranger.goes(f"/desk/cases?q={number}").sees_not(number)
    stranger.goes(she.page.url.removeprefix(she.origin))
    assert number not in stranger.reads()


@pytest.mark.covers("W-G3", "S0-33")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_resident_who_smells_gas_is_stopped_and_calls_first(
    lang: str, quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    she = resident.to_the_matter(meet(phone=True, lang=lang), camera("lift", 33, place=quiet(GRID)))
    she.types(
        she.page.locator("#id_text"),
        "楼道里有煤气味" if lang != "en" else "I smell gas on the stairs",
    )
    chip = she.page.locator("#proposals button[value='10999']")
    chip.wait_for()
    she.looks("warned").taps_on(chip)
    she.sees("This may be a gas leak: leave first, then telephone").looks("stop")
    assert she.page.locator("a[href='tel:119']").first.bounding_box()["height"] >= 60  # type: ignore[index]
    she.taps_on("I have called: also report it")
    number = resident.sends(she)
    she.looks("sent")
    effort.note(
        "W-G3",
        "resident",
        f"reports a smell of gas ({lang[:2]})",
        she,
        0,
        "stopped before it is sent",
    )
    assert "燃气" in desk.told(meet(desk.logins("gas")[0]), number)
