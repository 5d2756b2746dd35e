"""Ask about households, buildings floor by floor, visits."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.core.files.models import Attachment
from lifang.core.files.terms import Media
from lifang.registry.models import (
    Household,
    Membership,
    MissedVisit,
    Occupancy,
    Place,
    Visit,
    VisitPlan,
)
from lifang.registry.terms import HEAD, Missing, PlaceKind

OPEN = Q(valid_to__isnull=True)


def households(actor: Actor, area: str = "") -> QuerySet[Household]:
    """The households of the actor's areas that live there now, each with its head (`heads`) and doors (`doors`)."""
    rows = Household.objects.visible_to(actor).filter(valid_to__isnull=True)
    rows = rows.filter(within(area)) if area else rows
    heads = Membership.objects.visible_to(actor).filter(OPEN, relation=HEAD)
    shown = Prefetch("members", heads.select_related("person"), to_attr="heads")
    return rows.prefetch_related(shown, _doors(actor))


def _doors(actor: Actor) -> "Prefetch[str, QuerySet[Occupancy], str]":
    rows = Occupancy.objects.visible_to(actor).filter(OPEN)
    return Prefetch("occupancies", rows.select_related("dwelling"), to_attr="doors")


def household(actor: Actor, pk: UUID | str) -> Household:
    """One household, ended ones too. Raises `Refused("not_found")`."""
    found = (
        Household.objects.visible_to(actor).filter(pk=pk).prefetch_related(_doors(actor)).first()
    )
    if found is None:
        raise Refused("not_found")
    return found


def members(actor: Actor, household: Household, *, ended: bool = False) -> QuerySet[Membership]:
    """Who lives there, the head first."""
    rows = Membership.objects.visible_to(actor).filter(household=household)
    rows = rows if ended else rows.filter(OPEN)
    return rows.select_related("person").order_by("valid_to", "valid_from", "id")


def membership(actor: Actor, pk: UUID | str) -> Membership:
    """One membership. Raises `Refused("not_found")`."""
    found = Membership.objects.visible_to(actor).filter(pk=pk).select_related("person", "household").first()  # fmt: skip
    if found is None:
        raise Refused("not_found")
    return found


def household_at(actor: Actor, dwelling: Place) -> QuerySet[Household]:
    """The households behind a door now."""
    rows = Occupancy.objects.visible_to(actor).filter(OPEN, dwelling=dwelling)
    return households(actor).filter(pk__in=rows.values("household"))


class Door(NamedTuple):
    """One dwelling of a building's picture."""

    place: Place
    households: int
    people: int
    visited_at: datetime | None
    visit_due_on: date | None


class Floor(NamedTuple):
    floor: int | None
    doors: list[Door]


class Stairs(NamedTuple):
    """A stair (None where the building has none) with its floors, highest first."""

    stair: Place | None
    floors: list[Floor]


def floors(actor: Actor, building: Place) -> list[Stairs]:
    """The building as it stands: stair by stair, floor by floor, door by door. In three queries."""
    stairs = list(
        Place.objects.visible_to(actor).filter(OPEN, parent=building, kind=PlaceKind.STAIR)
    )
    parents = [building.pk, *(stair.pk for stair in stairs)]
    doors = list(
        Place.objects.visible_to(actor)
        .filter(OPEN, parent__in=parents, kind=PlaceKind.DWELLING)
        .order_by("parent", "floor", "number", "name")
    )
    living = _living(actor, [door.pk for door in doors])
    pictured = [(door, Door(door, *living.get(door.pk, (0, 0, None, None)))) for door in doors]
    found = []
    for stair in [None, *sorted(stairs, key=lambda stair: (stair.number, stair.name))]:
        parent = stair.pk if stair else building.pk
        mine = [picture for door, picture in pictured if door.parent_id == parent]
        if mine:
            found.append(Stairs(stair, _by_floor(mine)))
    return found


class Staying(NamedTuple):
    """How many are registered somewhere, and of them who may need help to get out; nobody's name."""

    people: int
    old: int  # 70 or more
    small: int  # under 7


def staying(actor: Actor, place: Place, on: date) -> Staying:
    """Behind the doors of a place, as far as the actor sees them. In one query."""
    at = (
        Q(pk=place.pk) | Q(parent=place) | Q(parent__parent=place) | Q(parent__parent__parent=place)
    )
    doors = Place.objects.visible_to(actor).filter(at)
    homes = Occupancy.objects.visible_to(actor).filter(OPEN, dwelling__in=doors)
    rows = Membership.objects.visible_to(actor).filter(
        OPEN, household__in=homes.values("household")
    )
    old, small = on.replace(year=on.year - 70, day=min(on.day, 28)), on.replace(year=on.year - 7, day=min(on.day, 28))  # fmt: skip
    found = rows.aggregate(
        people=Count("person", distinct=True),
        old=Count("person", filter=Q(person__born__lte=old), distinct=True),
        small=Count("person", filter=Q(person__born__gt=small), distinct=True),
    )
    return Staying(**found)


