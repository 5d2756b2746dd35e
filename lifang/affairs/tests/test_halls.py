"""The hall: open by the working calendar, called by a stated rule, no appointment given twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some

from lifang.affairs import actions, rules, selectors
from lifang.affairs.models import Ticket
from lifang.affairs.tests.make import MONDAY, known_person, make_point, window
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.proofs import grows, refused

NIGHT = MONDAY + timedelta(hours=14)


@given(some.lists(some.booleans(), max_size=30), some.integers(1, 4))
def test_everybody_is_called_once_and_nobody_waits_behind_more_than_the_rule_says(first, row):
    waiting = [rules.Waiting(n, n, one, MONDAY, booked=False) for n, one in enumerate(first)]
    order = rules.line(waiting, [], row)
    assert sorted(one.number for one in order) == list(range(len(first)))
    for kind in (True, False):
        assert [one.number for one in order if one.first is kind] == sorted(one.number for one in order if one.first is kind)  # fmt: skip
    for place in range(len(order) - row):
        run = order[place : place + row + 1]
        assert not all(one.first for one in run) or all(one.first for one in order[place:])


@pytest.mark.django_db
@pytest.mark.covers("S0-63", "S2-04")
def test_a_ticket_is_taken_called_and_served_and_its_place_is_seen(resident, anonymous):
    worker, point = window(), make_point(counters=2, hours="duty")
    stranger = cast.stranger()
    known_person(resident)  # 71: called earlier

    def take(member):
        return Ticket.objects.get(token=member.post("affairs:ticket_taking", point.pk)["Location"].rsplit("/", 1)[1])  # fmt: skip

    def reads(member, name, *args):
        return member.get(name, *args, query={"lang": "en"}).content.decode()

    plain = [take(cast.resident()) for _ in range(3)]
    assert "3 people wait" in reads(anonymous, "affairs:hall", point.pk)
    mine = take(resident)
    assert "A004" in reads(resident, "affairs:mine")
    assert "A004" not in reads(cast.resident(), "affairs:mine")
    assert (mine.code, mine.priority) == ("A004", "age")
    shown = reads(anonymous, "affairs:ticket", mine.token)
    assert "You are next" in shown
    assert "王" not in shown
    assert "1 person is called before you" in reads(anonymous, "affairs:ticket", plain[0].token)
    assert resident.post("affairs:ticket_taking", point.pk).status_code == 409  # one place a day
    assert worker.post("affairs:call", point.pk).status_code == 409  # sits nowhere
    assert stranger.get("affairs:line", point.pk).status_code == 404
    assert stranger.post("affairs:call", point.pk).status_code == 404

    worker.post("affairs:seat", point.pk, data={"number": 2})
    for _ in range(2):  # called, and called again
        assert worker.post("affairs:call", point.pk).status_code == 302
    mine.refresh_from_db()
    assert (mine.state, mine.calls) == ("called", 2)
    assert "Please come to counter 2" in reads(resident, "affairs:ticket", mine.token)
    assert "A004" in reads(anonymous, "affairs:board", point.pk)
    assert worker.post("affairs:seat", point.pk, data={"number": 1}).status_code == 409
    for came, state in (("1", "served"), ("0", "absent")):
        worker.post("affairs:turn", point.pk, data={"came": came})
        assert Ticket.objects.filter(state=state).count() == 1
        worker.post("affairs:call", point.pk)
    assert Ticket.objects.get(state="absent").pk == plain[0].pk
    assert anonymous.post("affairs:ticket_leaving", plain[2].token).status_code == 302
    assert anonymous.post("affairs:ticket_leaving", plain[2].token).status_code == 409
    closed = make_point()
    with refused("hall_closed"):
        actions.take_ticket(actor=resident.actor, point=closed, at=NIGHT)


@pytest.mark.django_db
@pytest.mark.covers("S0-63", "S0-68")
def test_times_follow_the_calendar_and_the_hall_able_to_do_it_is_named(anonymous):
    point, other = make_point(counters=1), make_point(guides=["legal-aid"])
    monday = MONDAY.date()
    times = [f"{one.at.astimezone():%H:%M}" for one in selectors.slots(SYSTEM, point, monday, MONDAY)]  # fmt: skip
    assert len(times) == len(set(times)) > 5
    assert selectors.slots(SYSTEM, point, monday + timedelta(days=5), MONDAY) == []  # Saturday
    assert selectors.slots(SYSTEM, point, monday + timedelta(days=60), MONDAY) == []
    page = anonymous.get("affairs:halls", query={"matter": "elderly-card", "near": "121.1,31.1"}).content.decode()  # fmt: skip
    assert str(point.pk) in page
    assert str(other.pk) not in page
    for near in ("x", "1e999,3", "999,1", "NaN,NaN", "1,2,3"):
        assert anonymous.get("affairs:halls", query={"near": near}).status_code == 200
    for slot in ("x", "2026-11-24T10:00", "2026-11-24T03:07:00+00:00", "9999-99-99"):
        assert cast.resident().post("affairs:booking", point.pk, data={"slot": slot}).status_code == 409  # fmt: skip


@pytest.mark.covers("S0-63")
def test_of_many_who_ask_at_once_as_many_are_booked_as_there_are_places(real_db):
    with behind(SYSTEM):
        point = make_point(bookable=2)
        people = [cast.resident() for _ in range(7)]
        slot = selectors.slots(SYSTEM, point, MONDAY.date() + timedelta(days=1), MONDAY)[0].at

    def ask(member):
        from lifang.core.access import Refused  # noqa: PLC0415 -- in its thread

        try:
            actions.book(actor=member.actor, point=point, slot_at=slot, at=MONDAY)
        except Refused as no:
            return no.refusal.reason
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(7) as pool:
        said = sorted(pool.map(ask, people))
    assert said == ["booked", "booked", *["slot_full"] * 5]
    with behind(SYSTEM):
        assert sorted(Ticket.objects.values_list("place", flat=True)) == [0, 1]
        assert len(set(Ticket.objects.values_list("number", flat=True))) == 2


@pytest.mark.django_db
def test_the_list_of_halls_costs_the_same_with_many(anonymous):
    grows(make_point, lambda: anonymous.get("affairs:halls"))
