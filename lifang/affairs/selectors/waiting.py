"""Service points: where, open when, who waits, how long; one's own place in the line."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils.timezone import localtime

from lifang.affairs import rules
from lifang.affairs.catalogue import PRIORITIES, policy
from lifang.affairs.models import Counter, Intake, Point, Ticket
from lifang.affairs.terms import WAITS, Turn
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.calendar.book import work_calendar
from lifang.registry import selectors as registry

MEASURED = 20  # the last visits that a wait is reckoned from
FEWEST = 5  # below that the point's own number counts


class Hall(NamedTuple):
    """A point as it stands now."""

    point: Point
    open: bool
    opens: datetime  # next
    waiting: int
    counters: int  # where somebody sits
    wait: int  # minutes for whoever comes now


def points(actor: Actor, guide: str = "") -> list[Point]:
    """Every open point; those that do a matter. Everybody may know."""
    with behind(SYSTEM):  # where a hall is, is no secret
        rows = list(Point.objects.filter(closed_at=None).order_by("area", "name_zh"))
    return [one for one in rows if not guide or not one.guides or guide in one.guides]


def point(actor: Actor, pk: UUID) -> Point:
    """One. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # as above
        found = Point.objects.filter(pk=pk, closed_at=None).first()
    if found is None:
        raise Refused("not_found")
    return found


def own_points(actor: Actor) -> QuerySet[Point]:
    """Those of one's areas, and the one of the street that answers for one's community."""
    return Point.objects.visible_to(actor).filter(closed_at=None).order_by("area", "name_zh")


