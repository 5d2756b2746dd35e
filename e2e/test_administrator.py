"""W-A1: an administrator opens a county: its list, its grids, its people."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from shapely import box, unary_union
from shapely.geometry import mapping

from e2e.conftest import ROLL, Meet
from e2e.effort import Effort
from e2e.living import Living
from e2e.person import Clock, Person

STREET, COMMUNITY = "990101009", "990101009001"
GRIDS = (f"{COMMUNITY}001", f"{COMMUNITY}002")


def sheet(file: Path, *rows: tuple[str, ...]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    file.write_text(out.getvalue(), "utf-8-sig")
    return file


def beside(county: Living) -> Any:
    """A square kilometre east of all that is drawn."""
    _west, south, east, _north = _bounds(county)
    return box(east + 0.02, south, east + 0.03, south + 0.01)


def _bounds(county: Living) -> tuple[float, float, float, float]:
    corners = [outline.bounds for outline in county.grids.values()]
    return (
        min(one[0] for one in corners), min(one[1] for one in corners),
        max(one[2] for one in corners), max(one[3] for one in corners),
    )  # fmt: skip


def uploads(person: Person, file: Path) -> Person:
    person.page.locator("[name=file]").set_input_files(str(file))
    person.taps += 1
    return person


def written(person: Person) -> Person:
    """Check the chosen file, write its good rows, wait until they stand."""
    person.taps_on("Upload and check")
    person.taps_on(person.page.locator("form[action$='/writing'] button.primary"))
    person.page.locator(".notice.done").first.wait_for()
    return person


def outline(person: Person, code: str, drawn: Any) -> Person:
    """Give an area its outline as text, as somebody does who has it from the survey office."""
    person.goes(f"/desk/areas/{code}/outline")
    written = person.page.locator("[name=outline]")
    if not written.is_visible():
        person.page.locator("details", has=written).locator("summary").click()
    written.fill(json.dumps(mapping(drawn)))
    return person.taps_on("Save outline")


def draws(person: Person, code: str, *corners: tuple[float, float]) -> Person:
    """Press the corners on the map, given as parts of its width and height."""
    person.goes(f"/desk/areas/{code}/outline")
    canvas = person.page.locator("canvas").first
    canvas.wait_for()
    person.page.wait_for_timeout(600)
    person.page.locator(".editor-tools button").nth(2).click()  # begin anew
    frame = canvas.bounding_box()
    assert frame
    for x, y in corners:
        person.page.mouse.click(frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y)
        person.taps += 1
        person.page.wait_for_timeout(120)
    return person


@pytest.mark.covers("W-A1", "S0-16", "S0-32")
def test_a_county_is_opened_from_its_list_with_grids_drawn_and_accounts_by_template(
    county: Living, meet: Meet, effort: Effort, tmp_path: Path
) -> None:
    admin, clock = meet("xt01"), Clock()

    # The published list: a street, its community, two grids. Once more changes nothing.
    rows = [
        ("code", "name", "name_en"),
        (STREET, "新设街道", "New Street"),
        (COMMUNITY, "新设社区", "New Community"),
    ]
    rows += [(code, f"第{n}网格", f"Grid {n}") for n, code in enumerate(GRIDS, 1)]
    published = sheet(tmp_path / "list.csv", *rows)
    admin.goes("/desk/areas/990101").taps_on("Import a published list").looks("list")
    uploads(admin, published).taps_on("Import").sees("Imported").looks("imported")
    uploads(admin, published).taps_on("Import").sees("As before")
    counts = [int(text) for text in admin.page.locator(".notice.done dd").all_inner_texts()]
    assert counts == [0, 0, 0, 4]

    # A row that is wrong stops all of it, with its number.
    uploads(admin, sheet(tmp_path / "bad.csv", rows[0], ("99010101", "八位", ""))).taps_on("Import")
    admin.sees("Nothing was imported. Please mend these rows:").looks("faults")

    # Two grids are drawn: the second over the first is refused, and beside it is fine.
    whole = beside(county)
    west, south, east, north = whole.bounds
    middle = (west + east) / 2
    right = box(middle, south, east, north)
    wider = unary_union([*county.grids.values(), whole]).convex_hull.buffer(0.001)
    for code, drawn in (("990101", wider), (STREET, whole), (COMMUNITY, whole)):
        outline(admin, code, drawn).sees("The outline was saved.")
    # One grid with the finger on the map (it opens on the community), the other from the survey's file.
    draws(admin, GRIDS[0], (0.44, 0.4), (0.5, 0.4), (0.5, 0.6), (0.44, 0.6)).looks("drawing")
    admin.taps_on("Save outline").sees("The outline was saved.").looks("first-grid")
    outline(admin, GRIDS[1], whole)
    assert re.search(r"m²|平方米", admin.page.locator("main").inner_text())
    admin.looks("overlap-refused")
    assert "/outline" in admin.page.url
    outline(admin, GRIDS[1], right).sees("The outline was saved.")
    admin.goes(f"/desk/areas/{COMMUNITY}").page.locator("canvas").first.wait_for()
    admin.looks("drawn")

    # Accounts by one list: opened by one administrator, posted by another.
    people = sheet(
        tmp_path / "people.csv",
        ("登录名", "姓名", "电话", "岗位", "区划代码或单位名称"),
        (f"new-{ROLL}-1", "试验甲", "10000000001", "网格员", GRIDS[0]),
        (f"new-{ROLL}-2", "试验乙", "10000000002", "网格员", GRIDS[1]),
    )
    admin.goes("/desk/people").looks("people")
    written(uploads(admin, people)).looks("written")
    admin.taps_on("Show the passwords").sees(re.compile(f"new-{ROLL}-1"))
    passwords = admin.page.locator("table tbody tr td:last-child").all_inner_texts()
    admin.looks("opened")
    security = meet("aq01")
    security.goes("/desk/people")
    written(uploads(security, people)).looks("posted")
    row = effort.note(
        "W-A1",
        "administrator",
        "list, four outlines, two accounts",
        admin,
        clock.seconds,
        "< 30 min",
    )
    assert (row.hand + row.machine) / 60 < 30
    assert len(set(passwords)) == 2

    # The new worker comes in, must choose a password of their own, and has one grid.
    worker = meet(called="worker", phone=True)
    worker.goes("/sign-in?as=staff")
    worker.page.locator("[name=login]").first.fill(f"new-{ROLL}-1")
    worker.page.locator("[type=password]").first.fill(passwords[0].strip())
    worker.taps_on(worker.page.locator("form.card button.primary")).page.wait_for_url(
        "**/sign-in/password"
    )
    worker.looks("own-password")

    # A grid worker cannot draw or import.
    stranger = meet("wg01")
    stranger.goes(f"/desk/areas/{GRIDS[0]}/outline").sees_not("Save outline")
    stranger.goes("/desk/areas/990101/list").sees("Lists are imported by a system administrator.")
    assert stranger.page.locator("[name=file]").count() == 0
