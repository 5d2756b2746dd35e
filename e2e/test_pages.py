"""Every page, for everybody: large type, screen readers, keyboards, no JavaScript, both languages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e import desk, eyes, register, resident
from e2e.conftest import Meet
from e2e.living import Living
from e2e.person import Person
from lifang.core.accounts.terms import DEMO_PASSWORD

GRID = "990101002001003"
Camera = Callable[..., Path]
Quiet = Callable[[str], tuple[float, float]]
PUBLIC = (
    "/", "/cases", "/r", "/areas/", "/areas/990101001", "/areas/990101001001", "/areas/990101001001001", "/help",
    "/search?q=路灯", "/search?q=没有这样的东西", "/sign-in", "/sign-in?as=staff", "/no-such-page", "/api/",
    "/affairs", "/affairs?q=老年证", "/affairs?topic=elder", "/affairs/elderly-card", "/affairs/elderly-card/card", "/affairs/cards", "/verify",
    "/verify/2026NOSUCHNUMBER", "/halls", "/halls?matter=elderly-card", "/ask", "/ask/person",
    "/life", "/life?trade=hair", "/machines", "/communities/990101001001/needs", "/shops/terms", "/circle", "/circle/990101001001",
)  # fmt: skip
DESK = (
    "/desk", "/desk/inbox", "/desk/cases", "/desk/cases?state=handling", "/desk/cases/board", "/desk/cases/map",
    "/desk/report", "/desk/areas", "/desk/units", "/desk/duties", "/desk/postings", "/account", "/my/messages",
    "/desk/due", "/desk/halls", "/desk/terminals", "/desk/questions",
)  # fmt: skip


def examined(person: Person, elder: bool) -> list[str]:
    """All numbers and rules of one page."""
    person.page.wait_for_load_state("load")
    where = person.page.url.removeprefix(person.origin)
    found = [*eyes.axe(person.page), *eyes.sizes(person.page, elder)]
    person.look_around(always=True)
    return [f"{where}{' (large type)' if elder else ''}: {fault}" for fault in found]


def in_large_type(person: Person) -> Person:
    """One tap, from any public page."""
    return person.goes("/").taps_on("Large type").sees("Normal type")


@pytest.mark.covers("S3-14", "S4-10")
@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_public_pages_are_large_enough_readable_and_named(
    county: Living, meet: Meet, lang: str, elder: bool
) -> None:
    reader = meet(phone=True, lang=lang)
    if elder:
        in_large_type(reader)
    number = county.get("/cases/points")["features"][0]["properties"]["id"]
    faults = []
    for path in (*PUBLIC, f"/cases/{number}"):
        reader.goes(path)
        faults += examined(reader, elder)
    reader.goes("/").looks("home")
    reader.goes("/cases").looks("cases")
    assert not faults, "\n".join(faults)


@pytest.mark.covers("S3-14", "W-R1")
@pytest.mark.parametrize("elder", [False, True], ids=["normal", "elder"])
def test_every_step_of_a_report_is_large_enough_readable_and_named(
    meet: Meet, quiet: Quiet, camera: Camera, elder: bool
) -> None:
    she = meet(phone=True)
    if elder:
        in_large_type(she)
    faults: list[str] = []
    she.goes("/").taps_on("Report a trouble", part=True).page.wait_for_url("**/report/photo")
    faults += examined(she, elder)
    she.photographs(camera("bin", 81 + elder, place=quiet(GRID)))
    faults += examined(she, elder)
    she.taps_on("Continue").page.locator(".herename").wait_for()
    faults += examined(she, elder)
    she.looks("place").taps_on("Continue").page.locator(".matters button").first.wait_for()
    she.types(she.page.locator("#id_text"), "闻到煤气味")
    she.page.locator("#proposals button[value='10999']").wait_for()
    faults += examined(she, elder)
    she.taps_on(she.page.locator("#proposals button[value='10999']")).page.wait_for_url("**/danger")
    faults += examined(she, elder)
    she.looks("stop").taps_on("I have called: also report it").sees("Check before you send")
    faults += examined(she, elder)
    resident.sends(she)
    faults += examined(she, elder)
    she.looks("sent").taps_on("Open the receipt").page.wait_for_url(re.compile(r"/r/[0-9A-Z]+$"))
    faults += examined(she, elder)
    she.looks("receipt").taps_on("Add words or a photo")
    she.page.wait_for_url("**/more")
    faults += examined(she, elder)
    assert not faults, "\n".join(faults)


@pytest.mark.covers("S4-10")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_desk_pages_are_readable_and_named(meet: Meet, lang: str) -> None:
    clerk = meet("jd01", lang=lang)
    faults = []
    for path in DESK:
        clerk.goes(path).page.wait_for_load_state("load")
        faults += [f"{path}: {fault}" for fault in eyes.axe(clerk.page)]
        clerk.look_around(always=True)
    clerk.goes("/desk/inbox").taps_on(clerk.page.locator(".tasks a").first)
    clerk.page.locator("#case").wait_for()
    faults += [f"case: {fault}" for fault in eyes.axe(clerk.page)]
    clerk.looks("inbox-open")
    assert not faults, "\n".join(faults)


@pytest.mark.covers("S4-10", "S0-64")
def test_pages_of_ones_own_are_large_enough_readable_and_named(meet: Meet) -> None:
    she = register.comes_in(meet(phone=True), "10000000425", meet("xt01", called="outbox"))
    faults = []
    for path in ("/my/mandates", "/my/applications", "/my/home-visits", "/my/home-visits/new"):
        she.goes(path)
        faults += examined(she, elder=False)
        she.looks(path.rsplit("/", 1)[1])
    assert not faults, "\n".join(faults)


@pytest.mark.covers("S4-10")
def test_the_inbox_is_worked_with_the_keyboard_alone(
    meet: Meet, quiet: Quiet, camera: Camera
) -> None:
    neighbourhood = meet("sq05")
    for dice in (84, 85):
        photo = camera("bin", dice, place=quiet("990101002001002"))
        desk.records(neighbourhood, "06042", "垃圾桶满了", photo)
    clerk = meet("jd02")
    clerk.goes("/desk/inbox?task=accept").page.wait_for_load_state("load")
    rows = clerk.page.locator(".tasks .task")
    beside = clerk.page.locator("#peek .peek-open a")
    here = clerk.page.locator(".tasks .task.here a").first

    def walks(key: str) -> str:
        """Presses the key; answers the address of the row it came to, once that stands beside the list."""
        address = clerk.presses(key).page.evaluate(
            "() => document.querySelector('.tasks .task.here a').getAttribute('href')"
        )
        expect(here).to_have_attribute("href", address)
        expect(beside).to_have_attribute("href", address)
        return str(address)

    assert rows.count() > 1
    expect(beside).to_have_attribute("href", here.get_attribute("href") or "")
    first = here.get_attribute("href")
    assert walks("j") != first
    assert walks("k") == first
    clerk.presses("x")
    before = rows.count()
    photo = camera("bin", 86, place=quiet("990101002001002"))
    desk.records(neighbourhood, "06042", "垃圾桶又满了", photo)  # the list is drawn anew
    expect(rows).not_to_have_count(before)
    expect(here).to_have_attribute("href", first or "")
    expect(clerk.page.locator(".tasks .task.here .pick input")).to_be_checked()
    clerk.presses("x")
    clerk.presses("a")
    clerk.sees("Accepted. The reporter is told.").looks("accepted")
    clerk.presses("?")
    clerk.sees("j").looks("keys")
    assert clerk.taps == 0


@pytest.mark.covers("S4-10")
def test_a_screen_reader_finds_its_way_by_names(meet: Meet) -> None:
    listener = meet(phone=True, lang="en")
    listener.goes("/")
    page = listener.page
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_have_count(1)
    expect(page.get_by_role("search")).not_to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    listener.goes("/report/photo")
    expect(page.get_by_label("Photos").first).to_be_attached()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()


@pytest.mark.covers("W-R1", "S0-33")
def test_a_report_and_a_sign_in_need_no_javascript(
    meet: Meet, quiet: Quiet, camera: Camera
) -> None:
    she = meet(phone=True, scripts=False, called="plain")
    she.goes("/").taps_on("Report a trouble", part=True)
    she.photographs(camera("poster", 91, place=quiet(GRID))).taps_on("Continue")
    she.sees("We took the place from your photo. Move the map if it is not right.").looks("place")
    she.taps_on("Continue").page.wait_for_url("**/matter")
    she.types(she.page.locator("#id_text"), "楼道小广告").taps_on("Find")
    she.page.locator("#proposals button[name=matter]").first.wait_for()
    she.looks("matter").taps_on(she.page.locator("#proposals button[value='07001']"))
    if "/near" in she.page.url:
        she.taps_on("No, it is something else")
    number = resident.sends(she)
    she.looks("sent").goes(resident.receipt(she)).sees(number)

    clerk = meet(scripts=False, called="plain-clerk")
    clerk.goes("/sign-in?as=staff&next=/desk/inbox")
    clerk.page.locator("[name=login]").first.fill("jd02")
    clerk.page.locator("[type=password]").first.fill(DEMO_PASSWORD)
    clerk.page.locator("form.card button.primary").click()
    clerk.page.wait_for_url("**/desk/inbox")
    desk.opens(clerk, number).looks("case")
    clerk.taps_on("Accept").sees("Awaiting dispatch")
    clerk.taps_on("Dispatch").page.wait_for_url("**/dispatch")
    clerk.looks("dispatch").taps_on(clerk.page.locator("form.act > .acts button").first)
    clerk.sees("Awaiting signature")