def own_point(actor: Actor, pk: UUID) -> Point:
    found = own_points(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def halls(actor: Actor, rows: Iterable[Point], at: datetime) -> list[Hall]:
    """Points as they stand now, in three queries."""
    rows = list(rows)
    today = localtime(at).date()
    with behind(SYSTEM):  # counts only
        came = Q(slot_at=None) | Q(slot_at__lte=at)
        waits = dict(Ticket.objects.filter(came, point__in=rows, day=today, state=Turn.WAITING).values_list("point").annotate(Count("id")))  # fmt: skip
        seats = dict(Counter.objects.filter(point__in=rows, account__isnull=False).values_list("point").annotate(Count("id")))  # fmt: skip
        takes = _takes(rows, at)
    return [
        Hall(
            one, is_open(actor, one, at), work_calendar(one.hours, one.area).next_opening(at), waits.get(one.pk, 0), seats.get(one.pk, 0),
            rules.wait_minutes(waits.get(one.pk, 0), seats.get(one.pk, 0), takes[one.pk]),
        )
        for one in rows
    ]  # fmt: skip


def _takes(rows: list[Point], at: datetime) -> dict[UUID, float]:
    """Minutes a visitor takes at each point: of the last ones served, else what the point says."""
    since = localtime(at).date() - timedelta(days=14)
    served = Ticket.objects.filter(point__in=rows, day__gte=since, state=Turn.SERVED).order_by("-ended_at")  # fmt: skip
    spans: dict[UUID, list[float]] = {}
    for pk, called, ended in served.values_list("point", "called_at", "ended_at")[: MEASURED * max(len(rows), 1)]:  # fmt: skip
        if called and ended:
            spans.setdefault(pk, []).append((ended - called).total_seconds() / 60)
    found = {}
    for one in rows:
        known = sorted(spans.get(one.pk, [])[:MEASURED])
        found[one.pk] = known[len(known) // 2] if len(known) >= FEWEST else float(one.minutes)
    return found


def is_open(actor: Actor, point: Point, at: datetime) -> bool:
    return work_calendar(point.hours, point.area).is_open(at)


def line(actor: Actor, point: Point, at: datetime) -> list[Ticket]:
    """Who is called in which order, as of now."""
    today = localtime(at).date()
    early = at + timedelta(minutes=policy("early_minutes"))
    late = at - timedelta(minutes=policy("late_minutes"))
    with behind(SYSTEM):  # nobody's name stands on a ticket
        rows = Ticket.objects.filter(point=point, day=today, state=Turn.WAITING)
        rows = rows.filter(Q(slot_at=None) | Q(slot_at__lte=early, slot_at__gte=late))
        known = [rules.Waiting(one, one.number, bool(one.priority), one.here_from(), one.slot_at is not None) for one in rows]  # fmt: skip
        last = Ticket.objects.filter(point=point, day=today, called_at__isnull=False, slot_at=None)
        before = [bool(why) for why in last.order_by("-called_at").values_list("priority", flat=True)[:9]][::-1]  # fmt: skip
    return [one.ticket for one in rules.line(known, before, policy("priority_in_a_row"))]


def called(actor: Actor, point: Point, at: datetime) -> list[Ticket]:
    """Who is at a counter now, newest first: what the screen of the hall shows."""
    today = localtime(at).date()
    with behind(SYSTEM):  # nobody's name stands on a ticket
        rows = Ticket.objects.filter(point=point, day=today, state=Turn.CALLED)
        return list(rows.select_related("counter").order_by("-called_at"))


def counters(actor: Actor, point: Point) -> list[Counter]:
    return list(point.counters.select_related("account"))


def own_counter(actor: Actor) -> Counter | None:
    """Where the actor sits."""
    return Counter.objects.filter(account=actor.id).select_related("point").first() if actor.id else None  # fmt: skip


def at_counter(actor: Actor, counter: Counter) -> Ticket | None:
    """Who was called to it."""
    with behind(SYSTEM):  # nobody's name stands on a ticket
        return Ticket.objects.filter(counter=counter, state=Turn.CALLED).first()


def ticket_of(actor: Actor, intake: Intake) -> Ticket | None:
    """With which ticket somebody came."""
    with behind(SYSTEM):  # nobody's name stands on a ticket
        return Ticket.objects.filter(pk=intake.ticket_id).first() if intake.ticket_id else None


class Place(NamedTuple):
    """One's own place in the line."""

    ticket: Ticket
    ahead: int
    wait: int


def ticket(actor: Actor, token: str) -> Ticket:
    """The ticket a printed code belongs to. The token is the key. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # the ticket itself is the permission
        found = Ticket.objects.filter(token=token).select_related("point", "counter").first()
    if found is None:
        raise Refused("not_found")
    return found


def place(actor: Actor, found: Ticket, at: datetime) -> Place:
    """How many are called before, and about how long that takes."""
    order = [one.pk for one in line(actor, found.point, at)]
    ahead = order.index(found.pk) if found.pk in order else len(order)
    with behind(SYSTEM):  # counts only
        seats = Counter.objects.filter(point=found.point, account__isnull=False).count()
        takes = _takes([found.point], at)[found.point_id]
    return Place(found, ahead, rules.wait_minutes(ahead, seats, takes))


def own_tickets(actor: Actor, day: date) -> list[Ticket]:
    """What one has taken or booked, from today on."""
    if not actor.holder:
        return []
    with behind(SYSTEM):  # the ticket is one's own; its hall lies out of a resident's sight
        rows = Ticket.objects.filter(holders__contains=[actor.holder], day__gte=day, state__in=WAITS)  # fmt: skip
        return list(rows.select_related("point").order_by("day", "slot_at"))


class Slot(NamedTuple):
    at: datetime
    free: int


def slots(actor: Actor, point: Point, day: date, at: datetime) -> list[Slot]:
    """The times of a day that can be booked, by the working calendar, and how many are free."""
    calendar = work_calendar(point.hours, point.area)
    today = localtime(at).date()
    hours = calendar.day_hours(day) if today <= day <= today + timedelta(days=policy("book_days")) else None  # fmt: skip
    if hours is None:
        return []
    times = [one for one in rules.slots(*hours, timedelta(minutes=policy("slot_minutes"))) if one > at and calendar.is_open(one)]  # fmt: skip
    with behind(SYSTEM):  # counts only
        rows = Ticket.objects.filter(point=point, day=day, slot_at__isnull=False, state__in=WAITS)
        taken = dict(rows.values_list("slot_at").annotate(Count("id")))
    return [Slot(one, max(point.bookable - taken.get(one, 0), 0)) for one in times]


def book_days(actor: Actor, point: Point, at: datetime) -> list[date]:
    """Days on which it is open, as far ahead as one may book."""
    today, calendar = localtime(at).date(), work_calendar(point.hours, point.area)
    days = [today + timedelta(days=n) for n in range(policy("book_days") + 1)]
    return [one for one in days if calendar.is_working_day(one)]


def priority_of(actor: Actor, on: date) -> str:
    """What the register knows of why somebody goes first."""
    person = registry.me(actor)
    if person is None or (age := person.age(on)) is None:
        return ""
    return next((one.key for one in PRIORITIES if one.age_from and age >= one.age_from), "")


def last_number(actor: Actor, point: Point, day: date) -> int:
    return Ticket.objects.filter(point=point, day=day).aggregate(most=Max("number"))["most"] or 0
