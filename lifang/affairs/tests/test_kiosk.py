"""The machine in the hall: known by its word, heard while it runs, and empty for whoever comes next."""

import re
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from lifang.affairs import actions, rules, selectors
from lifang.affairs.models import Terminal
from lifang.affairs.tests.make import (
    MONDAY,
    bound,
    granted,
    known_person,
    make_application,
    make_point,
    make_terminal,
)
from lifang.core.access import ANONYMOUS, SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.api.rates import BUCKETS
from lifang.core.audit.models import Entry
from lifang.core.forms import selectors as drafts
from lifang.core.notify import compose
from lifang.core.notify.models import Message
from lifang.core.testing import cast, hostile, places
from lifang.core.testing.proofs import grows, refused
from lifang.registry.tests.make import number

MINUTE = timedelta(minutes=1)


@given(some.integers(0, 20000), some.integers(0, 20000))
def test_uptime_is_a_share_and_is_not_made_up(minutes, hours):
    found = rules.uptime(minutes, hours * MINUTE)
    assert (found is None) == (hours == 0)
    assert found is None or 0 <= found <= 1


@pytest.mark.django_db
@pytest.mark.covers("S1-05", "S0-67")
def test_a_terminal_is_entered_bound_and_heard_only_by_its_word():
    office, stranger = cast.street_dispatcher(), cast.stranger()
    point = make_point(places.STREET)
    told = {
        "name_zh": "一号机", "name_en": "Number one", "area": places.STREET, "address": "大厅", "lon": "121", "lat": "31", "owner": "里坊公司", "funder": "街道",
        "hours": "duty", "services": ["ticket", "query"], "point": str(point.pk), "running": "on",
    }  # fmt: skip
    assert office.post("affairs:terminal_new", data={**told, "lon": "999"}).status_code == 422
    assert office.post("affairs:terminal_new", data={**told, "services": ["fly"]}).status_code == 422  # fmt: skip
    assert office.post("affairs:terminal_new", data={**told, "area": places.NEXT_STREET}).status_code == 422  # fmt: skip
    assert office.post("affairs:terminal_new", data=told).status_code == 302
    with behind(SYSTEM):
        row = Terminal.objects.get()
    assert (row.owner, row.services, row.point_id) == ("里坊公司", ["ticket", "query"], point.pk)
    assert stranger.post("affairs:terminal_pairing", row.pk).status_code == 404

    page = office.post("affairs:terminal_pairing", row.pk).content.decode()
    word = page.split("/kiosk/at/")[1][:16]
    assert word not in office.get("affairs:terminals").content.decode()
    machine = Client()
    assert machine.get(f"/kiosk/at/{word}")["Location"] == "/kiosk"
    hall = machine.get("/kiosk", headers={"accept-language": "zh"}).content.decode()
    assert "一号机" in hall
    assert "退出自助终端" not in hall  # a visitor does not take a bound machine out of the hall
    assert machine.get("/kiosk/ticket")["Location"] == f"/halls/{point.pk}"
    assert machine.post("/kiosk/here").status_code == 204
    with behind(SYSTEM):
        row.refresh_from_db()
    assert row.heard_at
    other = office.post("affairs:terminal_pairing", row.pk).content.decode()
    assert word not in other
    assert machine.post("/kiosk/here").status_code == 404  # the word before counts no longer
    shown = office.get("affairs:terminals", query={"lang": "en"}).content.decode()
    assert "里坊公司" in shown
    assert "Switched on" in shown
    assert "里坊公司" not in stranger.get("affairs:terminals").content.decode()
    assert office.post("affairs:terminal", row.pk, data={**told, "running": ""}).status_code == 302
    assert office.post("affairs:terminal_pairing", row.pk).status_code == 409
    assert "一号机" not in Client().get("/halls").content.decode()


