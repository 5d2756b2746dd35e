"""What staff do on a case, as steps of a story."""

import re
from pathlib import Path

from e2e.person import Clock, Person
from lifang.demo.county import county

NUMBER = re.compile(r"\d{12}")


def logins(kind: str) -> list[str]:
    """Accounts of the units of one kind, as the demo county hands them out."""
    plan = county()
    kinds: dict[str, None] = {one.kind: None for one in plan.units}
    ordered = [one.kind for kind in kinds for one in plan.units if one.kind == kind] + [
        "street_office"
    ] * len(plan.streets)
    return [f"bm{number:02d}" for number, one in enumerate(ordered, 1) if one == kind]


def login_of(unit: str) -> str:
    """The account of a unit by its name in either language."""
    plan = county()
    kinds: dict[str, None] = {one.kind: None for one in plan.units}
    named = [one.name for kind in kinds for one in plan.units if one.kind == kind]
    for number, name in enumerate(named, 1):
        if unit in (name.zh, name.en):
            return f"bm{number:02d}"
    for number, name in enumerate(plan.property, 1):
        if unit in (name, f"Property Company {number}"):
            return f"wy{number:02d}"
    streets = [(f"{one.name.zh}办事处", f"{one.name.en} Office") for one in plan.streets]
    return next(f"bm{len(named) + n:02d}" for n, names in enumerate(streets, 1) if unit in names)


def opens(person: Person, number: str) -> Person:
    """From the list, by its number."""
    person.goes(f"/desk/cases?q={number}")
    person.taps_on(person.page.get_by_role("link", name=number).first)
    person.page.wait_for_url(re.compile("/desk/cases/[0-9a-f-]{36}"))
    person.sees(number)
    return person


def act(person: Person, verb: str) -> Person:
    """Open an act's form in the page of the case."""
    person.taps_on(verb)
    person.page.locator("#act form").first.wait_for()
    return person


def send(person: Person) -> Person:
    """The button of the open form; the case shows itself anew."""
    button = person.page.locator("form.act > .acts button").first
    case = person.page.locator("#case").element_handle()
    person.taps_on(button)
    if case:
        person.page.wait_for_timeout(50)
        person.page.locator("#act form").wait_for(state="detached")
    return person


def does(person: Person, verb: str, note: str = "", photo: Path | None = None) -> Person:
    """An act that needs a note and a photo at most."""
    act(person, verb)
    if photo:
        person.photographs(photo, into="#act input[type=file]")
    if note:
        person.types(person.page.locator("#act textarea[name=note]"), note)
    return send(person)


def dispatch(person: Person, *, alone: bool = True) -> str:
    """As the duties propose; without the helping units if it goes to one alone. Who leads."""
    act(person, "Dispatch")
    helps = person.page.locator("#act input[name=assists]:checked:visible")
    while alone and helps.count():
        helps.first.uncheck()
        person.taps += 1
    person.looks("dispatch")
    send(person).sees("Awaiting signature")
    return dispatched_to(person)


def handled(person: Person, number: str, note: str, photo: Path) -> Person:
    """The unit signs for it, does it and shows it."""
    opens(person, number).taps_on("Sign for").sees("In hand")
    person.looks("handling")
    return does(person, "Feed back", note, photo).sees("Awaiting check")


def dispatched_to(person: Person) -> str:
    """The unit that leads, as the page says it."""
    return person.page.locator(".parts li").first.locator("a").first.inner_text().strip()


def records(person: Person, matter: str, said: str, photo: Path) -> str:
    """Write down what was seen or told; the photo knows the place. Its number."""
    person.goes("/desk/report").photographs(photo, into="#id_photos")
    person.types(person.page.locator("#id_text"), said)
    person.page.locator("details.why summary").first.click()
    person.chooses(person.page.locator("[name=other]"), matter)
    return sent(person)


def sent(person: Person) -> str:
    """The report's button; the page of the new case."""
    person.taps_on(person.page.locator("form.record button.primary"))
    person.page.wait_for_url(re.compile("/desk/cases/[0-9a-f-]{36}"))
    found = NUMBER.search(person.page.locator("#case .case-head").inner_text())
    assert found
    return found[0]


def told(person: Person, number: str, within_seconds: float = 60) -> str:
    """The message about a case, as soon as it is there."""
    clock = Clock()
    while True:
        person.page.goto(f"{person.origin}/my/messages")
        row = person.page.locator("tr", has_text=number).first
        if row.count():
            return row.inner_text()
        assert clock.seconds < within_seconds, (
            f"nobody told {person.name} of {number} in {within_seconds} s"
        )
        person.page.wait_for_timeout(1000)
