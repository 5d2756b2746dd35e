"""W-G1: a grid worker in a basement. The network is cut, twice in the middle of sending; nothing is lost, nothing doubled."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import ARGUMENTS, Meet
from e2e.effort import Effort
from e2e.living import Living
from e2e.person import PHONE, Clock, Person, context_options, speak
from e2e.telephone import (
    OTHER,
    WORKER,
    Telephone,
    act,
    ask,
    breaks,
    found,
    moves,
    photos_of,
    reports,
    says,
    sends,
    takes_along,
    to_verify,
    verifies,
)
from e2e.wire import Wire, wire_to


@pytest.mark.covers("W-G1", "S4-02", "S3-16")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_in_a_basement_three_tasks_and_upstairs_all_arrives_once(
    lang: str,
    meet: Meet,
    wire: Wire,
    telephone: Telephone,
    snap: Callable[[], Path],
    effort: Effort,
) -> None:
    office = meet("jd01", lang=lang)
    cases = to_verify(office, times=3)
    before = len(ask_records(office))
    assert before == 0
    she = telephone(lang=lang)
    came = len(ask(she, "offline/records?limit=200")["items"])

    # Downstairs: no network. The page opens, three tasks, each with its reason.
    wire.down()
    she.page.goto(f"{she.origin}/desk/phone")
    says(she, "No network. Nothing waits.")
    first = she.page.locator(".group.first .task")
    expect(first).to_have_count(3)
    expect(first.locator(".chip")).to_have_count(3)
    she.looks("basement")
    since, clock = she.effort(), Clock()
    mark = uuid4().hex[:8]
    verifies(she, cases[0], f"看到了 {mark}", snap())
    says(she, "No network, 1 record waits")
    reports(she, f"新的杂物 {mark}", snap(), snap())
    verifies(she, cases[1], f"第二处 {mark}")
    says(she, "No network, {n} records wait")
    she.looks("three-wait")
    effort.note(
        "W-G1",
        "grid worker",
        f"three records without a network ({lang[:2]})",
        she,
        clock.seconds,
        "",
        since,
    )

    # Another desk page needs a network and says so; reloading loses nothing.
    she.page.goto(f"{she.origin}/desk/inbox")
    she.sees("That page needs a network").looks("away")
    she.page.reload()
    says(she, "No network, {n} records wait")

    # Upstairs: it comes and breaks in the middle of a photo, comes again and breaks before an answer.
    wire.cut_in("PUT /api/v1/offline/photos", 70_000)
    wire.up()
    sends(she)
    breaks(she, wire, ["request"])
    says(she, "No network, {n} records wait")
    wire.cut_answer("PUT /api/v1/offline/records")
    wire.up()
    sends(she)
    breaks(she, wire, ["request", "answer"])
    says(she, "No network, {n} records wait")
    wire.up()
    sends(she)
    says(she, "All sent {at}")
    she.page.locator(".bottombar a[href='#/records']").tap()
    she.looks("all-sent")

    # Nothing lost, nothing doubled.
    taken = ask(she, "offline/records?limit=200")["items"]
    assert len(taken) == came + 3
    assert len({one["id"] for one in taken}) == len(taken)
    for case, text in ((cases[0], f"看到了 {mark}"), (cases[1], f"第二处 {mark}")):
        steps = moves(office, case["id"], "verify")
        assert [step["note"] for step in steps] == [text]
    assert photos_of(office, cases[0]["id"]) == 1
    (new,) = found(office, f"新的杂物 {mark}")
    assert photos_of(office, new["id"]) == 2
    assert ask(office, f"cases/{cases[0]['id']}")["state"] == "awaiting_acceptance"


def ask_records(person: Person) -> list[dict[str, Any]]:
    return ask(person, "offline/records?limit=200")["items"]


@pytest.mark.covers("W-G1", "S4-02")
def test_a_case_that_was_done_meanwhile_comes_back_field_by_field(
    meet: Meet, wire: Wire, telephone: Telephone
) -> None:
    office = meet("jd01")
    (case,) = to_verify(office)
    she = telephone()
    wire.down()
    verifies(she, case, "杂物还在")
    colleague = meet("jd01", called="colleague")
    colleague.goes("/desk")
    # Somebody else has been there and the office has refused it since.
    helper = meet("wg11", called="helper")
    helper.goes("/desk")
    act(
        helper, f"cases/{case['id']}/verification", {"found": False, "note": "已清走", "photos": []}
    )
    act(office, f"cases/{case['id']}/acceptance", {"note": ""})
    wire.up()
    sends(she)
    she.page.locator("[data-needs] a").wait_for()
    she.page.locator("[data-needs] a").tap()
    she.page.locator("main a[href^='#/record/']").first.tap()
    she.sees("The platform did not take it").sees("What changed meanwhile")
    row = she.page.locator("table.compare tr", has=she.page.locator("th", has_text="状态"))
    expect(row).to_contain_text("待核实")
    expect(row).to_contain_text("待派遣")
    she.looks("conflict")
    she.taps_on(she.page.locator("main [data-instead]"))
    says(she, "All sent {at}")
    notes = [one["note"] for one in moves(office, case["id"], "add")]
    assert len(notes) == 1
    assert "杂物还在" in notes[0]
    assert len(moves(office, case["id"], "verify")) == 1


@pytest.mark.covers("W-G1", "S4-02")
def test_two_telephones_of_one_account_send_their_own_and_each_once(
    meet: Meet, wire: Wire, telephone: Telephone, snap: Callable[[], Path]
) -> None:
    office = meet("jd01")
    office.goes("/desk")
    one, other = telephone(), telephone()
    came = len(ask_records(one))
    wire.down()
    mark = uuid4().hex[:8]
    reports(one, f"甲 {mark}", snap())
    reports(other, f"乙 {mark}", snap())
    wire.up()
    for she in (one, other):
        sends(she)
    for she in (one, other):
        says(she, "All sent {at}")
    assert len(ask_records(one)) == came + 2
    assert len(found(office, f"甲 {mark}")) == len(found(office, f"乙 {mark}")) == 1


@pytest.mark.covers("W-G1", "S4-02")
def test_a_browser_that_is_killed_keeps_what_waits(meet: Meet, county: Living) -> None:
    office = meet("jd01")
    office.goes("/desk")
    mark, folder = uuid4().hex[:8], tempfile.mkdtemp(prefix="lifang-phone-")
    playwright = office.page.context.browser.browser_type  # type: ignore[union-attr]
    try:
        with wire_to(county.origin) as wire:
            options: dict[str, Any] = {
                **context_options("zh-hans", PHONE), "executable_path": shutil.which("chromium"),
                "args": [*ARGUMENTS, "--remote-debugging-port=0"],
            }  # fmt: skip
            context = playwright.launch_persistent_context(folder, **options)
            she = Person(context.pages[0], wire.origin, "zh-hans", "offline-killed", touch=True)
            speak(context, wire.origin, "zh-hans")
            she.signs_in(WORKER, "/desk")
            takes_along(she)
            came = len(ask_records(she))
            wire.down()
            reports(she, f"断电前 {mark}")
            kill(folder)
            context = playwright.launch_persistent_context(folder, **options)
            she = Person(context.pages[0], wire.origin, "zh-hans", "offline-killed", touch=True)
            she.page.goto(f"{wire.origin}/desk/phone")
            says(she, "No network, 1 record waits")
            wire.up()
            sends(she)
            # A session cookie may go with the browser; the record does not.
            expect(she.page.locator("[data-state]:is(.done, .late)")).to_be_visible()
            if she.page.locator("[data-enter]").is_visible():
                she.signs_in(WORKER, "/desk")
                she.page.goto(f"{wire.origin}/desk/phone")
            says(she, "All sent {at}")
            assert len(ask_records(she)) == came + 1
            assert len(found(office, f"断电前 {mark}")) == 1
            context.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill(folder: str) -> None:
    """The browser of this profile, as a dead battery ends it."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if f"--user-data-dir={folder}".encode() in command.split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
    for lock in Path(folder).glob("Singleton*"):
        lock.unlink(missing_ok=True)