def _by_floor(doors: list[Door]) -> list[Floor]:
    ordered = sorted(doors, key=lambda door: -(door.place.floor or 0))
    return [
        Floor(floor, sorted(row, key=lambda door: (door.place.number, door.place.name)))
        for floor, row in groupby(ordered, key=lambda door: door.place.floor)
    ]


def _living(
    actor: Actor, doors: list[UUID]
) -> dict[UUID, tuple[int, int, datetime | None, date | None]]:
    rows = (
        Occupancy.objects.visible_to(actor)
        .filter(OPEN, dwelling__in=doors)
        .values("dwelling")
        .annotate(
            houses=Count("household", distinct=True),
            people=Count(
                "household__members",
                filter=Q(household__members__valid_to__isnull=True),
                distinct=True,
            ),
            seen=Max("household__visited_at"),
            due=Min("household__visit_due_on"),
        )
    )
    return {row["dwelling"]: (row["houses"], row["people"], row["seen"], row["due"]) for row in rows}  # fmt: skip


def parts(actor: Actor, place: Place, kind: str = "") -> QuerySet[Place]:
    """What stands inside a place: the buildings of an estate, the stairs of a building."""
    rows = Place.objects.visible_to(actor).filter(OPEN, parent=place)
    return (rows.filter(kind=kind) if kind else rows).order_by("number", "name", "id")


def visits(actor: Actor, household: Household) -> QuerySet[Visit]:
    """Visits to a household, newest first; what was written down reads masked."""
    rows = Visit.objects.visible_to(actor).filter(household=household)
    return rows.select_related("person").order_by("-at", "-id")


def own_last_visit(actor: Actor, household: Household) -> Visit | None:
    """The visit to a household that this actor wrote down last."""
    rows = Visit.objects.visible_to(actor).filter(household=household, account=actor.id)
    return rows.order_by("-id").first()


def own_voices(actor: Actor, visits: Iterable[UUID]) -> list[Attachment]:
    """The voice notes that this actor made at these visits; nobody else's are anybody's."""
    rows = Attachment.objects.visible_to(actor).filter(subject__in=list(visits), account=actor.id)
    return [one for one in rows.order_by("-added_at") if Media(one.media).spoken]


def plans(actor: Actor, household: Household) -> QuerySet[VisitPlan]:
    """How often a household is called on, soonest first."""
    rows = VisitPlan.objects.visible_to(actor).filter(OPEN, household=household)
    return rows.select_related("person").order_by("due_on")


def due(actor: Actor, by: date, area: str = "") -> QuerySet[VisitPlan]:
    """Visits to make by a day, soonest first."""
    rows = VisitPlan.objects.visible_to(actor).filter(OPEN, due_on__lte=by)
    rows = rows.filter(within(area)) if area else rows
    return rows.select_related("person", "household").order_by("due_on", "id")


def missed(actor: Actor) -> QuerySet[MissedVisit]:
    """Visits that nobody made in time and nobody explained."""
    rows = MissedVisit.objects.visible_to(actor).filter(state=Missing.MISSED)
    return rows.select_related("plan__household", "plan__person").order_by("due_on", "id")


def missed_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, MissedVisit]:
    """Several of them, open or not, each with its plan."""
    rows = MissedVisit.objects.visible_to(actor).select_related("plan__person")
    return rows.in_bulk(list(ids))


def homes_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Household]:
    """Several households with their `heads` and `doors`."""
    return households(actor).in_bulk(list(ids))


def missed_visit(actor: Actor, pk: UUID | str) -> MissedVisit:
    """One of them. Raises `Refused("not_found")`."""
    found = MissedVisit.objects.visible_to(actor).filter(pk=pk).select_related("plan__household").first()  # fmt: skip
    if found is None:
        raise Refused("not_found")
    return found


class Coverage(NamedTuple):
    """Of an area: households, those seen since a day, those never seen, those overdue."""

    area: str
    households: int
    visited: int
    never: int
    overdue: int


def coverage(actor: Actor, areas: Iterable[str], since: datetime, on: date) -> list[Coverage]:
    """How far visits have come, area by area: numerator and denominator."""
    found = []
    for area in areas:
        rows = Household.objects.visible_to(actor).filter(OPEN, within(area))
        counted = rows.aggregate(
            households=Count("pk"),
            visited=Count("pk", filter=Q(visited_at__gte=since)),
            never=Count("pk", filter=Q(visited_at__isnull=True)),
            overdue=Count("pk", filter=Q(visit_due_on__lt=on)),
        )
        found.append(Coverage(area, **counted))
    return found
