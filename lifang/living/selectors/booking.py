"""Ask about places to book: which there are, which times are free, what is one's own."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.living.models import Booking, Venue
from lifang.living.rules import venues as rules
from lifang.registry import selectors as registry


class Slot(NamedTuple):
    """A time that may be booked."""

    at: datetime
    free: int
    own: bool


def venues(actor: Actor) -> QuerySet[Venue]:
    """Of the companies one works for."""
    rows = Venue.objects.visible_to(actor).filter(closed_at=None)
    if actor.kind != "system":
        rows = rows.filter(holders__overlap=sorted(actor.units) or ["-"])
    return rows.select_related("unit").order_by("area", "name", "id")


def venue(actor: Actor, pk: UUID) -> Venue:
    """One of them. Raises `Refused("not_found")`."""
    found = venues(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def venue_of(system: Actor, booking: Booking) -> Venue:
    return Venue.objects.get(pk=booking.venue_id)


def near_venues(actor: Actor) -> list[Venue]:
    """What one may book: the places of the communities one lives in."""
    areas = {door.area for door in registry.own_doors(actor)}
    if not areas:
        return []
    with behind(SYSTEM):  # for everybody who lives there
        return list(Venue.objects.filter(closed_at=None, area__in={area[:end] for area in areas for end in range(6, len(area) + 1)}).select_related("unit").order_by("name", "id"))  # fmt: skip


def near_venue(actor: Actor, pk: UUID) -> Venue:
    """One of them. Raises `Refused("not_found")`."""
    found = next((one for one in near_venues(actor) if one.pk == pk), None)
    if found is None:
        raise Refused("not_found")
    return found


def free_slots(actor: Actor, venue: Venue, day: date, at: datetime) -> list[Slot]:
    """The times of a day that have not begun: how many places are left, nobody's name. One query."""
    zone = timezone.get_current_timezone()
    midnight = datetime.combine(day, time(), zone)
    times = [datetime.combine(day, one, zone) for one in rules.slots(venue.opens, venue.closes, venue.slot_minutes)]  # fmt: skip
    with behind(SYSTEM):  # counts only
        taken = list(Booking.objects.filter(venue=venue, ended_at=None, slot_at__lt=midnight + timedelta(days=2), ends_at__gt=midnight).values_list("slot_at", "ends_at", "place", "account"))  # fmt: skip
    lasts = timedelta(minutes=venue.slot_minutes)
    found = []
    for one in times:
        there = [row for row in taken if row[0] < one + lasts and row[1] > one]
        free = max(venue.places - len({place for *_when, place, _who in there}), 0)
        found.append(Slot(one, free, actor.id is not None and any(who == actor.id for *_what, who in there)))  # fmt: skip
    return [slot for slot in found if slot.at > at]


def own_bookings(actor: Actor, since: datetime) -> list[Booking]:
    """One's own from then on, the next first."""
    if actor.id is None:
        return []
    with behind(SYSTEM):  # one's own, with the place's name
        rows = Booking.objects.filter(account=actor.id, slot_at__gte=since, ended_at=None)
        return list(rows.select_related("venue", "bill").order_by("slot_at")[:30])


def own_booking(actor: Actor, pk: UUID) -> Booking:
    """One of one's own. Raises `Refused("not_found")`."""
    found = Booking.objects.filter(pk=pk, account=actor.id, holders__contains=[actor.holder or "-"]).first() if actor.id else None  # fmt: skip
    if found is None:
        raise Refused("not_found")
    return found


def bookings(actor: Actor, venue: Venue) -> QuerySet[Booking]:
    """Of a company's place: which home, when."""
    return Booking.objects.visible_to(actor).filter(venue=venue).order_by("-slot_at", "place")


def booked_today(actor: Actor, rows: Sequence[Venue], day: date) -> dict[UUID, int]:
    """How many of each are booked on a day. One query."""
    zone = timezone.get_current_timezone()
    since = datetime.combine(day, datetime.min.time(), zone)
    found = Booking.objects.visible_to(actor).filter(venue__in=rows, ended_at=None, slot_at__gte=since, slot_at__lt=since + timedelta(days=1))  # fmt: skip
    return dict(found.order_by().values_list("venue").annotate(Count("pk")))
