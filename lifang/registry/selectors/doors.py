"""Doors in bulk and by whose they are: for what is sent to households. Asked by the system; a page asks `own_doors` alone."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.registry.models import Membership, Occupancy, Place
from lifang.registry.terms import PlaceKind


class Dwelling(NamedTuple):
    pk: UUID
    area: str
    address: str
    area_m2: Decimal | None


def count_doors(system: Actor, area: str) -> int:
    """Dwellings that stand in an area."""
    return _doors(area).count()


def doors_after(system: Actor, area: str, after: UUID | None, limit: int) -> list[Dwelling]:
    """The next dwellings in the order of their ids."""
    rows = _doors(area).filter(pk__gt=after) if after else _doors(area)
    told = rows.order_by("pk").values_list("pk", "area", "address", "name", "area_m2")[:limit]
    return [Dwelling(pk, at, address or name, m2) for pk, at, address, name, m2 in told]


def doors_at(system: Actor, area: str, addresses: Iterable[str]) -> dict[str, Dwelling]:
    """Dwellings of an area by their addresses as they are written; an address of two is nobody's."""
    rows = _doors(area).filter(address__in=set(addresses))
    found: dict[str, list[Dwelling]] = defaultdict(list)
    for pk, at, address, m2 in rows.values_list("pk", "area", "address", "area_m2"):
        found[address].append(Dwelling(pk, at, address, m2))
    return {address: doors[0] for address, doors in found.items() if len(doors) == 1}