@pytest.mark.django_db
@pytest.mark.covers("S1-05")
def test_uptime_counts_each_minute_once_and_only_hours_in_which_it_should_run():
    row, word = bound()
    day, _evening = bound(hours="service_hall")
    for second in range(0, 1800, 20):  # three signs a minute, half an hour
        actions.heard(actor=ANONYMOUS, word=word, at=MONDAY + timedelta(seconds=second))
    at = MONDAY + 60 * MINUTE

    def stands(when):
        return {one.terminal.pk: one for one in selectors.terminals_as_they_stand(SYSTEM, [row, day], when)}  # fmt: skip

    with behind(SYSTEM):
        row.refresh_from_db()
        day.refresh_from_db()
    found = stands(at)
    assert found[row.pk].state == "off"  # silent for half an hour
    assert found[row.pk].uptime == pytest.approx(0.5, abs=0.02)
    assert (found[day.pk].state, found[day.pk].uptime) == ("new", 0)
    assert stands(MONDAY + 31 * MINUTE)[row.pk].state == "on"
    assert actions.heard(actor=ANONYMOUS, word="", at=at) is None
    assert actions.heard(actor=ANONYMOUS, word="34679ACDEFGHJKMN", at=at) is None
    someone = cast.resident().actor
    with refused("not_allowed"):
        actions.pair_terminal(actor=someone, terminal=row, at=at)


@pytest.mark.django_db
@pytest.mark.covers("S0-67", "S2-04")
def test_a_code_leads_to_what_it_stands_for_and_nothing_else_does(anonymous):
    BUCKETS.clear()
    row = make_application(places.GRID)
    ticket = actions.take_ticket(actor=SYSTEM, point=make_point(hours="duty"), at=MONDAY)
    result = granted(places.GRID).result.number
    token = str(row.token)
    for typed, where in ((f" {token[:8].lower()}-{token[8:]} ", f"/a/{token}"), (ticket.token, f"/q/{ticket.token}"), (result, f"/verify/{result}")):  # fmt: skip
        assert anonymous.post("affairs:kiosk_query", data={"code": typed})["Location"] == where
    assert anonymous.post("affairs:kiosk_query", data={"code": row.number}).status_code == 422
    answers = [anonymous.post("affairs:kiosk_query", data={"code": text}).status_code for _kind, text in hostile.sample(60, "code")]  # fmt: skip
    assert set(answers) <= {200, 409, 422}
    assert 409 in answers  # nobody tries codes by the thousand


@pytest.mark.django_db
@pytest.mark.covers("S0-67", "S0-93")
def test_of_a_visitor_who_applied_nothing_is_left_for_the_next(resident):
    known_person(resident)
    client, (_row, word) = resident.client, bound()
    client.get(f"/kiosk/at/{word}")
    assert client.post("/affairs/elderly-card/beginning").status_code == 302
    draft = drafts.drafts(resident.actor).get()
    step = f"/my/applications/drafts/{draft.pk}"
    client.post(f"{step}/m_photo_two_inch", {})
    asked = client.get(f"{step}/review")
    assert "王秀英" in asked.content.decode()
    assert asked["Cache-Control"] == "no-store"
    sent = client.post(f"{step}/review", {})["Location"]
    row = selectors.own(resident.actor).get()
    assert (row.channel, row.taken_by_id) == ("kiosk", None)
    seen = ["/my", "/my/applications", sent, f"{step}/review", "/account"]
    assert row.number in client.get(sent).content.decode()
    client.cookies["django_language"] = "en"
    client.cookies["elder"] = "0"
    stolen = client.cookies["sessionid"].value

    end = client.get("/kiosk")
    assert end["Clear-Site-Data"] == '"cache", "storage"'
    assert end["Content-Language"] == "zh-hans"
    left = {name for name, one in client.cookies.items() if one.value}
    assert left == {"kiosk", "visit", "terminal", "csrftoken"}
    client.cookies = SimpleCookie({name: one.value for name, one in client.cookies.items() if one.value})  # fmt: skip
    thief = Client()
    thief.cookies["sessionid"] = stolen
    for browser in (client, thief):
        for path in seen:
            text = browser.get(path, follow=True).content.decode()
            assert not [mark for mark in ("王秀英", "王*", row.number) if mark in text], path


