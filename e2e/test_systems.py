"""An outside system: applies, is tested by its own calls, is approved by somebody else, reads what it was given and nothing else, and is shut out."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from e2e import register
from e2e.conftest import Meet
from e2e.devices import KEY, stamp
from e2e.living import Living
from e2e.person import Person
from lifang.demo.shops import right_code

HERE = "127.0.0.1/32"  # from where this story calls
RUNS, KEYS = "/api/v1/exchange/runs", "/api/v1/exchange/admission/key"
MATTERS, PLACES = "/api/v1/cases/matters", "/api/v1/registry/places"
AGENT = "ward-map/2.1"
WHO = {"zh-hans": "10000000483", "en": "10000000484"}


def calls(county: Living, key: str, path: str, body: Any = None, agent: str = AGENT, **also: str) -> tuple[int, Any, int]:  # fmt: skip
    """Status, answer, and for how many seconds to wait."""
    data = None if body is None else json.dumps(body).encode()
    head = {"Authorization": f"Bearer {key}", "User-Agent": agent, "Content-Type": "application/json", **also}  # fmt: skip
    asked = urllib.request.Request(county.origin + path, data=data, headers=head, method="GET" if body is None else "POST")  # fmt: skip
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, json.load(answer), 0
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}"), int(error.headers.get("Retry-After") or 0)  # fmt: skip


def patiently(county: Living, key: str, path: str, body: Any = None, **also: str) -> Any:
    """As a program should: it waits when it is told to, and comes again."""
    for _try in range(3):
        status, told, seconds = calls(county, key, path, body, **also)
        if status < 300:
            return told
        assert status in (429, 503), (status, told)
        time.sleep(seconds)
    raise AssertionError(path)


def walks(county: Living, key: str) -> dict[str, Any]:
    """The whole course; what was found."""
    run = patiently(county, key, RUNS, {})
    after: str | None = ""
    while after is not None:
        after = patiently(county, key, f"{run['records']}?after={after}")["next"]
    for n in (1, 2):
        patiently(county, key, run["reports"], {"text": f"第 {n} 件"}, **{"Idempotency-Key": f"report-of-story-{n}"})  # fmt: skip
    found: dict[str, Any] = patiently(county, key, run["end"], {})
    return found


def entered(person: Person, name: str, number: int) -> Person:
    """What the form of the desk and the form of the public door ask for."""
    words = {"name": name, "body": "里坊数图科技有限公司", "credit_code": right_code("91", number), "contact": "郑工", "purpose": "在地图上显示可以上报的事项。", "networks": HERE}  # fmt: skip
    for field, text in words.items():
        person.types(person.page.locator(f"[name={field}]"), text)
    for field, value in (("accesses", "matters"), ("kept", "none"), ("level", "0")):
        person.ticks(person.page.locator(f"[name={field}][value='{value}']"))
    return person


def applies(office: Person, name: str, number: int) -> tuple[str, str]:
    """The application is entered; its address and the test key."""
    office.goes("/desk/systems").looks("list").taps_on("Enter an application")
    entered(office, name, number).looks("application").sends(
        "Enter it and issue the test key"
    ).looks("test-key")
    found = KEY.search(office.page.locator("main pre").first.inner_text())
    assert found, "no key was shown"
    office.sends("I have handed it over")
    return office.page.url.removeprefix(office.origin), found[0]


@pytest.mark.covers("S1-14")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_an_outside_system_is_tested_approved_by_another_and_reads_what_it_was_given_alone(
    lang: str, county: Living, meet: Meet
) -> None:
    office, mark = meet("zh01", lang=lang), stamp()
    page, trial = applies(office, f"便民地图{mark}", int(mark, 16) % 1_000_000)
    office.sees("The system has not been tested yet.").looks("applied")

    # A program without a name that turns round at once: told what is wrong, and so is the desk.
    _status, run, _seconds = calls(county, trial, RUNS, {}, agent="python-requests/2.32.3")
    hasty = calls(county, trial, run["end"], {}, agent="python-requests/2.32.3")[1]
    assert not hasty["passed"]
    assert calls(county, trial, PLACES)[0] == 403  # nothing real opens to a test key
    assert calls(county, trial, KEYS, {})[0] == 409
    office.goes(page).sees("Not passed").looks("failed")

    found = walks(county, trial)
    assert found["passed"], found
    office.goes(page).sees("Passed").looks("passed")
    assert not office.page.locator(f"a[href='{page}/approval']").count(), "who entered it"
    assert calls(county, trial, KEYS, {})[0] == 409  # passed, and nobody has decided

    other = meet("zh02", lang=lang).goes(page)
    other.taps_on("Approve").looks("decision").sends(other.page.locator("main form button.primary"))
    other.looks("admitted")
    status, drawn, _seconds = calls(county, trial, KEYS, {})
    assert (status, drawn["ways"]) == (201, ["GET api/v1/cases/conversions", "GET api/v1/cases/matters"])  # fmt: skip
    key = drawn["key"]
    assert calls(county, key, MATTERS)[0] == 200
    assert [calls(county, key, path)[0] for path in (PLACES, "/api/v1/sensing/alarms")] == [403, 403]  # fmt: skip

    # Who watches over keys sees whose it is, and what it tried.
    guard = meet("aq01", lang=lang).goes("/desk/keys/").looks("keys")
    guard.taps_on(guard.page.locator("tbody tr", has_text=mark).first.locator("a").first)
    guard.sees("Outside system that uses it").sees(
        "Calls to an interface that was not given"
    ).looks("key")

    # It is ended, and shut out from its next call on.
    office.goes(page).taps_on("End the admission")
    office.types(office.page.locator("[name=note]"), "不再使用").looks("end")
    office.sends(office.page.locator("main form button.danger")).looks("ended")
    assert calls(county, key, MATTERS)[0] == 401


@pytest.mark.covers("S1-14")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_an_operator_applies_by_itself_and_takes_its_test_key_after_somebody_has_looked(
    lang: str, county: Living, meet: Meet
) -> None:
    mark = stamp()
    name = f"公交到站{mark}"
    outbox = meet("xt01", lang=lang, called="outbox")
    operator = meet(phone=True, lang=lang, called="operator")
    operator.goes("/api/").taps_on("Connect a system").looks("door")
    register.comes_in(operator, WHO[lang], outbox)
    operator.goes("/connect").taps_on("Apply")
    entered(operator, name, int(mark, 16) % 1_000_000)
    operator.types(operator.page.locator("[name=telephone]"), "010-00000000")
    operator.ticks(operator.page.locator("[name=agree]")).looks("form")
    operator.sends("Send the application").sees("What happens next").looks("waits")
    own = operator.page.url.removeprefix(operator.origin)
    assert not operator.page.locator("form[action$='/test-key']").count()

    clerk = meet("zh01", lang=lang, called="clerk").goes("/desk/systems")
    clerk.taps_on(clerk.page.locator("tbody a", has_text=name).first).looks("applied")
    clerk.taps_on("Open the test").looks("opening")
    clerk.sends(clerk.page.locator("main form button.primary")).looks("opened")
    page = clerk.page.url.removeprefix(clerk.origin)

    operator.goes(own).sends("Take the test key").looks("key")
    found = KEY.search(operator.page.locator("main pre").first.inner_text())
    assert found, "no key was shown"
    trial = found[0]
    _status, run, _seconds = calls(county, trial, RUNS, {})
    nothing = calls(county, trial, run["end"], {})[1]
    assert (nothing["passed"], {one["tried"] for one in nothing["checks"] if one["check"] != "tls"}) == (False, {False})  # fmt: skip
    operator.goes(own).sees("Not tried yet.").looks("untried")
    assert walks(county, trial)["passed"]
    clerk.goes(page)
    assert not clerk.page.locator(f"a[href='{page}/approval']").count(), "who opened it"
    other = meet("zh03", lang=lang).goes(page)
    other.taps_on("Approve").sends(other.page.locator("main form button.primary"))
    operator.goes(own).sees(
        "Your system draws its key with the test key: POST to the last address below."
    ).looks("admitted")
    assert calls(county, trial, KEYS, {})[0] == 201
