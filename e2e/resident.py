"""What residents do, as steps of a story."""

import re
from pathlib import Path

from e2e.desk import NUMBER
from e2e.person import Person


def to_the_matter(person: Person, picture: Path) -> Person:
    """From the first page to the question what is wrong: a photo that knows its place answers two of them."""
    person.goes("/").taps_on("Report a trouble", part=True)
    person.photographs(picture).looks("photo").taps_on("Continue")
    person.sees("We took the place from your photo. Move the map if it is not right.")
    person.page.locator(".herename").wait_for()
    person.looks("place").taps_on("Continue")
    person.page.locator(".matters button").first.wait_for()
    return person


def offered(person: Person) -> list[tuple[str, str]]:
    """(key, name) of the matters proposed with nothing typed."""
    chips = person.page.locator("#proposals button[name=matter]")
    return [
        (chips.nth(n).get_attribute("value") or "", chips.nth(n).inner_text().strip())
        for n in range(chips.count())
    ]


def picks(person: Person, key: str) -> Person:
    return person.taps_on(person.page.locator(f"#proposals button[value='{key}']"))


def sends(person: Person) -> str:
    """The review's button; the number that is shown."""
    person.sees("Check before you send").looks("review").taps_on("Send")
    person.page.wait_for_url(re.compile("/r/[0-9A-Z]+/sent"))
    found = NUMBER.search(person.page.locator(".bignumber").inner_text())
    assert found
    return found[0]


def reports(person: Person, picture: Path, key: str) -> str:
    """A new report of a matter, whatever is near."""
    picks(to_the_matter(person, picture), key)
    if "/near" in person.page.url:
        person.taps_on("No, it is something else")
    return sends(person)


def receipt(person: Person) -> str:
    """The address of the receipt that was just given."""
    return person.page.url.removeprefix(person.origin).removesuffix("/sent")


def neighbours(person: Person) -> int:
    """How many have reported it here already, as the page says."""
    person.sees("Is it one of these?")
    found = re.search(r"\d+", person.page.locator("main .notice").first.inner_text())
    assert found
    return int(found[0])
