"""`make shots`: pictures of the living county for README and docs, in both languages."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Error, expect, sync_playwright

from e2e import resident
from e2e.conftest import ARGUMENTS
from e2e.living import ROOT, Living, living
from e2e.person import DESK, PATIENCE, PHONE, Person, context_options, speak
from e2e.pictures import photo

PICTURES = ROOT / "docs" / "pictures"
SCREEN: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
WIDEST, QUALITY = 1280, 82
Keep = Callable[[Person, str], None]


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with (
        living("county") as county,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        for lang in ("zh-hans", "en"):
            _language(county, browser, lang, Path(folder))
        browser.close()
    for file in sorted(PICTURES.glob("*.webp")):
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} KB")


def _language(county: Living, browser: Browser, lang: str, folder: Path) -> None:
    def come(size: dict[str, Any]) -> Person:
        context = browser.new_context(**context_options(lang, size))
        speak(context, county.origin, lang)
        return Person(context.new_page(), county.origin, lang, touch=size is PHONE)

    def keep(person: Person, name: str) -> None:
        person.page.wait_for_load_state("load")
        _still(person)
        _webp(person.page.screenshot(), PICTURES / f"{name}-{lang[:2]}.webp", folder)

    _resident(county, come(PHONE), keep, folder)
    clerk = come(DESK).signs_in("jd01", "/desk/inbox")
    clerk.page.locator("#peek #case").wait_for()
    keep(clerk, "inbox")
    clerk.page.context.close()  # what is open goes on drawing maps, and the wall wants the machine
    _first_hour(come, keep)
    wall = come(SCREEN).signs_in("zh02", "/screen")
    wall.page.locator("canvas").first.wait_for()
    keep(wall, "screen")


def _first_hour(come: Callable[[dict[str, Any]], Person], keep: Keep) -> None:
    """What the tutorial shows: the grid worker's day, a case, a stairway, the areas."""
    worker = come(PHONE).signs_in("wg01")
    keep(worker, "worker")
    keep(worker.goes("/desk/inbox").taps_on(worker.page.locator("li.task > a").first), "case")
    worker.page.context.close()
    register = come(DESK).signs_in("wg01", "/desk/registry/places")
    register.taps_on(register.page.get_by_role("link", name="1号楼", exact=True).first)
    keep(register, "building")
    register.page.context.close()
    county = come(DESK).signs_in("xt01", "/desk/areas/990101001")
    keep(county, "areas")
    county.page.context.close()


def _resident(county: Living, she: Person, keep: Keep, folder: Path) -> None:
    keep(she.goes("/"), "home")
    grid = "990101001002003" if she.lang == "zh-hans" else "990101001002004"  # not beside the other
    place = county.quiet_point(grid, county.get("/cases/points"), apart=0.0018)
    resident.to_the_matter(she, photo(folder, "sofa", 3, place=place))
    key, _name = resident.offered(she)[0]
    resident.picks(she, key)
    if "/near" in she.page.url:
        she.taps_on("No, it is something else")
    resident.sends(she)
    keep(she, "receipt")
    she.page.context.close()


def _still(person: Person) -> None:
    """Maps drawn, pictures loaded."""
    with suppress(Error):  # an open event stream is never idle
        person.page.wait_for_load_state("networkidle", timeout=4000)
    if person.page.locator("[data-island=map]").count():
        person.page.locator("canvas, .pin").first.wait_for()


def _webp(png: bytes, file: Path, folder: Path) -> None:
    raw = folder / "raw.png"
    raw.write_bytes(png)
    with Image.open(raw) as picture:
        wide = min(WIDEST, picture.width)
        small = picture.convert("RGB").resize(
            (wide, round(picture.height * wide / picture.width)), Image.Resampling.LANCZOS
        )
    small.save(file, "WEBP", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