def householders(system: Actor, doors: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Who lives behind each door and has an account: their holders. An account counts when staff linked it to a person."""
    rows = Membership.objects.filter(
        valid_to__isnull=True,
        person__resident__isnull=False,
        household__occupancies__dwelling__in=list(doors),
        household__occupancies__valid_to__isnull=True,
    ).values_list("household__occupancies__dwelling", "person__resident__account")
    found: dict[UUID, set[str]] = defaultdict(set)
    for door, account in rows:
        found[door].add(f"account:{account}")
    return {door: sorted(holders) for door, holders in found.items()}


def doors_of(system: Actor, person: UUID) -> list[UUID]:
    """The dwellings a person lives in by now."""
    rows = Occupancy.objects.filter(
        valid_to__isnull=True,
        household__members__valid_to__isnull=True,
        household__members__person=person,
    )
    return list(rows.values_list("dwelling", flat=True).distinct())


def own_doors(actor: Actor) -> list[Dwelling]:
    """Where the actor lives, by the register."""
    if actor.id is None:
        return []
    # A resident sees no doors; these are theirs.
    with behind(SYSTEM):
        rows = Occupancy.objects.filter(
            valid_to__isnull=True,
            household__members__valid_to__isnull=True,
            household__members__person__resident__account_id=actor.id,
        ).order_by("dwelling_id")
        told = rows.values_list("dwelling", "dwelling__area", "dwelling__address", "dwelling__name", "dwelling__area_m2")  # fmt: skip
        return [Dwelling(pk, at, address or name, m2) for pk, at, address, name, m2 in told.distinct()]  # fmt: skip


class Home(NamedTuple):
    """A dwelling in its building: what a picture of it needs, and no neighbour."""

    door: Dwelling
    building: str
    stair: str
    floor: int | None
    floors: int


def own_homes(actor: Actor) -> list[Home]:
    """Where the actor lives, with the building around it."""
    return _homes(own_doors(actor))


def homes_of(system: Actor, person: UUID) -> list[Home]:
    """Where somebody lives by now, for whoever they entrusted with something there."""
    with behind(SYSTEM):
        rows = _doors("").filter(pk__in=doors_of(SYSTEM, person)).order_by("pk")
        told = rows.values_list("pk", "area", "address", "name", "area_m2")
        doors = [Dwelling(pk, at, address or name, m2) for pk, at, address, name, m2 in told]
    return _homes(doors)


def _homes(doors: list[Dwelling]) -> list[Home]:
    with behind(SYSTEM):  # as above
        rows = {row.pk: row for row in Place.objects.filter(pk__in=[one.pk for one in doors]).select_related("parent__parent")}  # fmt: skip
    return [_home(door, rows[door.pk]) for door in doors]


def _home(door: Dwelling, place: Place) -> Home:
    above = place.parent
    stair = above if above and above.kind == PlaceKind.STAIR else None
    building = stair.parent if stair else above
    floors = max((building.floor or 0) if building else 0, place.floor or 0, 1)
    return Home(door, building.name if building else "", stair.name if stair else "", place.floor, floors)  # fmt: skip


def _doors(area: str) -> QuerySet[Place]:
    return Place.objects.filter(
        kind=PlaceKind.DWELLING, area__startswith=area, valid_to__isnull=True
    )


class Building(NamedTuple):
    """A building by its name, with the estate around it."""

    pk: UUID
    area: str
    name: str
    estate: str


class Standing(NamedTuple):
    """A building on the map, with how many dwellings it has."""

    pk: UUID
    area: str
    name: str
    lon: float
    lat: float
    doors: int


class Cell(NamedTuple):
    """A door in the picture of its building: where it is, and nothing of who lives there."""

    door: Dwelling
    stair: str
    floor: int | None
    number: str


def buildings_in(system: Actor, area: str, limit: int = 600) -> list[Building]:
    """Buildings that stand in an area, estate by estate."""
    rows = Place.objects.filter(kind=PlaceKind.BUILDING, area__startswith=area, valid_to__isnull=True)  # fmt: skip
    told = rows.order_by("area", "parent__name", "number", "name", "pk").values_list("pk", "area", "name", "parent__name")  # fmt: skip
    return [Building(pk, at, name, estate or "") for pk, at, name, estate in told[:limit]]


def buildings_standing(system: Actor, area: str) -> list[Standing]:
    """Buildings of an area that have dwellings and a place on the map. Two queries."""
    inside = _doors(area).order_by().values_list("parent", "parent__kind", "parent__parent")
    doors: dict[UUID, int] = defaultdict(int)
    for parent, kind, above, n in inside.annotate(n=Count("pk")):
        doors[above if kind == PlaceKind.STAIR else parent] += n
    rows = Place.objects.filter(kind=PlaceKind.BUILDING, area__startswith=area, valid_to__isnull=True, lon__isnull=False, lat__isnull=False)  # fmt: skip
    told = rows.order_by("area", "parent__name", "number", "name", "pk").values_list("pk", "area", "name", "parent__name", "lon", "lat")  # fmt: skip
    return [
        Standing(pk, at, f"{estate or ''} {name}".strip(), lon, lat, doors[pk])
        for pk, at, name, estate, lon, lat in told
        if doors.get(pk) and lon is not None and lat is not None
    ]


class Doors(NamedTuple):
    """A building by its name, with how many dwellings it has."""

    pk: UUID
    area: str
    name: str
    estate: str
    doors: int


def buildings_counted(system: Actor, area: str) -> list[Doors]:
    """Buildings of an area that have dwellings, on a map or not. Two queries."""
    inside = _doors(area).order_by().values_list("parent", "parent__kind", "parent__parent")
    doors: dict[UUID, int] = defaultdict(int)
    for parent, kind, above, n in inside.annotate(n=Count("pk")):
        doors[above if kind == PlaceKind.STAIR else parent] += n
    rows = Place.objects.filter(kind=PlaceKind.BUILDING, area__startswith=area, valid_to__isnull=True)  # fmt: skip
    told = rows.order_by("area", "parent__name", "number", "name", "pk").values_list("pk", "area", "name", "parent__name")  # fmt: skip
    return [Doors(pk, at, name, estate or "", doors[pk]) for pk, at, name, estate in told if doors.get(pk)]  # fmt: skip


def cells_in(system: Actor, building: UUID) -> list[Cell]:
    """Its doors, the highest floor first, stair beside stair. One query."""
    inside = Q(parent=building) | Q(parent__parent=building, parent__kind=PlaceKind.STAIR)
    rows = Place.objects.filter(inside, kind=PlaceKind.DWELLING, valid_to__isnull=True).select_related("parent")  # fmt: skip
    found = [
        Cell(
            Dwelling(row.pk, row.area, row.address or row.name, row.area_m2),
            row.parent.name if row.parent and row.parent.kind == PlaceKind.STAIR else "", row.floor, row.number or row.name,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-(one.floor or 0), one.stair, one.number))


def doors_inside(system: Actor, buildings: Iterable[UUID]) -> list[UUID]:
    """The dwellings of some buildings. One query."""
    named = list(buildings)
    inside = Q(parent__in=named) | Q(parent__parent__in=named, parent__kind=PlaceKind.STAIR)
    rows = Place.objects.filter(inside, kind=PlaceKind.DWELLING, valid_to__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def own_buildings(actor: Actor) -> list[UUID]:
    """The buildings the actor lives in."""
    return buildings_with(SYSTEM, [one.pk for one in own_doors(actor)])


def buildings_with(system: Actor, doors: Iterable[UUID]) -> list[UUID]:
    """The buildings that these doors are in."""
    with behind(SYSTEM):
        rows = Place.objects.filter(pk__in=list(doors)).values_list("parent", "parent__kind", "parent__parent")  # fmt: skip
        found = [above if kind == PlaceKind.STAIR and above else parent for parent, kind, above in rows]  # fmt: skip
    return sorted({one for one in found if one is not None})
