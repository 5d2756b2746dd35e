"""W-R1: a resident reports without an account, joins neighbours, sees the work, says that it is not solved."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e import desk, resident
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock

GRID = "990101001002003"
Camera = Callable[..., Path]
Quiet = Callable[[str], tuple[float, float]]


@pytest.mark.covers("W-R1", "S0-33", "S0-34")
def test_a_trouble_that_neighbours_reported_is_joined_handled_and_opened_again(
    quiet: Quiet, meet: Meet, camera: Camera, effort: Effort
) -> None:
    lon, lat = quiet(GRID)

    # A neighbour is the first. Nothing is typed.
    first, clock = meet(phone=True, called="first"), Clock()
    resident.to_the_matter(first, camera("rubbish", 11, place=(lon, lat)))
    key, matter = resident.offered(first)[0]
    first.looks("matter")
    resident.picks(first, key)
    number = resident.sends(first)
    first.looks("sent")
    cost = effort.note(
        "W-R1", "resident", "a new report, with a photo", first, clock.seconds, "≤ 6 taps, 0 typed"
    )
    assert (cost.taps <= 6, cost.typed) == (True, 0)

    # A second neighbour, in English, some metres on: joins.
    second = meet(phone=True, lang="en", called="second")
    resident.picks(
        resident.to_the_matter(second, camera("rubbish", 12, place=(lon + 0.0002, lat))), key
    )
    assert resident.neighbours(second) == 1
    second.taps_on("Yes, this one: add mine")
    assert resident.sends(second) == number

    # She sees two of them and adds hers.
    she, clock = meet(phone=True, called="she"), Clock()
    resident.picks(
        resident.to_the_matter(she, camera("rubbish", 13, place=(lon, lat + 0.0002))), key
    )
    assert resident.neighbours(she.looks("near")) == 2
    she.taps_on("Yes, this one: add mine")
    assert resident.sends(she) == number
    she.sees("Yours is added. Thank you.").sees("Expected to be handled by").looks("joined")
    cost = effort.note(
        "W-R1",
        "resident",
        "adds hers to what neighbours reported",
        she,
        clock.seconds,
        "≤ 7 taps, 0 typed",
    )
    assert (cost.taps <= 7, cost.typed) == (True, 0)
    her_receipt = resident.receipt(she)

    # Another one has another trouble at the same place: creates.
    other = meet(phone=True, called="other")
    resident.to_the_matter(other, camera("lamp", 14, place=(lon, lat)))
    different = next(one for one, _name in resident.offered(other) if one != key)
    resident.picks(other, different)
    assert resident.sends(other) != number

    # The desk accepts and dispatches; the unit does it and shows it; somebody else checks it.
    office = desk.opens(meet("jd01"), number)
    office.looks("new")
    since, clock = office.effort(), Clock()
    office.taps_on("Accept").sees("Awaiting dispatch")
    lead = desk.dispatch(office)
    effort.note(
        "W-R1",
        "street office",
        "accepts and dispatches as proposed",
        office,
        clock.seconds,
        since=since,
    )
    unit = meet(desk.login_of(lead))
    desk.handled(
        unit, number, "垃圾已清运，地面已冲洗", camera("rubbish", 15, after=True, place=(lon, lat))
    )
    assert (
        unit.page.locator("main .photos img, main figure img").count() >= 3
    )  # theirs, and what neighbours sent
    checker = desk.opens(meet("wg08", phone=True), number)
    desk.act(checker, "Passed, close").ticks("Yes: close it").looks("check")
    desk.send(checker).looks("closed")

    # A stranger sees the matter and its end, and nothing of who said it, nor their photo.
    stranger = meet(phone=True, called="stranger")
    stranger.goes(f"/cases/{number}").sees(matter).looks("stranger")
    said = stranger.reads()
    assert "1001" not in said
    assert stranger.page.locator("main img").count() == 0

    # She sees before and after, and says that it is not solved.
    she.goes(her_receipt).sees("Before").sees("After").looks("before-and-after")
    since = she.effort()
    she.taps_on("No, it is not solved")
    she.ticks(she.page.locator("input[name=reason][value=partly]")).looks("unsolved")
    she.taps_on("Open it again").sees("Not solved, opened again").looks("reopened")
    effort.note(
        "W-R1", "resident", "says that it is not solved", she, 0, "≤ 3 taps, 0 typed", since
    )
    desk.opens(office, number).sees("Awaiting dispatch").sees(re.compile("只处理了一部分")).looks(
        "reopened"
    )
