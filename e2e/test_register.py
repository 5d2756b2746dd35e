"""W-G6: a grid changes hands."""

import pytest
from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.person import Person

# By language, so that the stories do not meet: who leaves a grid, who takes it over.
HANDS = {"zh-hans": ("wg60", "wg59", "990101003004005"), "en": ("wg58", "wg57", "990101003004003")}


def agrees(person: Person) -> Person:
    """Yes to what the page asked in words."""
    person.page.locator("dialog[open] [data-yes]").click()
    person.taps += 1
    person.page.wait_for_load_state("load")
    return person


@pytest.mark.covers("W-G6", "S3-17")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_grid_changes_hands_and_its_new_keeper_reads_ten_things_first(
    lang: str, meet: Meet
) -> None:
    leaves, follows, grid = HANDS[lang]
    page = f"/desk/registry/grids/{grid}"
    former = meet(leaves, lang=lang)
    former.goes(page)
    expect(former.page.locator("ol.ten > li")).to_have_count(10)

    office = meet("aq01", lang=lang)
    office.goes(f"/desk/postings?q={leaves}")
    office.page.locator("tbody input[name=row]").first.check()
    office.taps_on("End posting")
    agrees(office).looks("ended")
    office.goes("/desk/postings/new")
    office.types(office.page.locator("[name=login]"), follows)
    office.page.locator("[name=post]").select_option("grid_worker")
    office.types(office.page.locator("[name=area]"), grid)
    office.looks("posts").taps_on("Give the post").looks("posted")

    # The one who left is refused at once, with the page still open.
    former.goes(page)
    expect(former.page.locator("ol.ten")).to_have_count(0)
    former.looks("refused")

    she = meet(follows, phone=True, lang=lang)
    she.goes("/desk").sees("You took over").looks("took-over")
    she.taps_on(she.page.locator(f"a[href='{page}']").first)
    she.sees(
        "You took this grid over lately. Read this page first; it is always up to date."
    ).looks("ten-things")
    expect(she.page.locator("ol.ten > li")).to_have_count(10)
    desk = meet(follows, lang=lang, called="successor")
    desk.goes(page).looks("ten-things")
    desk.goes("/desk/registry/coverage").looks("coverage")
