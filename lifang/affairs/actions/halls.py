"""Service points and their lines: set up, take a place, book a time, sit down, call, end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from lifang.affairs import selectors
from lifang.affairs.catalogue import GUIDES, PRIORITIES
from lifang.affairs.models import Counter, Point, Ticket
from lifang.affairs.selectors import retention as kept
from lifang.affairs.selectors import waiting as ask
from lifang.affairs.terms import WAITS, Turn
from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.calendar.book import work_calendar
from lifang.core.ids import short_code
from lifang.core.retention import Shelf, shelf

SETTINGS = ("name_zh", "name_en", "address", "lon", "lat", "hours", "telephone", "minutes", "bookable", "visits", "step_free")  # fmt: skip


@action("affairs.set_point")
def set_point(*, actor: Actor, area: str, told: Mapping[str, Any], counters: int, at: datetime, point: Point | None = None, guides: Sequence[str] = ()) -> Point:  # fmt: skip
    """Set up a service point, or change it. A counter where somebody sits is never taken away."""
    row = Point.objects.hold(point.pk) if point else Point(area=area)
    for name in SETTINGS:
        if name in told:
            setattr(row, name, told[name])
    row.guides = [key for key in dict.fromkeys(guides) if key in GUIDES]
    row.save()
    have = row.counters.count()
    Counter.objects.bulk_create([Counter(point=row, number=n) for n in range(have + 1, counters + 1)])  # fmt: skip
    row.counters.filter(number__gt=counters, account=None).delete()
    return row


@action("affairs.take_ticket", beyond=True)
def take_ticket(*, actor: Actor, point: Point, at: datetime, priority: str = "", guides: Sequence[str] = ()) -> Ticket:  # fmt: skip
    """A place in the line of now. Beyond: the hall lies out of a resident's sight."""
    row = Point.objects.hold(point.pk)
    opens = localtime(work_calendar(row.hours, row.area).next_opening(at))
    insist(None if ask.is_open(actor, row, at) else Refusal("hall_closed", {"opens": f"{opens:%Y-%m-%d %H:%M}"}), _once(actor, row, at))  # fmt: skip
    first = ask.priority_of(actor, localtime(at).date()) or (priority if priority in PRIORITIES else "")  # fmt: skip
    return _placed(actor, row, at, at, first, guides)


@action("affairs.book", beyond=True)
def book(*, actor: Actor, point: Point, slot_at: datetime, at: datetime, guides: Sequence[str] = ()) -> Ticket:  # fmt: skip
    """A time of one's own. Beyond: as above; of two who ask for the last one at once, one is told to choose another."""
    row = Point.objects.hold(point.pk)
    day = localtime(slot_at).date()
    found = next((one for one in ask.slots(actor, row, day, at) if one.at == slot_at), None)
    insist(
        None if found else Refusal("slot_unknown"),
        None if found is None or found.free else Refusal("slot_full"),
        _once(actor, row, slot_at),
    )
    rows = Ticket.objects.filter(point=row, slot_at=slot_at, state__in=WAITS)
    taken = set(rows.values_list("place", flat=True))
    place = next(n for n in range(row.bookable) if n not in taken)
    first = ask.priority_of(actor, day)
    return _placed(actor, row, slot_at, at, first, guides, slot_at=slot_at, place=place)


def _once(actor: Actor, point: Point, day_of: datetime) -> Refusal | None:
    """Nobody holds two places of one day."""
    if not actor.holder:
        return None
    rows = Ticket.objects.filter(point=point, day=localtime(day_of).date(), state__in=WAITS)
    known = rows.filter(holders__contains=[actor.holder]).first()
    return Refusal("booked_already", {"code": known.code}) if known else None


def _placed(actor: Actor, point: Point, when: datetime, at: datetime, first: str, guides: Sequence[str], **more: Any) -> Ticket:  # fmt: skip
    day = localtime(when).date()
    row = Ticket(
        area=point.area, holders=[actor.holder] if actor.holder else [], point=point, day=day, number=ask.last_number(actor, point, day) + 1,
        token=short_code(16), priority=first, guides=[key for key in dict.fromkeys(guides) if key in GUIDES], state=Turn.WAITING, made_at=at, **more,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("slot_full") from error
    return row


@action("affairs.give_back", beyond=True)
def give_back(*, actor: Actor, ticket: Ticket, at: datetime) -> Ticket:
    """Give the place to the next. Beyond: whoever holds the ticket may."""
    row = Ticket.objects.hold(ticket.pk)
    insist(None if row.state == Turn.WAITING else Refusal("ticket_over"))
    return _over(row, Turn.LEFT, at)


def _over(row: Ticket, state: Turn, at: datetime) -> Ticket:
    row.state, row.ended_at = state, at
    row.save(update_fields=["state", "ended_at"])
    return row


@action("affairs.sit")
def sit(*, actor: Actor, point: Point, number: int, at: datetime) -> Counter | None:
    """Sit down at a counter of this point, leaving where one sat; number 0: go."""
    held = Point.objects.hold(point.pk)
    mine = Counter.objects.filter(account=actor.id).first()
    if mine is not None:
        insist(Refusal("ticket_called") if ask.at_counter(actor, mine) else None)
        Counter.objects.filter(pk=mine.pk).update(account=None, since=None)
    if not number:
        return None
    found = held.counters.select_for_update().filter(number=number).first()
    if found is None:
        raise Refused("not_found")
    insist(Refusal("counter_taken") if found.account_id else None)
    found.account_id, found.since = actor.id, at
    found.save(update_fields=["account", "since"])
    return found


@action("affairs.call_next")
def call_next(*, actor: Actor, point: Point, at: datetime) -> Ticket:
    """Call whoever is next by the rule to one's counter; called again while they have not come."""
    held = Point.objects.hold(point.pk)
    mine = selectors.own_counter(actor)
    insist(None if mine and mine.point_id == held.pk else Refusal("counter_missing"))
    row = ask.at_counter(actor, mine) if mine else None
    if row is None:
        order = ask.line(actor, held, at)
        insist(None if order else Refusal("nobody_waits"))
        row = Ticket.objects.hold(order[0].pk)
        row.state, row.counter, row.called_at = Turn.CALLED, mine, at
    row.calls += 1
    row.save(update_fields=["state", "counter", "called_at", "calls"])
    return row


@action("affairs.end_turn")
def end_turn(*, actor: Actor, ticket: Ticket, at: datetime, came: bool) -> Ticket:
    """The one at the counter is done, or did not come."""
    row = Ticket.objects.hold(ticket.pk)
    mine = selectors.own_counter(actor)
    insist(
        None if row.state == Turn.CALLED else Refusal("ticket_over"),
        None if mine and row.counter_id == mine.pk else Refusal("counter_missing"),
    )
    return _over(row, Turn.SERVED if came else Turn.ABSENT, at)


def drop_tickets(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    return {"tickets": Ticket.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]}


shelf(Shelf("affairs.tickets", kept.tickets, drop_tickets, lambda force: kept.held_plain(SYSTEM, force)))  # fmt: skip
