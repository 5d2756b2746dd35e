"""What devices and their makers send, by the doors everybody uses; and what staff do at the alarm wall."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from e2e.living import Living
from e2e.person import Person
from lifang.core.testing.mqtt import Line

KEY = re.compile(r"lf_[0-9A-Z]{8}_[\w-]+")
_serial = count(int(time.time()))


def stamp() -> str:
    """A code that no other run has used."""
    return f"{next(_serial):X}"


def line(
    device: str, number: object, at: datetime | None = None, **values: float
) -> dict[str, Any]:
    """One message in our own words."""
    when = at or datetime.now(UTC)
    return {"device": device, "id": f"{device}-{number}", "at": when.isoformat(), "values": values}


def posts(
    county: Living, path: str, key: str, body: bytes = b"", media: str = "application/json"
) -> tuple[int, dict[str, Any]]:
    """What the gate answers."""
    asked = urllib.request.Request(
        f"{county.gate}/api/sensing/{path}", data=body, method="POST",
        headers={"Authorization": f"Bearer {key}", "Content-Type": media},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def sends(county: Living, key: str, *lines: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Lines by HTTP, answered when they are stored."""
    return posts(county, "batches", key, b"\n".join(json.dumps(one).encode() for one in lines))


def fetches(county: Living, key: str) -> list[dict[str, Any]]:
    """What the device is asked to do."""
    asked = urllib.request.Request(
        f"{county.gate}/api/sensing/commands", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        found: list[dict[str, Any]] = json.load(answer)["commands"]
    return found


def publishes(county: Living, key: str, *lines: dict[str, Any]) -> int:
    """The same by MQTT; how many receipts came."""
    prefix = key[3:11]
    with Line(county.mqtt, prefix, key) as wire:
        return wire.publish([(f"d/{prefix}/lifang", json.dumps(one).encode()) for one in lines])


def until(seen: Callable[[], Any], seconds: float = 60, every: float = 0.5) -> Any:
    """Ask until it is so; what came. Fails when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(every)
    return found


def registers(
    person: Person, kind: str, code: str, grid: str, *, place: str = "", name: str = "", **more: str
) -> str:
    """A device on the page of the register; its address."""
    person.goes("/desk/devices/new")
    person.chooses(person.page.locator("[name=type]"), kind)
    person.types(person.page.locator("[name=code]"), code)
    if name:
        person.types(person.page.locator("[name=name]"), name)
    if place:
        person.types(person.page.locator("[name=place_words]"), place)
    person.chooses(person.page.locator("[name=area]"), grid)
    for field, words in more.items():
        person.types(person.page.locator(f"[name={field}]"), words)
    person.taps_on("Register")
    if place and person.page.locator("input[name=place]").count():
        person.ticks(person.page.locator("input[name=place]").first)
        person.taps_on("Register")
    person.page.wait_for_url(re.compile("/desk/devices/[0-9a-f-]{36}$"))
    return person.page.url.removeprefix(person.origin)


def own_key(person: Person, device: str) -> str:
    """A key of the device's own, as the page shows it once."""
    person.goes(f"{device}/key").taps_on("Issue a key")
    found = KEY.search(person.page.locator("main").inner_text())
    assert found, "no key was shown"
    return found[0]


def on_the_wall(person: Person, words: str, seconds: float = 30) -> str:
    """The alarm that shows itself on the open wall; its address."""
    card = person.page.locator("#wall article", has_text=words).first
    card.wait_for(timeout=seconds * 1000)
    return card.locator("h3 a").get_attribute("href") or ""


def judges(person: Person, alarm: str, verdict: str, cause: str) -> Person:
    """What it was."""
    person.goes(f"{alarm}/verdict")
    person.ticks(person.page.locator(f"[name=verdict][value={verdict}]"))
    person.types(person.page.locator("[name=cause]"), cause)
    return person.taps_on("Judge the alarm")


def figures(person: Person, rule: str) -> dict[str, str]:
    """What the page of a rule says of its quality: word → number."""
    person.goes(f"/desk/alarm-rules/{rule}")
    facts = person.page.locator("aside dl.facts").first
    if not facts.count():
        return {}
    words = facts.locator("dt").all_inner_texts()
    return dict(zip(words, facts.locator("dd").all_inner_texts(), strict=True))


def listed(person: Person, code: str, rule: str) -> str:
    """The address of the one alarm of a rule about a device; "" while there is none."""
    person.goes(f"/desk/alarms/all?q={code}&rule={rule}")
    row = person.page.locator("tbody tr")
    return (row.first.locator("a").first.get_attribute("href") or "") if row.count() == 1 else ""
