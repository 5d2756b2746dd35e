"""Places to book: set up, booked, given back; a fee is a bill like any other."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.notify import send
from lifang.core.pay import actions as pay
from lifang.core.pay import selectors as money
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.rules import yuan
from lifang.living.actions.bills import credit
from lifang.living.actions.issuing import Draft, Line, issue
from lifang.living.actions.metering import company, one_by_one, theirs
from lifang.living.events import BookingEnded, BookingMade
from lifang.living.models import Bill, Booking, Venue
from lifang.living.rules import inside
from lifang.living.rules import venues as rules
from lifang.living.selectors import booking as ask
from lifang.living.terms import Source
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

SETTINGS = ("kind", "name", "about", "opens", "closes", "slot_minutes", "places", "days_ahead", "per_week", "cancel_hours", "fee")  # fmt: skip
ITEM = "booking"


@action("living.set_venue")
def set_venue(*, actor: Actor, unit: "Unit", area: str, told: Mapping[str, Any], at: datetime, venue: Venue | None = None) -> Venue:  # fmt: skip
    """Set up a place to book, or change how; what was booked stays booked."""
    insist(
        company(actor, unit),
        inside(area, unit.area),
        theirs(unit, {area}),
        rules.venue_fits(told["kind"], told["name"], told["opens"], told["closes"], told["slot_minutes"], told["fee"]),
    )  # fmt: skip
    one_by_one(f"living.venues:{unit.pk}")
    row = Venue.objects.hold(venue.pk) if venue else Venue(unit_id=unit.pk, holders=[unit.holder], made_at=at)  # fmt: skip
    taken = Venue.objects.filter(unit=unit, name=told["name"].strip(), closed_at=None).exclude(pk=row.pk)  # fmt: skip
    insist(
        None if row.unit_id == unit.pk and row.closed_at is None else Refusal("not_found"),
        Refusal("venue_taken", {"field": "name"}) if taken.exists() else None,
    )
    row.area = area
    for name in SETTINGS:
        setattr(row, name, told[name])
    row.name, row.about = row.name.strip(), row.about.strip()
    row.save(force_insert=venue is None)
    return row


@action("living.close_venue")
def close_venue(*, actor: Actor, venue: Venue, at: datetime) -> int:
    """It is not to be had any more: what is still to come is given back and told; how many."""
    held = Venue.objects.hold(venue.pk)
    insist(company(actor, orgs.unit(SYSTEM, held.unit_id)))
    if held.closed_at is not None:
        return 0
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    coming = list(Booking.objects.filter(venue=held, ended_at=None, slot_at__gt=at).order_by("pk"))
    for one in coming:
        _ended(held, one, "closed", at)
        send(to=f"account:{one.account_id}", template="living.booking_off", facts={"name": held.name, "slot": one.slot_at}, at=at, area=one.area, link=reverse("living:venues"), key=f"{one.pk}:off")  # fmt: skip
    return len(coming)


@action("living.book_venue", beyond=True)  # a company's place lies out of a household's sight
def book_venue(*, actor: Actor, venue: Venue, home: "registry.Dwelling", slot_at: datetime, at: datetime) -> Booking:  # fmt: skip
    """A time of one's own: of two who ask for the last place, one is told to choose another."""
    held = Venue.objects.hold(venue.pk)  # whoever asks for the same place waits here
    slot, ends_at = localtime(slot_at), slot_at + timedelta(minutes=held.slot_minutes)
    week = rules.monday(slot.date())
    insist(
        None if home.pk in {one.pk for one in registry.own_doors(actor)} else Refusal("not_found"),
        None if held.closed_at is None and home.area.startswith(held.area) else Refusal("not_found"),
        rules.slot_fits(slot, rules.slots(held.opens, held.closes, held.slot_minutes), localtime(at).date(), held.days_ahead, at),
        rules.fair(Booking.objects.filter(venue=held, dwelling=home.pk, week=week, ended_at=None).count(), held.per_week),
    )  # fmt: skip
    # What was booked by earlier hours stays booked: a slot is taken by whatever overlaps it.
    standing = Booking.objects.filter(
        venue=held, slot_at__lt=ends_at, ends_at__gt=slot_at, ended_at=None
    )
    there = dict(standing.values_list("place", "dwelling"))
    place = rules.free_place(held.places, set(there))
    insist(
        Refusal("booked_twice") if home.pk in there.values() else None,
        None if place is not None else Refusal("slot_gone"),
    )
    assert place is not None  # noqa: S101 -- insisted above
    unit = orgs.unit(SYSTEM, held.unit_id)
    made = Booking(
        venue=held, slot_at=slot_at, ends_at=ends_at, place=place, week=week, dwelling_id=home.pk, address=home.address, account_id=actor.id, area=home.area,
        made_at=at, holders=sorted({unit.holder, actor.holder}),
    )  # fmt: skip
    if held.fee:
        made.bill = _billed(unit, held, home, made, actor, at)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("slot_gone") from error
    publish(BookingMade(booking=made.pk, venue=held.pk, at=at), area=made.area, holders=made.holders)  # fmt: skip
    return made


