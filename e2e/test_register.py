"""W-G6: a grid changes hands. W-R5: a resident reads her own record and puts it right."""

import re

import pytest
from playwright.sync_api import expect

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock

# By language, so that the stories do not meet: who leaves a grid, who takes it over.
HANDS = {"zh-hans": ("wg60", "wg59", "990101003004005"), "en": ("wg58", "wg57", "990101003004003")}
# Hers, what she says is right, and who keeps her grid.
HERS = {"zh-hans": ("10000000020", "10099000221", "wg21"), "en": ("10000000021", "10099000222", "wg22")}  # fmt: skip


@pytest.mark.covers("W-G6", "S3-17")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_grid_changes_hands_and_its_new_keeper_reads_ten_things_first(
    lang: str, meet: Meet, effort: Effort
) -> None:
    leaves, follows, grid = HANDS[lang]
    page = f"/desk/registry/grids/{grid}"
    former = meet(leaves, lang=lang)
    former.goes(page)
    expect(former.page.locator("ol.ten > li")).to_have_count(10)

    office, clock = meet("aq01", lang=lang), Clock()
    office.goes(f"/desk/postings?q={leaves}")
    office.page.locator("tbody input[name=row]").first.check()
    office.taps_on("End posting")
    register.agrees(office).looks("ended")
    office.goes("/desk/postings/new")
    office.types(office.page.locator("[name=login]"), follows)
    office.page.locator("[name=post]").select_option("grid_worker")
    office.types(office.page.locator("[name=area]"), grid)
    office.looks("posts").taps_on("Give the post").looks("posted")
    effort.note("W-G6", "security administrator", f"ends one post, gives the next ({lang[:2]})", office, clock.seconds)  # fmt: skip

    # The one who left is refused at once, with the page still open.
    former.goes(page)
    expect(former.page.locator("ol.ten")).to_have_count(0)
    former.looks("refused")

    she, clock = meet(follows, phone=True, lang=lang), Clock()
    she.goes("/desk").sees("You took over").looks("took-over")
    she.taps_on(she.page.locator(f"a[href='{page}']").first)
    she.sees(
        "You took this grid over lately. Read this page first; it is always up to date."
    ).looks("ten-things")
    expect(she.page.locator("ol.ten > li")).to_have_count(10)
    effort.note("W-G6", "grid worker", f"is led to the ten things ({lang[:2]})", she, clock.seconds, "0 typed")  # fmt: skip
    desk = meet(follows, lang=lang, called="successor")
    desk.goes(page).looks("ten-things")
    desk.goes("/desk/registry/coverage").looks("coverage")


@pytest.mark.covers("W-R5", "S3-06")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_resident_reads_who_looked_and_puts_her_telephone_right(
    lang: str, meet: Meet, effort: Effort
) -> None:
    telephone, right, keeper = HERS[lang]
    worker = register.finds(meet(keeper, lang=lang), telephone)
    her_page = worker.page.url.removeprefix(worker.origin)
    assert telephone not in worker.reads()
    assert register.looks_at(worker, "person.telephone", "emergency") == telephone
    worker.goes(her_page)
    register.enters_group(worker).looks("person")

    # She comes in by the code, reads everything in full, and who looked for what.
    outbox = meet("xt01", lang=lang, called="outbox")
    she = register.comes_in(meet(phone=True, lang=lang, called="she"), telephone, outbox)
    she.looks("mine")
    since, clock = she.effort(), Clock()
    she.goes("/my/record").sees(telephone)
    looked = she.page.locator("section", has=she.page.get_by_role("heading", name=re.compile("Who looked|谁查看过"))).last  # fmt: skip
    expect(looked.locator("li")).to_have_count(1)
    she.looks("record")

    # No number is no answer; her own is asked for, and waits.
    she.taps_on(she.page.locator("a[href$='/person.telephone/correction']"))
    she.types(she.page.locator("[name=value]"), "12").taps_on("Ask for the correction")
    expect(she.page.locator("[name=value][aria-invalid=true]")).to_be_visible()
    she.looks("not-a-number").types(she.page.locator("[name=value]"), right)
    she.types(she.page.locator("[name=note]"), "换了号码" if lang != "en" else "A new number")
    she.taps_on("Ask for the correction").sees("A correction is being verified").looks("asked")

    effort.note("W-R5", "resident", f"reads who looked, asks for a right number after a wrong one ({lang[:2]})", she, clock.seconds, "", since)  # fmt: skip

    # The grid worker finds it among her to-dos, on the telephone, and verifies.
    round_ = meet(keeper, phone=True, lang=lang, called="worker-outside")
    since, clock = round_.effort(), Clock()
    round_.goes("/desk/inbox")
    round_.taps_on(round_.page.locator("a[href*='/desk/registry/corrections/']").first)
    round_.sees("Your decision").looks("correction").taps_on("Show both in full").sees(right)
    round_.looks("both").taps_on("Verified, correct it")
    register.agrees(round_).looks("verified")
    effort.note("W-R5", "grid worker", f"verifies the correction ({lang[:2]})", round_, clock.seconds, "0 typed", since)  # fmt: skip

    # A stranger's worker finds neither her nor the correction.
    wish = round_.page.url.removeprefix(round_.origin)
    stranger = meet("wg40", lang=lang, called="stranger")
    for path in (her_page, wish):
        stranger.goes(path)
        assert right not in stranger.reads()
        expect(stranger.page.locator("dl.facts")).to_have_count(0)

    # She sees it done, and both looks; she takes her consent back.
    she.goes("/my/record").sees(right).sees_not("A correction is being verified")
    expect(looked.locator("li")).to_have_count(2)
    she.looks("corrected").taps_on("Take back my consent")
    register.agrees(she).sees("Your consent is taken back; you are no longer in this group.")
    she.looks("consent-back")
    desk = meet(lang=lang, called="she-at-a-desk")
    desk.page.context.add_cookies(she.page.context.cookies())
    desk.goes("/my/record").looks("record")
