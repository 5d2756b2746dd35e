"""Booked once whoever asks at the same moment, fairly shared, given back, billed, closed, forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.pay import selectors as money
from lifang.core.pay.models import Book
from lifang.core.pay.tests.make import pays, settles
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import deliver
from lifang.living import actions, selectors
from lifang.living.actions.retention import clear_bookings
from lifang.living.models import Bill, Booking
from lifang.living.rules import venues as rules
from lifang.living.selectors import retention
from lifang.living.tests.make import lives_in, make_doors, make_firm, manager
from lifang.orgs.tests.make import make_county
from lifang.registry import selectors as registry

DAY = timedelta(days=1)
TOLD = {
    "kind": "room", "name": "二楼活动室", "about": "", "opens": time(9), "closes": time(21), "slot_minutes": 60, "places": 1, "days_ahead": 7, "per_week": 2,
    "cancel_hours": 2, "fee": 0,
}  # fmt: skip


def make_venue(venue=None, **more):
    firm = make_firm()
    return actions.set_venue(actor=SYSTEM, unit=firm, area=firm.area, told={**TOLD, **more}, at=MONDAY, venue=venue)  # fmt: skip


def at_home(*members):
    make_county()
    make_firm()
    for n, (one, door) in enumerate(zip(members, make_doors(len(members)), strict=True)):
        lives_in(one, door, 321 + n)


def slot(hour=14, days=1):
    return timezone.localtime(MONDAY + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)  # fmt: skip


def book(member, venue, when=None, at=MONDAY):
    with behind(SYSTEM):
        home = registry.own_doors(member.actor)[0]
    return actions.book_venue(actor=member.actor, venue=venue, home=home, slot_at=when or slot(), at=at)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.covers("S3-24")
def test_a_time_is_booked_once_fairly_and_given_back(resident, refused):
    other = cast.resident()
    at_home(resident, other)
    venue = make_venue()
    first = book(resident, venue)
    with refused("slot_gone"):
        book(other, venue)
    with refused("booked_twice"):
        book(resident, venue)
    book(resident, venue, slot(15))
    with refused("booking_fair") as said:
        book(resident, venue, slot(16))
    assert said.facts == {"most": 2}
    book(resident, venue, slot(16, 7))  # another week
    for reason, when in {"slot_none": slot(14).replace(minute=7), "slot_begun": slot(9, 0)}.items():
        with refused(reason):
            book(other, venue, when)
    with refused("slot_none"):
        book(other, venue, slot(14, 9))
    with refused("not_found"):
        actions.give_back_booking(actor=other.actor, booking=first, at=MONDAY)
    with refused("booking_late"):
        actions.give_back_booking(actor=resident.actor, booking=first, at=slot(13))
    actions.give_back_booking(actor=resident.actor, booking=first, at=MONDAY)
    with refused("booking_over"):
        actions.give_back_booking(actor=resident.actor, booking=first, at=MONDAY)
    assert book(other, venue).place == 0
    boss = manager()
    listed = boss.get("living:bookings", venue.pk).content.decode()
    assert first.address in listed
    away = cast.member("property_manager", venue.area, unit=cast.UNIT, sees="unit")
    assert away.get("living:bookings", venue.pk).status_code == 404


def test_of_many_who_ask_at_once_as_many_book_as_there_are_places(real_db):
    with behind(SYSTEM):
        people = [cast.resident() for _ in range(6)]
        at_home(*people)
        venue = make_venue(places=2)

    def ask(member):
        try:
            book(member, venue)
        except Refused as no:
            return no.refusal.reason
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(6) as pool:
        said = sorted(pool.map(ask, people))
    assert said == ["booked", "booked", *["slot_gone"] * 4]
    with behind(SYSTEM):
        assert sorted(Booking.objects.values_list("place", flat=True)) == [0, 1]


@pytest.mark.django_db
def test_a_fee_is_a_bill_and_goes_with_the_booking(resident):
    at_home(resident)
    venue = make_venue(fee=2_000)
    made, second = book(resident, venue), book(resident, venue, slot(15))
    with behind(SYSTEM):
        bill = Bill.objects.get(pk=made.bill_id)
    assert (bill.amount, bill.source, bill.item, resident.holder in bill.holders) == (2_000, "booked", "booking", True)  # fmt: skip
    with behind(SYSTEM):
        actions.take_part(actor=SYSTEM, bill=Bill.objects.get(pk=second.bill_id), amount=500, at=MONDAY)  # fmt: skip
    third = book(resident, venue, slot(15, 7))
    with behind(SYSTEM):
        wanted = Bill.objects.get(pk=third.bill_id)
    pay = lambda one: actions.to_pay(actor=resident.actor, bill=one, amount=2_000, way="local", at=MONDAY)  # noqa: E731  # fmt: skip
    late = pay(bill)
    with behind(SYSTEM):
        pays(pay(wanted))
    for one in (made, second, third):
        actions.give_back_booking(actor=resident.actor, booking=one, at=MONDAY)
    with behind(SYSTEM):
        pays(late)  # nobody wants it any more
    deliver(MONDAY)
    settles()
    with behind(SYSTEM):
        bills = [Bill.objects.get(pk=one.bill_id) for one in (made, second, third)]
        assert [(one.paid, one.left) for one in bills] == [(0, 0), (500, 0), (0, 0)]
        told = Message.objects.get(template="living.booking_refund")
        assert (told.recipient, told.facts["amount"]) == (f"unit:{venue.unit_id}", "5.00")
        cash = money.orders_of(SYSTEM, [second.bill_id]).get()
        actions.refund_bill(actor=SYSTEM, bill=bills[1], order=cash, amount=500, why="booking", token="1", at=MONDAY)  # fmt: skip
        settles()
        assert Bill.objects.get(pk=second.bill_id).owed == 0
        book_ = Book.objects.get(owner=f"unit:{venue.unit_id}")
        assert {one.ledger.code: one.fen for one in money.balances(SYSTEM, book_)} == {
            "receivable": 0, "clearing:local": 0, "clearing:till": 0, "held": 0, "income:booking": 6_000, "reductions": 6_000,
        }  # fmt: skip


@pytest.mark.django_db
def test_what_was_booked_by_earlier_hours_is_not_booked_over(resident):
    other = cast.resident()
    at_home(resident, other)
    venue = make_venue()
    book(resident, venue)  # 14:00 to 15:00
    venue = make_venue(venue=venue, opens=time(9, 30), slot_minutes=90)
    free = {timezone.localtime(one.at).time(): one.free for one in selectors.free_slots(other.actor, venue, slot().date(), MONDAY)}  # fmt: skip
    assert (free[time(12, 30)], free[time(14)], free[time(15, 30)]) == (1, 0, 1)
    assert free[time(11)] == 1
    with pytest.raises(Refused) as said:
        book(other, venue, slot())
    assert said.value.refusal.reason == "slot_gone"
    assert book(other, venue, slot(15).replace(minute=30)).place == 0


@pytest.mark.django_db
def test_pages_of_both_and_hostile_input(resident, grows):
    at_home(resident)
    boss = manager()
    form = {name: value for name, value in TOLD.items() if name not in ("opens", "closes", "fee")} | {"opens": "09:00", "closes": "21:00", "fee": "", "unit": str(cast.FIRM), "area": make_firm().area}  # fmt: skip
    for wish in ({"kind": "tunnel"}, {"closes": "09:30"}, {"slot_minutes": "7"}, {"fee": "x"}, {"fee": "9" * 15}, {"per_week": "-1"}, {"name": "\x00"}, {"area": "99"}, {"unit": "x"}, {"places": "9" * 30}):  # fmt: skip
        assert boss.post("living:venue_new", data={**form, **wish}).status_code == 200, wish
    assert boss.post("living:venue_new", data=form).status_code == 302
    with behind(SYSTEM):
        venue = selectors.venues(SYSTEM).get()
    assert venue.name in boss.get("living:desk_venues").content.decode()
    page = resident.get("living:venues").content.decode()
    assert venue.name in page
    for day in ("", "x", "2026-99-99", "9999-01-01"):
        assert resident.get("living:venue", venue.pk, query={"day": day}).status_code == 200
    with behind(SYSTEM):
        home = str(registry.own_doors(resident.actor)[0].pk)
    tomorrow = (timezone.localtime() + DAY).replace(hour=10, minute=0, second=0, microsecond=0)
    for sent in ({"slot": "x", "home": home}, {"slot": "2026-11-24T10:00", "home": home}, {"slot": "0001-01-01T00:00:00+00:00", "home": home}, {"slot": tomorrow.replace(minute=7).isoformat(), "home": home}):  # fmt: skip
        assert resident.post("living:venue_booking", venue.pk, data=sent).status_code == 409, sent
    assert resident.post("living:venue_booking", venue.pk, data={"slot": tomorrow.isoformat(), "home": "x"}).status_code == 404  # fmt: skip
    stranger = cast.resident()
    assert stranger.get("living:venue", venue.pk).status_code == 404
    assert resident.post("living:venue_booking", venue.pk, data={"slot": tomorrow.isoformat(), "home": home}).status_code == 302  # fmt: skip
    assert '/return"' in resident.get("living:venues").content.decode()
    assert boss.post("living:venue_closing", venue.pk).status_code == 302
    with behind(SYSTEM):
        assert Booking.objects.get().ended_at is not None
        assert Message.objects.filter(template="living.booking_off", recipient=resident.holder).exists()  # fmt: skip
    grows(lambda: make_venue(name=f"球场{next(N)}"), lambda: resident.get("living:venues"), many=5)


N = iter(range(1_000))


@pytest.mark.django_db
def test_whose_it_was_is_forgotten(resident):
    at_home(resident)
    made = book(resident, make_venue())
    later = slot() + DAY
    with behind(SYSTEM):
        assert not retention.past_bookings(SYSTEM, slot()).exists()
        clear_bookings(list(retention.past_bookings(SYSTEM, later)), later)
        kept = Booking.objects.get(pk=made.pk)
        assert (kept.account_id, kept.dwelling_id, kept.address, kept.holders) == (None, None, "", [f"unit:{kept.venue.unit_id}"])  # fmt: skip
        assert not retention.past_bookings(SYSTEM, later).exists()


@given(st.times(), st.times(), st.sampled_from(rules.MINUTES))
def test_slots_begin_in_order_and_end_before_it_closes(opens, closes, minutes):
    found = [one.hour * 60 + one.minute for one in rules.slots(opens, closes, minutes)]
    assert all(later - one == minutes for one, later in pairwise(found))
    assert not found or (found[0] == opens.hour * 60 + opens.minute and found[-1] + minutes <= closes.hour * 60 + closes.minute)  # fmt: skip
