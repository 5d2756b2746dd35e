"""W-R2, W-C1, W-R6: one matter applied for at home, two at one window; a question answered, and a person phones back."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock, Person

Camera = Callable[..., Path]
KNOWN = re.compile(r"(\d+)\D+(\d+)")


def comes(meet: Meet, login: str, **more: Any) -> Person:
    """A resident of the demo county, in by the own telephone."""
    return register.comes_in(
        meet(called=login, **more),
        f"100{int(login[1:]):08d}",
        meet("xt01", lang=more.get("lang", "zh-hans"), called=f"outbox-{login}"),
    )


def known(person: Person) -> str:
    """How many answers stood in the form before, of how many, as its last page says."""
    found = KNOWN.search(person.page.locator(".notice.done").first.inner_text())
    assert found
    few, many = sorted((int(found[1]), int(found[2])))
    return f"{few} of {many}"


def share(told: str) -> float:
    few, many = told.split(" of ")
    return int(few) / int(many)


def pressed(clerk: Person, verb: str, note: str = "") -> Person:
    """One act on the application that is open."""
    clerk.taps_on(verb)
    if note:
        clerk.types(clerk.page.locator("textarea[name=note]"), note)
    return clerk.sends(clerk.page.locator("form .acts button").first)


@pytest.mark.covers("W-R2", "S0-61", "S3-23")
@pytest.mark.parametrize(("lang", "phone", "login"), [("zh-hans", True, "r000425"), ("en", False, "r000245")], ids=["phone-zh", "desk-en"])  # fmt: skip
def test_an_elderly_card_without_a_second_trip(
    meet: Meet, camera: Camera, effort: Effort, lang: str, phone: bool, login: str
) -> None:
    she = comes(meet, login, lang=lang, phone=phone)
    clock = Clock()
    since = she.effort()
    she.goes("/affairs").types(she.page.locator("#id_q"), "老年证").taps_on("Find")
    she.taps_on(she.page.get_by_role("link", name=re.compile("老年人优待证|Elderly card")).first)
    she.sees("%(free)s of %(of)s you need not bring.").looks("checklist")
    she.taps_on("Apply now").looks("photo").taps_on("Continue").sees("Check before you send")
    told = known(she)
    she.looks("review").taps_on("Apply").sees("Sent. Keep the number; we tell you of every step.")
    where = she.page.url.removeprefix(she.origin)
    number = she.page.locator("main .num").first.inner_text()
    row = effort.note("W-R2", "resident", f"applies for the elderly card ({lang[:2]})", she, clock.seconds, "≥ 90 % known", since, told)  # fmt: skip
    assert share(told) >= 0.9
    assert (row.taps <= 6, row.typed) == (True, 1)

    neighbour = comes(meet, "r000301" if phone else "r000365", phone=True)
    neighbour.goes(where).sees_not(number)

    clerk = meet("sq02", lang=lang)
    clerk.goes("/desk/applications").taps_on(clerk.page.get_by_role("link", name=number).first)
    clerk.taps_on("Ask for a supplement").ticks(clerk.page.locator("[name=wanted][value=photo_two_inch]"))  # fmt: skip
    clerk.types(clerk.page.locator("textarea[name=note]"), "Photo / 照片").sends(clerk.page.locator("form .acts button").first)  # fmt: skip
    she.goes(where).taps_on("Add it now")
    she.page.locator("input[type=file]").first.set_input_files(str(camera("lamp", 21 + phone)))
    she.looks("supplement")
    she.sends("Send").sees("Added. The window looks at it.")
    clerk.page.reload()
    pressed(clerk, "Accept")
    pressed(clerk, "Grant").looks("granted")
    she.goes(where).looks("result")
    with she.page.expect_download() as taken:
        she.page.evaluate("() => { const a = document.querySelector('main a[href*=\"/files/\"]'); a.setAttribute('download', ''); a.click(); }")  # fmt: skip
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")


@pytest.mark.covers("W-C1", "S0-66")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_two_matters_at_one_window_are_one_intake_and_two_departments(
    meet: Meet, effort: Effort, lang: str
) -> None:
    clerk, clock = meet("sq02", lang=lang), Clock()
    since = clerk.effort()
    who = {"zh-hans": "10000000425", "en": "10000000245"}[lang]
    clerk.goes("/desk/reception").types(clerk.page.locator("#id_who"), who).taps_on("Find")
    clerk.taps_on(clerk.page.locator(".lines a").first).looks("what-for")
    for key in ("old-age-allowance", "disability-certificate"):
        clerk.ticks(clerk.page.locator(f"[name=guides][value={key}]"))
    clerk.taps_on("Go on").looks("intake")
    told = []
    for key in ("old-age-allowance", "disability-certificate"):
        clerk.taps_on(clerk.page.locator(f"a.button[href$='/{key}']"))
        for field, text in (("bank_number", "6200 0000 0000 0000"), ("reason", "腿脚不便")):
            asked = clerk.page.locator(f"[name={field}]")
            if asked.count():
                clerk.types(asked, text)
        kinds = clerk.page.locator("input[type=radio][name=type]")
        if kinds.count():
            clerk.ticks(kinds.first)
        clerk.looks(key).taps_on("Continue").sees("Check before you send")
        told.append(known(clerk))
        clerk.taps_on("Record it")
    clerk.sees("Everything is recorded. Print the receipt for the visitor.").looks("recorded")
    both = [tuple(map(int, one.split(" of "))) for one in told]
    effort.note("W-C1", "window", f"two matters of one visitor, one intake ({lang[:2]})", clerk, clock.seconds, "one intake", since, f"{sum(one[0] for one in both)} of {sum(one[1] for one in both)}")  # fmt: skip
    sheet = clerk.page.locator("a[href$='/sheet']").get_attribute("href")
    clerk.goes(sheet or "").looks("receipt")
    code = clerk.page.locator("img[src*='/a/visits/']").get_attribute("src") or ""
    visit = code.removesuffix("/code.svg")
    reader = meet(phone=True, lang=lang, called="holder")
    reader.goes(visit).looks("visit")
    assert reader.page.locator(".lines li").count() == 2
    for number in (0, 1):
        reader.goes(visit).taps_on(reader.page.locator(".lines a").nth(number)).sees_not("王")


@pytest.mark.covers("W-R6", "S3-22", "S0-93")
@pytest.mark.parametrize(("lang", "phone"), [("zh-hans", True), ("en", False)], ids=["phone-zh", "desk-en"])  # fmt: skip
def test_in_large_type_a_question_is_answered_and_a_worker_phones_back(
    meet: Meet, effort: Effort, lang: str, phone: bool
) -> None:
    she, clock = meet(phone=phone, lang=lang, called="she"), Clock()
    since = she.effort()
    she.goes("/").taps_on("Large type").taps_on("Help me", part=True).looks("ask")
    asked = {"zh-hans": "老年证要什么材料", "en": "Which papers for the elderly card?"}[lang]
    she.types(she.page.locator("main input[name=q]"), asked)
    she.taps_on(she.page.locator("main form.search button.primary"))
    she.page.locator("blockquote").wait_for()
    she.looks("answered")
    assert she.page.locator("a[href='/affairs/elderly-card']").count()
    assert not she.page.locator("dialog[data-idle]").count()  # no timer closes it
    she.taps_on("Ask a person").types(she.page.locator("[name=telephone]"), "10000004455")
    she.looks("person").taps_on("Phone me back").sees("Within half a working day. You need do nothing more.").looks("called")  # fmt: skip
    effort.note("W-R6", "resident", f"asks in large type, wants a call ({lang[:2]})", she, clock.seconds, "≤ 6 taps", since)  # fmt: skip
    office = meet("zh01", lang=lang)
    office.goes("/desk/inbox").taps_on(office.page.locator(".tasks a", has_text=re.compile("回电|Phone back")).first)  # fmt: skip
    where = office.page.locator("a[href^='/desk/calls/']").first.get_attribute("href") or ""
    office.goes(where).taps_on("Show telephone and question").sees("10000004455").looks("callback")
    office.ticks(office.page.locator("[name=reached][value=yes]")).taps_on("Keep").sees("Kept.")


@pytest.mark.covers("S0-63", "S0-68")
@pytest.mark.parametrize(("lang", "phone"), [("zh-hans", True), ("en", False)], ids=["phone-zh", "desk-en"])  # fmt: skip
def test_a_time_is_booked_and_seen_at_the_hall(meet: Meet, lang: str, phone: bool) -> None:
    she = comes(meet, "r000360" if phone else "r000420", lang=lang, phone=phone)
    she.goes("/affairs/elderly-card").taps_on("Nearest window able to do it").looks("halls")
    she.taps_on(she.page.locator("ol.lines a").first).looks("hall")
    days = she.page.locator("#book nav a")
    she.taps_on(days.nth(days.count() - 1)).looks("slots")
    she.taps_on(she.page.locator("button[name=slot]:not([disabled])").first)
    she.page.locator(".bignumber").wait_for()
    she.looks("ticket").goes("/my/applications").sees("Tickets and booked times").looks("mine")