@pytest.mark.covers("S4-02")
def test_signing_out_asks_while_something_waits_and_then_nothing_is_left(
    wire: Wire, telephone: Telephone
) -> None:
    she = telephone()
    wire.down()
    reports(she, f"没有发送 {uuid4().hex[:8]}")
    # The page of the question is there while the sending is not.
    she.page.route("**/api/v1/offline/**", lambda route: route.abort())
    wire.up()
    she.page.goto(f"{she.origin}/sign-out")
    she.sees(
        "1 record on this telephone has not been sent. If you sign out now, it is lost."
    ).looks("sign-out")
    she.taps_on("Sign out and lose them")
    she.page.locator("#confirm [data-yes]").tap()
    she.page.wait_for_url(f"{she.origin}/")
    left = she.page.evaluate(
        "Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()])"
        ".then(([a, b, c]) => [a.length, b.length, c.length])"
    )
    assert left == [0, 0, 0]


@pytest.mark.covers("S4-02")
def test_when_the_session_ends_nobody_reads_on_and_the_record_waits_for_its_writer(
    meet: Meet, wire: Wire, telephone: Telephone
) -> None:
    office = meet("jd01")
    office.goes("/desk")
    mark = uuid4().hex[:8]
    she = telephone()
    wire.down()
    reports(she, f"封存 {mark}")
    she.page.context.clear_cookies(name="sessionid")
    wire.up()
    sends(she)
    says(she, "Your sign-in ended. Sign in to send 1 record.")
    she.looks("session-ended")
    assert kept(she.page) == {"carried": False, "key": False, "records": 1}

    # Somebody else of the office signs in on the same telephone: they read nothing of it.
    she.signs_in(OTHER, "/desk")
    takes_along(she)
    she.sees(
        "1 record of another account lies sealed here. It is sent when that person signs in on this telephone."
    ).looks("another")
    assert mark not in lying(she.page)
    assert found(office, f"封存 {mark}") == []

    she.page.context.clear_cookies(name="sessionid")
    she.signs_in(WORKER, "/desk")
    she.page.goto(f"{she.origin}/desk/phone")
    says(she, "All sent {at}")
    assert len(found(office, f"封存 {mark}")) == 1


