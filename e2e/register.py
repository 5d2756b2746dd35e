"""What residents and grid workers do with the register, as steps of a story."""

import re

from playwright.sync_api import expect

from e2e import words
from e2e.person import Person

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def agrees(person: Person) -> Person:
    """Yes to what the page asked in words."""
    person.page.locator("dialog[open] [data-yes]").click()
    person.taps += 1
    person.page.wait_for_load_state("load")
    return person


def comes_in(person: Person, telephone: str, keeper: Person) -> Person:
    """By telephone and code; in the demonstration the outbox stands in for the telephone, and its keeper reads it out."""
    person.goes("/sign-in?as=resident&next=/my")
    person.types(person.page.locator("[name=telephone]"), telephone)
    person.taps_on("Send me the code").sees("The code").looks("code")
    masked = f"{telephone[:3]}****{telephone[-4:]}"
    keeper.goes("/desk/outbox").looks("outbox")
    line = keeper.page.locator("tbody tr", has_text=masked).first
    found = CODE.search(line.inner_text().replace(masked, ""))
    assert found, "no code stands in the outbox"
    person.types(person.page.locator("[name=code]"), found[0])
    person.taps_on(person.page.locator("main form.card button.primary")).page.wait_for_url(
        re.compile(r"/my$")
    )
    return person


def finds(worker: Person, telephone: str) -> Person:
    """The person behind a whole number, by words that stay out of the address."""
    worker.goes("/desk/registry")
    search = worker.page.locator("main input[type=search]").first
    worker.types(search, telephone)
    search.press("Enter")
    expect(worker.page.locator("tbody tr")).to_have_count(1)
    assert telephone not in worker.page.url
    return worker.looks("found").taps_on(worker.page.locator("tbody a[href*='/people/']").first)


def looks_at(worker: Person, element: str, purpose: str) -> str:
    """One field in the clear, for a purpose."""
    worker.taps_on(worker.page.locator(f"a[href$='/look/{element}']").first)
    worker.ticks(worker.page.locator(f"[name=purpose][value={purpose}]"))
    worker.taps_on("Show").looks("look")
    return worker.page.locator("main p.lead").inner_text().strip()


def enters_group(worker: Person) -> Person:
    """Into a group that stands on consent, with the person's; which one, the demo county leaves open."""
    worker.taps_on("Enter into a group")
    consent = words.saying(" (with consent)", worker.lang, part=True)
    group = worker.page.locator("[name=tag] option", has_text=consent).last
    worker.chooses(worker.page.locator("[name=tag]"), group.get_attribute("value") or "")
    worker.ticks(worker.page.locator("[name=consented]")).looks("group")
    return worker.taps_on("Enter").sees("The group is entered; the visits it asks for are planned.")
