"""W-R5 and W-G6: a resident reads and corrects their own record and sees who looked; a grid changes hands."""

import re

import pytest
from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock, Person

# By language, so that the stories do not meet: a resident of a grid with its keeper; who leaves a grid, who takes it over.
HOMES = {"zh-hans": ("10000000000", "wg01"), "en": ("10000000001", "wg02")}
HANDS = {"zh-hans": ("wg60", "wg59", "990101003004005"), "en": ("wg58", "wg57", "990101003004003")}


def comes_in(resident: Person, telephone: str, keeper: Person) -> Person:
    """By a code that came to the telephone; the demonstration shows what would have been sent."""
    resident.goes("/sign-in?next=/my/record")
    resident.page.locator("input[name=telephone]").first.fill(telephone)
    resident.typed += 1
    resident.page.locator("form.card button.primary").first.click()
    resident.page.wait_for_url(re.compile("code"))
    resident.types(resident.page.locator("input[name=code]"), code_for(keeper))
    resident.page.locator("form.card button.primary").first.click()
    resident.page.wait_for_url(re.compile("/my/record"))
    return resident


def code_for(keeper: Person) -> str:
    """The newest six figures, once the message is out: the administrator of a demonstration sees what would have been sent."""
    for _try in range(40):
        keeper.goes("/desk/outbox")
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", keeper.reads())
        if found:
            return found[1]
        keeper.page.wait_for_timeout(500)
    raise AssertionError("no code in the outbox: " + keeper.reads()[:500])


def agrees(person: Person) -> Person:
    """Yes to what the page asked in words."""
    person.page.locator("dialog[open] [data-yes]").click()
    person.taps += 1
    person.page.wait_for_load_state("load")
    return person


@pytest.mark.covers("W-R5", "S3-06", "S4-08")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_resident_corrects_a_number_and_reads_who_looked_and_takes_a_consent_back(
    lang: str, meet: Meet, effort: Effort
) -> None:
    telephone, keeper = HOMES[lang]
    she = comes_in(
        meet(phone=True, lang=lang, called="resident"), telephone, meet("xt01", lang=lang)
    )
    she.sees("My record").looks("record")
    since, clock = she.effort(), Clock()
    she.taps_on(she.page.locator("a[href='/my/record/person.work_place/correction']"))
    she.types(she.page.locator("[name=value]"), "里坊区第一小学").looks("asks")
    she.taps_on("Ask for the correction")
    she.sees("A correction is being verified").looks("asked")
    effort.note(
        "W-R5", "resident", "asks for a correction of her own record", she, clock.seconds, "≤ 3 taps, 1 typed", since,
    )  # fmt: skip

    he = meet(keeper, lang=lang)
    he.goes("/desk/inbox").look_around()
    he.taps_on(he.page.locator("a[href*='/desk/registry/corrections/']").first)
    he.page.wait_for_load_state("load")
    if "/corrections/" not in he.page.url:  # beside the list
        he.taps_on(he.page.locator(".peek-open a"))
    person = he.page.locator("a[href*='/desk/registry/people/']").first.get_attribute("href")
    he.sees_not("里坊区第一小学").looks("masked")
    he.taps_on("Show both in full").sees("里坊区第一小学").looks("both")
    he.taps_on("Verified, correct it")
    agrees(he).sees("Verified; the register says it now.").looks("verified")

    # With her consent he enters her as a volunteer.
    he.goes(f"{person}/groups/new")
    he.page.locator("[name=tag]").select_option("volunteer")
    he.ticks(he.page.locator("[name=consented]"))
    he.looks("group").taps_on(he.page.locator("form.card button.primary"))
    he.sees("The group is entered; the visits it asks for are planned.").looks("person")

    she.goes("/my/record")
    she.sees("里坊区第一小学").sees("Corrected")
    expect(she.page.locator("section.card").last.locator("li").first).to_be_visible()
    she.looks("who-looked")
    she.taps_on("Take back my consent")
    agrees(she).sees("Your consent is taken back; you are no longer in this group.")
    she.looks("taken-back")


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
