"""Phases of an area, and what is counted in each: one query a table, however many phases there are."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import get_current_timezone

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.registry.models import Membership, Phase, Place, Visit
from lifang.registry.terms import PlaceKind


class Span(NamedTuple):
    """A phase from its day to the next one's; one that has not come has no length yet."""

    phase: Phase
    start: datetime
    end: datetime  # exclusive; now for the one that runs
    running: bool
    to_come: bool

    @property
    def months(self) -> float:
        return max((self.end - self.start).days / 30.4, 0)


def phases(actor: Actor, area: str) -> QuerySet[Phase]:
    """The phases of an area, in their order; what was struck out is in no list."""
    rows = Phase.objects.visible_to(actor).filter(area=area, struck_at__isnull=True)
    return rows.order_by("since", "id")


def phase(actor: Actor, pk: UUID) -> Phase:
    """One of them. Raises `Refused("not_found")`."""
    found = Phase.objects.visible_to(actor).filter(pk=pk, struck_at__isnull=True).first()
    if found is None:
        raise Refused("not_found")
    return found


def spans(actor: Actor, area: str, at: datetime) -> list[Span]:
    """The phases with their lengths, the first one first."""
    rows = list(phases(actor, area))
    starts = [_midnight(one.since) for one in rows]
    found = []
    for number, (one, start) in enumerate(zip(rows, starts, strict=True)):
        following = starts[number + 1] if number + 1 < len(rows) else None
        to_come = start > at
        end = start if to_come else min(following or at, at)
        running = not to_come and (following is None or following > at)
        found.append(Span(one, start, end, running, to_come))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), get_current_timezone())


def counted(
    actor: Actor, rows: QuerySet[Any], field: str, over: Sequence[Span], **more: Any
) -> list[int]:
    """How many of these rows, which the actor sees, fall into each of these phases."""
    if not over:
        return []
    counts = {
        f"n{number}": Count("pk", filter=Q(**{f"{field}__gte": one.start, f"{field}__lt": one.end}, **more))
        for number, one in enumerate(over)
    }  # fmt: skip
    told = rows.aggregate(**counts)
    return [told[f"n{number}"] for number in range(len(over))]


class Lived(NamedTuple):
    """What the register counts of a phase."""

    homes: int  # standing at its end
    came: int
    went: int
    visits: int


def lived(actor: Actor, area: str, over: Sequence[Span]) -> list[Lived]:
    """What happened to homes and people in each phase, as far as the register goes back."""
    if not over:
        return []
    doors = Place.objects.visible_to(actor).filter(within(area), kind=PlaceKind.DWELLING)
    standing = {
        f"n{number}": Count("pk", filter=Q(valid_from__lt=one.end) & (Q(valid_to__isnull=True) | Q(valid_to__gte=one.end)))
        for number, one in enumerate(over)
    }  # fmt: skip
    homes = doors.aggregate(**standing)
    people = Membership.objects.visible_to(actor).filter(within(area))
    visits = Visit.objects.visible_to(actor).filter(within(area)).exclude(kind="restricted")
    came, went = (
        counted(actor, people, "valid_from", over),
        counted(actor, people, "valid_to", over),
    )
    made = counted(actor, visits, "at", over)
    return [
        Lived(homes[f"n{number}"], came[number], went[number], made[number])
        for number in range(len(over))
    ]