@pytest.mark.covers("S4-02")
def test_a_full_telephone_says_so_and_the_words_stay_on_the_screen(
    wire: Wire, telephone: Telephone, snap: Callable[[], Path]
) -> None:
    she = telephone(take=False)
    devtools = she.page.context.new_cdp_session(she.page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": she.origin, "quotaSize": 3_000_000})
    takes_along(she)
    wire.down()
    she.taps_on(she.page.locator(".bottombar a[href='#/new/cases.report']"))
    she.photographs(*(snap() for _ in range(6)), into="input[name=photos]")
    she.chooses(she.page.locator("[name=matter]"), "06010")
    she.types(she.page.locator("[name=text]"), "放不下了")
    she.taps_on("Keep")
    she.sees("No room on this telephone").looks("full")
    expect(she.page.locator("[name=text]")).to_have_value("放不下了")
    assert kept(she.page)["records"] == 0
    # Fewer photos, and there is room.
    for _ in range(5):
        she.taps_on(she.page.locator(".photo-list button").first)
    she.taps_on("Keep")
    she.page.wait_for_url("**#/records")
    says(she, "No network, 1 record waits")


KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open("lifang-phone");
  asked.onsuccess = () => {
    const unit = asked.result.transaction(["meta", "records"]);
    const [meta, records] = [unit.objectStore("meta").getAllKeys(), unit.objectStore("records").getAll()];
    unit.oncomplete = () => {
      asked.result.close();
      const waiting = records.result.filter((row) => row.state !== "sent").length;
      done({ carried: meta.result.includes("carried"), key: meta.result.includes("key"), records: waiting });
    };
  };
})"""

LYING = """() => new Promise((done) => {
  const asked = indexedDB.open("lifang-phone");
  asked.onsuccess = () => {
    const unit = asked.result.transaction(["meta", "records", "photos"]);
    const all = ["meta", "records", "photos"].map((name) => unit.objectStore(name).getAll());
    unit.oncomplete = () => {
      asked.result.close();
      const text = (value) => value instanceof ArrayBuffer ? new TextDecoder().decode(value)
        : ArrayBuffer.isView(value) ? "" : value && typeof value === "object" ? Object.values(value).map(text).join(" ") : String(value);
      done(all.map((one) => text(one.result)).join(" "));
    };
  };
})"""


def kept(page: Page) -> dict[str, Any]:
    return page.evaluate(KEPT)  # type: ignore[no-any-return]


def lying(page: Page) -> str:
    """Everything in the telephone's store, as whoever takes the file would read it."""
    return str(page.evaluate(LYING))


@pytest.mark.covers("S4-02")
def test_nothing_of_anybody_lies_open_on_the_telephone(
    meet: Meet, wire: Wire, telephone: Telephone
) -> None:
    (case,) = to_verify(meet("jd01"))
    she = telephone()
    names = json.dumps(ask(she, "offline/bundle"), ensure_ascii=False)
    assert case["number"] in names
    stored = lying(she.page)
    assert case["number"] not in stored
    assert case["place"] not in stored
    cached = she.page.evaluate(
        "caches.keys().then(async names => { let all = ''; for (const name of names) { const cache = await caches.open(name);"
        " for (const one of await cache.keys()) all += one.url + (await (await cache.match(one)).clone().text()); } return all; })"
    )
    assert case["number"] not in cached
    assert she.page.evaluate("window.Object.keys(localStorage).length") <= 1
