"""S3-26: a visit spoken in a basement, and a paper read instead of typed; nothing fills a field by itself."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import expect

from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock
from e2e.telephone import Telephone, says
from e2e.wire import Wire
from lifang.core.crypto.numbers import identity_check

TELEPHONE = "13900001234"
NUMBER = "99010119880614302"
HOUSEHOLD = """() => fetch('/api/v1/offline/bundle').then(r => r.json()).then(b => {
    const w = Object.values(b.words)[0];
    return [...w.todos, ...w.things].find(t => t.kind === 'household').id })"""


def paper(folder: Path, *lines: str) -> Path:
    """A note on a door, with a telephone number; or a card with its number."""
    picture = Image.new("RGB", (1000, 420), "#f4f0e6")
    pen = ImageDraw.Draw(picture)
    for line, text in enumerate(lines or ("BACK ON FRIDAY", TELEPHONE)):
        font = ImageFont.load_default(72)
        pen.text((70, 70 + 150 * line), text, font=font, fill="#223")
    made = folder / "paper.jpg"
    picture.save(made, "JPEG", quality=88)
    return made


@pytest.mark.covers("S3-26", "S3-16", "W-G1")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_visit_is_spoken_without_a_network_and_a_paper_is_read_by_a_tap(
    lang: str, wire: Wire, telephone: Telephone, effort: Effort, tmp_path: Path
) -> None:
    she = telephone(lang=lang)
    page = she.page
    # One of the households due today, or any other of hers.
    form = page.evaluate(HOUSEHOLD)
    page.goto(f"{she.origin}/desk/phone#/new/registry.visit/household/{form}")
    scan = page.locator(".island-scan")
    expect(scan.locator(".pickphoto")).to_be_visible()

    # With a network: the paper is read, and only a tap fills the note.
    since, clock = she.effort(), Clock()
    she.photographs(paper(tmp_path), into=".island-scan input[type=file]")
    expect(scan.locator(".proposal")).to_have_count(1, timeout=60_000)
    note = page.locator("textarea[name=note]")
    expect(note).to_have_value("")
    she.looks("paper-read")
    she.taps_on(scan.locator(".proposal .button"))
    expect(note).to_have_value("BACK ON FRIDAY\n" + TELEPHONE)

    # Without one: spoken, kept, nothing promised.
    wire.down()
    page.evaluate("dispatchEvent(new Event('offline'))")
    recorder = page.locator(".island-recorder")
    she.taps_on(recorder.locator("button").first)
    expect(recorder.locator("[role=status]")).to_have_text("0:02", timeout=10_000)
    she.taps_on(recorder.locator("button").first)
    expect(recorder.locator("button").nth(1)).to_be_visible()
    she.looks("recorded")
    she.chooses(page.locator("select[name=kind]"), "household")
    she.chooses(page.locator("select[name=outcome]"), "met")
    she.taps_on("Keep")
    says(she, "No network, 1 record waits")
    effort.note("S3-26", "grid worker", "a visit spoken, a paper read", she, clock.seconds, "0 typed", since)  # fmt: skip

    wire.up()
    page.evaluate("dispatchEvent(new Event('online'))")
    says(she, "All sent {at}")
    page.goto(f"{she.origin}/desk/registry/households/{form}")
    sound = page.locator(".voices audio").first
    expect(sound).to_be_visible()
    seconds = sound.evaluate(
        "a => new Promise(done => { a.onloadeddata = () => done(a.error ? -1 : a.readyState); a.onerror = () => done(-1); a.preload = 'auto'; a.load() })"
    )
    assert seconds >= 2  # it can be played
    she.looks("voice-notes")


@pytest.mark.covers("S3-26", "S3-08")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_card_is_read_at_the_desk_where_somebody_moves_in(
    lang: str, meet: Meet, effort: Effort, tmp_path: Path
) -> None:
    """The number of the card is proposed, and stands in its field only after a tap."""
    number = NUMBER + identity_check(NUMBER)
    she = meet("wg11", lang=lang)
    home = she.goes("/desk").page.evaluate(HOUSEHOLD)
    since, clock = she.effort(), Clock()
    she.goes(f"/desk/registry/arrivals/new?household={home}")
    she.photographs(paper(tmp_path, number, "2026"), into=".island-scan input[type=file]")
    use = she.page.locator(".proposal .button")
    expect(use.first).to_be_visible(timeout=60_000)
    expect(she.page.locator("[name=identity]")).to_have_value("")
    she.looks("card-read")
    she.taps_on(use.first)
    expect(she.page.locator("[name=identity]")).to_have_value(number)
    she.sends("Continue")
    assert not she.page.url.endswith("/number"), "the number is taken"
    effort.note("S3-26", "grid worker", "a card read where somebody moves in", she, clock.seconds, "0 typed", since)  # fmt: skip