@action("living.give_back_booking", beyond=True)  # likewise
def give_back_booking(*, actor: Actor, booking: Booking, at: datetime) -> Booking:
    """Not needed after all: the time is somebody else's, and what is unpaid is not owed any more."""
    held = Booking.objects.hold(booking.pk)
    insist(None if actor.id == held.account_id else Refusal("not_found"), None if held.ended_at is None else Refusal("booking_over"))  # fmt: skip
    venue = ask.venue_of(SYSTEM, held)
    insist(rules.may_give_back(held.slot_at, venue.cancel_hours, at))
    return _ended(venue, held, "given back", at)


def _ended(venue: Venue, row: Booking, why: str, at: datetime) -> Booking:
    held = Booking.objects.hold(row.pk)
    held.ended_at, held.why = at, why
    held.save(update_fields=["ended_at", "why"])
    publish(BookingEnded(booking=held.pk, venue=venue.pk, at=at), area=held.area, holders=held.holders)  # fmt: skip
    if held.bill_id:
        bill = Bill.objects.get(pk=held.bill_id)
        if bill.left:
            credit(actor=SYSTEM, bill=bill, amount=bill.left, why=f"{venue.name} {localtime(held.slot_at):%Y-%m-%d %H:%M}", at=at)  # fmt: skip
    return held


@action("living.return_booking")
def return_booking(*, actor: Actor, booking: UUID, at: datetime) -> int:
    """What was paid for a time that was given back goes back the way it came; cash is the company's to hand over, and it is told. How many fen go."""
    row = Booking.objects.select_related("venue", "bill").get(pk=booking)
    if row.bill is None or row.ended_at is None:
        return 0
    paid = [one for one in money.orders_of(SYSTEM, [row.bill.pk]) if one.left]
    cash = sum(one.left for one in paid if not ADAPTERS[one.way].online)
    for one in paid:
        if ADAPTERS[one.way].online:
            pay.ask_refund(actor=actor, order=one, amount=one.left, why=row.bill.number, key=f"booking:{row.pk}:{one.number}", at=at)  # fmt: skip
    if cash:
        facts = {"name": row.venue.name, "amount": yuan(cash), "number": row.bill.number}
        send(to=f"unit:{row.venue.unit_id}", template="living.booking_refund", facts=facts, at=at, area=row.area, link=reverse("living:desk_bill", args=[row.bill.pk]), key=f"{row.pk}:refund")  # fmt: skip
    return sum(one.left for one in paid) - cash


def _billed(unit: "Unit", venue: Venue, home: "registry.Dwelling", row: Booking, actor: Actor, at: datetime) -> Bill:  # fmt: skip
    draft = Draft(home, [Line(ITEM, venue.fee)], f"{localtime(at):%Y-%m}", str(row.pk), ITEM)
    bill = issue(unit, home.area[:12], [draft], at, source=Source.BOOKED)[0]
    if actor.holder not in bill.holders:
        bill.concern([actor.holder])
        bill.save(update_fields=["holders"])
    return bill
