"""What comes to a door: a visitor with a pass, a parcel with a code, an outage that is told, a room that is booked."""

import re
from datetime import timedelta
from random import randrange

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from e2e import register
from e2e.conftest import Meet
from e2e.effort import Effort
from e2e.person import Clock, Person

HERS = {"zh-hans": ("10000000120", "wm01"), "en": ("10000000180", "wm01")}
HOME = re.compile(r"([\u4e00-\u9fff]+)(\d+号楼)(\S+)")  # estate, building, door


@pytest.mark.covers("S2-06", "S4-24", "S3-24")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_visitor_a_parcel_an_outage_and_a_booking(lang: str, meet: Meet, effort: Effort) -> None:
    telephone, company = HERS[lang]
    she = register.comes_in(meet(phone=True, lang=lang, called="she"), telephone, meet("xt01", lang=lang, called="outbox"))  # fmt: skip
    boss = meet(company, lang=lang, called="boss")
    home = _visitor(she, boss, effort)
    _parcel(she, boss, home, effort)
    _outage(she, boss, home, effort)
    _booking(she, effort)


def _visitor(she: Person, boss: Person, effort: Effort) -> re.Match[str]:
    she.goes("/my/visitors").looks("visitors")
    since, clock = she.effort(), Clock()
    she.sends("Make the pass")
    row = effort.note("S2-06", "resident", "invites a visitor", she, clock.seconds, "≤ 2 taps, 0 typed", since)  # fmt: skip
    assert (row.taps, row.typed) == (1, 0)
    code = she.looks("pass").page.locator("strong.pickup").inner_text()
    found = HOME.search(she.reads())
    assert found, "the pass says where to"
    boss.goes("/desk/gates").looks("gates")
    boss.taps_on(boss.page.locator("main a", has_text="东门").first).looks("gate")
    since, clock = boss.effort(), Clock()
    boss.ticks(boss.page.locator("[name=what][value=code]"))
    boss.types(boss.page.locator("[name=said]"), code)
    boss.sends(boss.page.locator("button[value=in]"))
    expect(boss.page.locator(".notice.done", has_text=found[0])).to_be_visible()
    effort.note("S2-06", "guard", "checks a pass", boss, clock.seconds, "", since)
    boss.looks("admitted")
    return found


def _parcel(she: Person, boss: Person, home: re.Match[str], effort: Effort) -> None:
    tail = f"{randrange(10_000):04d}"
    boss.goes("/desk/parcels/new").looks("buildings")
    since, clock = boss.effort(), Clock()
    boss.taps_on(
        boss.page.locator("section.card", has_text=home[1]).locator("a", has_text=home[2]).first
    )
    boss.types(boss.page.locator("[name=rooms]"), f"{home[3]} {tail}")
    boss.looks("noting").sends("Note and tell the households")
    effort.note("S4-24", "property desk", "notes a parcel", boss, clock.seconds, "", since)
    she.goes("/my/parcels").looks("parcels")
    mine = she.page.locator("li", has_text=tail)
    code = mine.locator(".pickup").inner_text()
    boss.goes(f"/desk/parcels?q={tail}").looks("waiting")
    since, clock = boss.effort(), Clock()
    boss.taps_on(boss.page.locator("tbody a").first)
    boss.types(boss.page.locator("[name=code]"), code).looks("handing")
    boss.sends("Check the code and hand over").sees("Handed over. The household is told.")
    effort.note("S4-24", "property desk", "hands over by code", boss, clock.seconds, "", since)
    she.goes("/my/parcels")
    expect(she.page.locator("li", has_text=tail).locator(".pickup")).to_have_count(0)


def _outage(she: Person, boss: Person, home: re.Match[str], effort: Effort) -> None:
    why = f"检修水泵，请储水 {randrange(10**6)}"
    ends = timezone.localtime() + timedelta(hours=5)
    boss.goes("/desk/outages/new").looks("outage")
    since, clock = boss.effort(), Clock()
    boss.ticks(boss.page.locator("[name=kind]").first)
    boss.ticks(
        boss.page.locator(".estate", has_text=home[1])
        .locator(".pick", has_text=home[2])
        .locator("input")
        .first
    )
    boss.types(boss.page.locator("[name=ends]"), f"{ends:%Y-%m-%dT%H:%M}")
    boss.types(boss.page.locator("[name=reason]"), why)
    boss.sends("See whom it reaches").looks("reach")
    boss.sends("Publish and tell them").sees("Published. The households are being told.")
    effort.note("S0-57", "property desk", "tells of an outage", boss, clock.seconds, "", since)
    she.goes("/outages").sees(why).looks("outages")


def _booking(she: Person, effort: Effort) -> None:
    since, clock = she.effort(), Clock()
    she.goes("/my/venues").looks("venues")
    she.taps_on(she.page.locator(".card", has_text="健身房").locator("a.button.primary").first)
    she.taps_on(she.page.locator("nav.picks a").last).looks("venue")
    slot = she.page.locator("button[name=slot]").nth(randrange(4))
    when = slot.locator(".num").inner_text()
    she.sends(slot).sees("Booked. It stands below; give it back if you do not need it.")
    row = effort.note("S3-24", "resident", "books the gym", she, clock.seconds, "≤ 3 taps, 0 typed", since)  # fmt: skip
    assert (row.taps, row.typed) == (3, 0)
    expect(she.page.locator("li", has_text=when).first).to_be_visible()
    she.looks("booked")
    she.taps_on(she.page.locator("li", has_text=when).locator("button", has_text=re.compile("Give the booking back|取消预约")).first)  # fmt: skip
    register.agrees(she).sees("Given back. Somebody else may have it now.")
