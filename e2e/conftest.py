"""People, browsers and the living county of the stories."""

import itertools
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from e2e.effort import Effort
from e2e.living import Living, living
from e2e.person import DESK, LOOKED, PATIENCE, PHONE, Person, come_from, context_options, speak
from e2e.pictures import photo
from e2e.telephone import snap, telephone, wire  # noqa: F401 -- fixtures

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",  # a microphone that hums
]  # fmt: skip
ROLL = random.randrange(
    10_000
)  # a county that is kept between runs has seen the pictures of the last one
_networks = itertools.count(1)

Meet = Callable[..., Person]


@pytest.fixture(scope="session")
def county() -> Iterator[Living]:
    """The demo county, running."""
    with living() as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """Who came in once does not type the password again."""
    return {}


@pytest.fixture
def meet(
    county: Living, browser: Browser, signed_in: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[Meet]:
    """`meet("jd01")`: somebody at a screen. Without a login: a resident. Faults they saw fail the story at its end."""
    people: list[tuple[Person, Any]] = []

    def come(
        login: str = "",
        *,
        lang: str = "zh-hans",
        phone: bool = False,
        scripts: bool = True,
        onward: str = "/desk",
        called: str = "",
    ) -> Person:
        options = context_options(lang, PHONE if phone else DESK)
        context = browser.new_context(
            **options, java_script_enabled=scripts, storage_state=signed_in.get(login)
        )
        come_from(context, county.origin, next(_networks))
        context.set_default_timeout(PATIENCE)
        speak(context, county.origin, lang)
        story = request.node.name.split("[")[0].removeprefix("test_")[:20]
        person = Person(
            context.new_page(),
            county.origin,
            lang,
            f"{story}-{called or login or 'resident'}",
            phone,
            scripts,
        )
        if login and login not in signed_in:
            person.signs_in(login, onward)
            signed_in[login] = context.storage_state()
        people.append((person, context))
        return person

    yield come
    faults = []
    for person, context in people:
        if not person.page.is_closed():
            person.look_around()
        if request.node.stash.get(FAILED, False) and not person.page.is_closed():
            LOOKED.mkdir(parents=True, exist_ok=True)
            person.page.screenshot(path=str(LOOKED / f"failed-{person.name}.png"), full_page=True)
        faults += [f"{person.name}: {fault}" for fault in dict.fromkeys(person.faults)]
        context.close()
    assert not faults, "\n".join(faults)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def quiet(county: Living, meet: Meet) -> Callable[[str], tuple[float, float]]:
    """`quiet(grid)`: a point (lon, lat) where nobody has reported anything; the county's desk knows."""

    def find(grid: str) -> tuple[float, float]:
        desk = meet("zh01")
        answer = desk.page.request.get(f"{county.origin}/desk/cases/points")
        return county.quiet_point(grid, answer.json())

    return find


@pytest.fixture
def camera(tmp_path: Path) -> Callable[..., Path]:
    """`camera("rubbish", 7, place=(lon, lat))` makes a photo."""

    def take(subject: str, dice: int, **more: Any) -> Path:
        return photo(tmp_path, subject, dice + 100 * ROLL, **more)

    return take


@pytest.fixture(scope="session")
def effort() -> Iterator[Effort]:
    """What every story cost in taps and typed fields; written down when all were told."""
    kept = Effort()
    yield kept
    kept.write()


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lifang-e2e-") as folder:
        yield Path(folder)
