"""A grid worker's telephone behind a wire that can be cut: what is done on it, and what arrived."""

import io
import itertools
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect

from e2e import words
from e2e.living import Living
from e2e.person import PATIENCE, PHONE, Clock, Person, context_options, speak
from e2e.wire import Wire, wire_to

GRID, WORKER, OTHER = "990101001003001", "wg11", "wg40"
ROOT = "/api/v1/"
STATE = "[data-words]"
_dice = itertools.count(random.randrange(1, 10_000) * 100)


@pytest.fixture
def wire(county: Living) -> Iterator[Wire]:
    with wire_to(county.origin) as made:
        yield made


@pytest.fixture
def snap(tmp_path: Path) -> Callable[[], Path]:
    """A photo of some 700 kB, sent in several pieces; no two look alike."""

    def take() -> Path:
        dice = random.Random(next(_dice))
        coarse = Image.frombytes("RGB", (12, 9), dice.randbytes(324)).resize(
            (1200, 900), Image.Resampling.BICUBIC
        )
        grain = Image.frombytes("L", (1200, 900), dice.randbytes(1_080_000)).convert("RGB")
        out, file = io.BytesIO(), tmp_path / f"{dice.random()}.jpg"
        Image.blend(coarse, grain, 0.5).save(out, "JPEG", quality=85)
        assert 500_000 < len(out.getvalue()) < 1_400_000
        file.write_bytes(out.getvalue())
        return file

    return take


Telephone = Callable[..., Person]


@pytest.fixture
def telephone(browser: Browser, wire: Wire) -> Iterator[Telephone]:
    """`telephone("wg11")`: signed in, with everything taken along, behind the wire."""
    opened: list[tuple[Person, BrowserContext]] = []

    def make(login: str = WORKER, lang: str = "zh-hans", *, take: bool = True) -> Person:
        context = browser.new_context(**context_options(lang, PHONE))
        context.set_default_timeout(PATIENCE)
        speak(context, wire.origin, lang)
        person = Person(
            context.new_page(), wire.origin, lang, f"offline-{login}-{len(opened)}", touch=True
        )
        opened.append((person, context))
        person.signs_in(login, "/desk")
        return takes_along(person) if take else person

    yield make
    faults = []
    for person, context in opened:
        faults += [
            f"{person.name}: {fault}"
            for fault in dict.fromkeys(person.faults)
            if not of_the_cut(fault)
        ]
        context.close()
    assert not faults, "\n".join(faults)


def of_the_cut(fault: str) -> bool:
    """A browser says itself that there was no network."""
    return "net::ERR" in fault or "Failed to fetch" in fault or "status of 401" in fault


def takes_along(person: Person) -> Person:
    """Open the page with a network: to-dos come along, the worker keeps the page."""
    short = "en" if person.lang == "en" else "zh"
    person.page.goto(f"{person.origin}/desk/phone/{short}")
    person.page.evaluate(
        "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ? null"
        " : new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', () => done(null))))"
    )
    says(person, "Nothing waits to be sent.", "All sent {at}")
    return person


def says(person: Person, *sentences: str) -> None:
    either = "|".join(words.saying(one, person.lang, part=True).pattern for one in sentences)
    expect(person.page.locator(STATE)).to_have_text(re.compile(either))


def breaks(person: Person, wire: Wire, cuts: list[str]) -> None:
    """It has really broken there, and not merely not begun."""
    clock = Clock()
    while wire.cuts != cuts and clock.seconds < PATIENCE / 1000:
        person.page.wait_for_timeout(50)
    assert wire.cuts == cuts


def sends(person: Person) -> None:
    """By the button; where the page has begun by itself there is none any more."""
    button = person.page.locator("[data-send]")
    if button.is_visible():
        person.taps += 1
        button.dispatch_event("click")


def ask(person: Person, path: str) -> Any:
    answer = person.page.request.get(f"{person.origin}{ROOT}{path}")
    assert answer.ok, f"{path}: {answer.status} {answer.text()}"
    return answer.json()


def act(person: Person, path: str, facts: dict[str, Any]) -> Any:
    cookies = {one["name"]: one["value"] for one in person.page.context.cookies()}
    answer = person.page.request.post(
        f"{person.origin}{ROOT}{path}", data=facts, headers={"X-CSRFToken": cookies["csrftoken"]}
    )
    assert answer.ok, f"{path}: {answer.status} {answer.text()}"
    return answer.json()


def to_verify(office: Person, *, level: str = "06010", times: int = 1) -> list[dict[str, Any]]:
    """Troubles of her grid that she is asked to look at."""
    office.goes("/desk")
    made = []
    for number in range(times):
        facts = {
            "matter": level,
            "text": f"楼道堆物 {number} {uuid4().hex[:6]}",
            "area": GRID,
            "place": f"地下室 {number + 1}",
            "source": "phone",
        }
        case = act(office, "cases/records", facts)
        made.append(act(office, f"cases/{case['id']}/verification-request", {"note": "请看一下"}))
    return made


def opens_todo(person: Person, case: dict[str, Any]) -> Person:
    link = person.page.locator(f"a[href='#/of/case/{case['id']}']").first
    link.wait_for(state="attached")
    folded = person.page.locator("details.phone-more:not([open])", has=link).locator("summary")
    if folded.count():
        person.taps_on(folded)
    return person.taps_on(link)


def verifies(person: Person, case: dict[str, Any], words: str, *photos: Path) -> None:
    person.page.locator(".bottombar a[href='#/']").tap()
    opens_todo(person, case)
    person.taps_on("Say what you saw")
    person.ticks(person.page.locator("input[name=found][value=true]"))
    person.types(person.page.locator("[name=text]"), words)
    if photos:
        person.photographs(*photos, into="input[name=photos]")
    person.taps_on("Keep")
    person.page.wait_for_url("**#/records")


def reports(person: Person, words: str, *photos: Path, place: str = "3号楼地下室") -> None:
    person.taps_on(person.page.locator(".bottombar a[href='#/new/cases.report']"))
    if photos:
        person.photographs(*photos, into="input[name=photos]")
    person.chooses(person.page.locator("[name=matter]"), "06010")
    person.types(person.page.locator("[name=text]"), words)
    person.types(person.page.locator("[name=place]"), place)
    person.taps_on("Keep")
    person.page.wait_for_url("**#/records")


def found(office: Person, words: str) -> list[dict[str, Any]]:
    items = ask(office, f"cases/?limit=100&area={GRID}")["items"]
    return [one for one in items if ask(office, f"cases/{one['id']}")["text"] == words]


def photos_of(office: Person, case: str) -> int:
    office.page.goto(f"{office.origin}/desk/cases/{case}")
    hrefs = office.page.locator("a[href^='/files/']").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    return len(set(hrefs))


def moves(office: Person, case: str, move: str) -> list[dict[str, Any]]:
    return [one for one in ask(office, f"cases/{case}/timeline") if one["move"] == move]