@pytest.mark.django_db
def test_the_register_costs_the_same_with_many():
    office = cast.street_dispatcher()
    grows(make_terminal, lambda: office.get("affairs:terminals"))
    grows(make_terminal, lambda: Client().get("/halls"))


def _code():
    """The six figures that came by message."""
    with behind(SYSTEM):
        found = Message.objects.filter(template="accounts.code").order_by("-asked_at", "-id").first()  # fmt: skip
        return str(compose.told(found)["code"])


@pytest.mark.django_db
@pytest.mark.covers("S0-67", "S0-93")
def test_a_card_says_only_where_the_code_goes_and_nothing_of_it_is_left(resident):
    BUCKETS.clear()
    card = number("19550601", 224)
    known_person(resident)
    with behind(SYSTEM):
        row = Account.objects.get(pk=resident.account.pk)
        row.telephone = "10000007788"
        row.save()
    assert Client().get("/kiosk/card").status_code == 404  # no machine of a hall
    _row, word = bound()
    machine = Client()
    machine.get(f"/kiosk/at/{word}")
    assert "/kiosk/card" in machine.get("/kiosk").content.decode()
    page = machine.get("/kiosk/card", {"lang": "en"}).content.decode()
    assert "types like a keyboard" in page
    assert 'type="password"' in page
    for typed in ("", "hello", "1234567", "9" * 5000, "<svg onload=alert(1)>"):
        assert machine.post("/kiosk/card", {"card": typed}).status_code == 422
    BUCKETS.clear()

    # The same for a card that nobody knows: nothing is told, nothing opens.
    said = {}
    for typed in (number("19900101", 333), f"姓名 王秀英 {card} 里坊区"):
        sent = machine.post("/kiosk/card", {"card": typed})
        asked = machine.get(sent["Location"])
        assert asked["Cache-Control"] == "no-store"
        said[typed] = re.sub(r"[A-Za-z0-9]{64}", "", asked.content.decode().partition("<main")[2])
        for secret in (card, "10000007788", "7788", "王秀英", "王*", row.login):
            assert secret not in said[typed], secret
        assert machine.post("/kiosk/card/code", {"code": "000000"}).status_code in (409, 422)
        assert machine.get("/my").status_code == 302, "a card alone opens nothing"
    assert len(set(said.values())) == 1
    entered = machine.post("/kiosk/card/code", {"code": _code()})
    assert entered["Location"] == "/my"
    assert machine.get("/my").status_code == 200
    stolen = machine.cookies["sessionid"].value

    machine.get("/kiosk")
    assert {name for name, one in machine.cookies.items() if one.value} == {"kiosk", "visit", "terminal", "csrftoken"}  # fmt: skip
    thief = Client()
    thief.cookies["sessionid"] = stolen
    machine.cookies = SimpleCookie({name: one.value for name, one in machine.cookies.items() if one.value})  # fmt: skip
    for browser in (machine, thief):
        for path in ("/my", "/kiosk/card", "/kiosk/card/code", "/account"):
            text = browser.get(path, follow=True).content.decode()
            assert not [mark for mark in (card, "10000007788", "王*") if mark in text], path
    with behind(SYSTEM):
        lines = list(Entry.objects.filter(action="affairs.present_card"))
        assert lines
        assert card not in str([one.__dict__ for one in lines])


@pytest.mark.django_db
@pytest.mark.covers("S0-67")
def test_what_a_terminal_prints_asks_for_a_roll_and_a_desk_for_a_sheet(resident):
    ticket = actions.take_ticket(actor=SYSTEM, point=make_point(hours="duty"), at=MONDAY)
    _row, word = bound()
    machine = Client()
    machine.get(f"/kiosk/at/{word}")
    page = machine.get(f"/q/{ticket.token}").content.decode()
    assert "slip" in page
    assert "data-print" in page
    assert "data-print" not in Client().get(f"/q/{ticket.token}").content.decode()
