"""Somebody in front of a screen: taps, types, photographs, sees. Everything they do is counted."""

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, Page, Route, expect

from e2e import eyes, words
from e2e.living import ROOT
from lifang.core.accounts.terms import DEMO_PASSWORD

PATIENCE = 20_000  # ms that a browser waits for anything
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK = {"viewport": {"width": 1280, "height": 800}}
LOOKED = Path(os.environ.get("LIFANG_E2E_LOOKED", ROOT / "var" / "e2e"))
EXPECTED = (403, 404, 409, 422)  # pages that say no; their texts are what the stories read


@dataclass
class Person:
    """One browser of one person; `lang` is what they read."""

    page: Page
    origin: str
    lang: str = "zh-hans"
    name: str = "somebody"
    touch: bool = False
    scripts: bool = True
    taps: int = 0
    typed: int = 0
    photos: int = 0
    faults: list[str] = field(default_factory=list)
    _dirty: bool = False
    _shots: int = 0

    def __post_init__(self) -> None:
        self.page.on("console", self._hears)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("framenavigated", self._went)

    # -- what they do

    def goes(self, path: str) -> "Person":
        """Open an address; not a tap (a link somebody sent, a bookmark)."""
        self.look_around()
        self.page.goto(self.origin + path)
        return self

    def taps_on(self, what: str | Locator, *, part: bool = False) -> "Person":
        """Press a button, a link or a chip by its (English) name, as this person reads it."""
        self.look_around()
        found = self.find(what, part=part)
        found.tap() if self.touch else found.click()
        self.taps += 1
        self.page.wait_for_load_state("domcontentloaded")
        return self

    def sends(self, what: str | Locator) -> "Person":
        """Tap, and be on the page that answers before anything else is asked."""
        with self.page.expect_navigation():
            return self.taps_on(what)

    def chooses(self, label: str | Locator, value: str) -> "Person":
        """A line of a select: two taps."""
        self.field(label).select_option(value)
        self.taps += 2
        return self

    def ticks(self, label: str | Locator) -> "Person":
        """A radio button or a box, by what stands beside it."""
        found = self.field(label)
        beside = found.locator("xpath=ancestor-or-self::label[1]")
        pressed = beside if beside.count() else found
        pressed.tap() if self.touch else pressed.click()
        expect(found).to_be_checked()
        self.taps += 1
        return self

    def field(self, label: str | Locator) -> Locator:
        """A field by its label."""
        if isinstance(label, Locator):
            return label
        return self.page.get_by_label(words.saying(label, self.lang, part=True)).first

    def types(self, label: str | Locator, text: str) -> "Person":
        """A field that has to be written."""
        self.page.wait_for_load_state("load")
        found = self.field(label)
        found.fill(text)
        self.typed += 1
        return self

    def photographs(self, *files: Path, into: str = "input[type=file]") -> "Person":
        """One tap opens the camera or the album; the shutter is the telephone's."""
        self.look_around()
        found = self.page.locator(into).first
        shown = found.locator("xpath=ancestor::*[@data-island='photo'][1]").locator(
            ".photo-list li"
        )
        before = shown.count()
        found.set_input_files([str(file) for file in files])
        self.taps += 1
        self.photos += len(files)
        if self.scripts and "island-scan" not in into:  # a paper to be read is not kept
            expect(shown).to_have_count(before + len(files))
        return self

    def presses(self, keys: str) -> "Person":
        """A key of the keyboard."""
        self.look_around()
        self.page.keyboard.press(keys)
        return self

    def effort(self) -> tuple[int, int, int]:
        """Taps, typed fields and photos up to now."""
        return self.taps, self.typed, self.photos

    # -- what they see

    def find(self, what: str | Locator, *, part: bool = False) -> Locator:
        """By role and name, as a screen reader would."""
        if isinstance(what, Locator):
            return what
        name = words.saying(what, self.lang, part=part)
        roles = [self.page.get_by_role(role, name=name) for role in ("button", "link")]  # type: ignore[arg-type]
        return roles[0].or_(roles[1]).locator("visible=true").first

    def sees(self, text: str | re.Pattern[str]) -> "Person":
        """It stands on the page, visibly: a sentence of the product, or content as it is."""
        expect(self._shown(text).first).to_be_visible()
        return self

    def sees_not(self, text: str | re.Pattern[str]) -> "Person":
        expect(self._shown(text)).to_have_count(0)
        return self

    def _shown(self, text: str | re.Pattern[str]) -> Locator:
        pattern = words.saying(text, self.lang, part=True) if isinstance(text, str) else text
        return self.page.get_by_text(pattern).locator("visible=true")

    def reads(self) -> str:
        """All that stands in the middle of the page."""
        return self.page.locator("main").inner_text()

    def looks(self, what: str) -> "Person":
        """Keep a picture for human eyes, and look around."""
        self.look_around(always=True)
        LOOKED.mkdir(parents=True, exist_ok=True)
        self._shots += 1
        file = (
            LOOKED
            / f"{self.name}-{self._shots:02d}-{what}-{'phone' if self.touch else 'desk'}-{self.lang[:2]}.png"
        )
        self.page.wait_for_timeout(250)
        self.page.screenshot(path=str(file), full_page=self.touch)
        return self

    def look_around(self, *, always: bool = False) -> None:
        """What must hold on every page; faults are kept and fail the story at its end."""
        if not (self._dirty or always) or not self.page.url.startswith("http"):
            return
        self._dirty = False
        self.page.wait_for_load_state("load")
        if not self.page.locator("body.public, body.desk, body.kiosk, body.screen").count():
            return
        try:
            found = [*eyes.too_wide(self.page), *eyes.words_wrong(self.page, self.lang)]
        except Error:  # it went on to another page meanwhile: that one is looked at next
            self._dirty = True
            return
        where = self.page.url.removeprefix(self.origin)
        self.faults += [f"{where}: {fault}" for fault in found]

    # -- who they are

    def signs_in(self, login: str, onward: str = "/desk") -> "Person":
        self.page.goto(f"{self.origin}/sign-in?as=staff&next={onward}")
        self.page.locator("[name=login]").first.fill(login)
        self.page.locator("[type=password]").first.fill(DEMO_PASSWORD)
        self.page.locator("form.card button.primary").click()
        # The address of the form names where it leads: only having left it is being in.
        self.page.wait_for_url(lambda url: "/sign-in" not in url and onward in url)
        return self

    # -- ears

    def _hears(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        said = message.text
        if any(f"Status Error Code {code}" in said for code in EXPECTED):
            return  # htmx says the same of its own requests
        refused = any(f"status of {code}" in said for code in EXPECTED)
        if refused and "/static/" not in message.location["url"]:
            return
        if message.type == "warning" and "Content Security Policy" not in said:
            return
        if "ERR_ABORTED" in said or "net::ERR_INCOMPLETE_CHUNKED_ENCODING" in said:
            return  # a page was left while its stream was open
        self.faults.append(f"console: {said} {message.location['url']}")

    def _went(self, frame: Any) -> None:
        if frame == self.page.main_frame:
            self._dirty = True


class Clock:
    """Seconds of machine and browser between two moments."""

    def __init__(self) -> None:
        self.begun = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun


def context_options(lang: str, size: dict[str, Any]) -> dict[str, Any]:
    """A browser of its own."""
    return {
        **size,
        "locale": "en-GB" if lang == "en" else "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "reduced_motion": "reduce",
    }


def come_from(context: BrowserContext, origin: str, network: int) -> None:
    """Every person of a story has a network of their own; only where the limits of sources count."""
    address = f"100.{64 + network // 250}.{network % 250}.7"

    def tell(route: Route) -> None:
        route.continue_(headers={**route.request.headers, "x-forwarded-for": address})

    context.route(re.compile(re.escape(origin) + "/(report|sign-in|r/)"), tell)


def speak(context: BrowserContext, origin: str, lang: str) -> None:
    """Read in this language from the first page on."""
    context.add_cookies([{"name": "django_language", "value": lang, "url": origin}])
