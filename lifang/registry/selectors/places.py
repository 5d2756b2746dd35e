"""Ask about places and residents."""

from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.geo.measure import near
from lifang.core.search import matching
from lifang.registry.models import CELL_METRES, Place, Resident
from lifang.registry.terms import PUBLIC, PlaceKind


def places(actor: Actor) -> QuerySet[Place]:
    """The places of the actor's areas that still stand."""
    return Place.objects.visible_to(actor).filter(valid_to__isnull=True)


def places_near(
    actor: Actor, lon: float, lat: float, metres: float, limit: int = 20
) -> list[Place]:
    """Places within so many metres of a WGS-84 point, nearest first, each with `metres_away`."""
    cells = ("cell", CELL_METRES) if metres <= 10 * CELL_METRES else None
    return _shown(actor, near(_standing(actor), lon, lat, metres, cells=cells), limit)


def find_places(actor: Actor, text: str, limit: int = 20) -> list[Place]:
    """Places by the words or the pinyin of name and address."""
    return _shown(actor, matching(_standing(actor), text).order_by("name", "id"), limit)


def place(actor: Actor, pk: UUID | str) -> Place:
    """One place. Raises `Refused("not_found")`."""
    found = _shown(actor, _known(actor).filter(pk=pk), 1)
    if not found:
        raise Refused("not_found")
    return found[0]


def find_own_places(actor: Actor, text: str, limit: int = 20) -> list[Place]:
    """The same, only of the actor's areas."""
    return list(matching(places(actor), text).order_by("name", "id")[:limit])


def find_doors(actor: Actor, text: str, limit: int = 20) -> list[Place]:
    """Doors of the actor's areas behind which people may live."""
    rows = places(actor).filter(kind__in=[PlaceKind.DWELLING, PlaceKind.KEY_PLACE])
    return (
        list(matching(rows, text).order_by("address", "name", "id")[:limit]) if text.strip() else []
    )


def find_dwellings(actor: Actor, text: str, limit: int) -> list[Place]:
    """Dwellings of the actor's areas: those of this very address, else by its words."""
    rows = places(actor).filter(kind=PlaceKind.DWELLING)
    exact = list(rows.filter(address=text.strip())[:limit])
    return exact or list(matching(rows, text).order_by("name", "id")[:limit])


def own_place(actor: Actor, pk: UUID | str) -> Place:
    """One place of the actor's areas, for whoever keeps it. Raises `Refused("not_found")`."""
    found = places(actor).filter(pk=pk).select_related("parent__parent__parent").first()
    if found is None:
        raise Refused("not_found")
    return found


def _known(actor: Actor) -> QuerySet[Place]:
    # Where all is in scope it says nothing: beside that, "or public" would take the rest away.
    own = actor.scope.q()
    return Place.objects.filter(Q(kind__in=PUBLIC) | own if own else own)


def _standing(actor: Actor) -> QuerySet[Place]:
    return _known(actor).filter(valid_to__isnull=True)


def _shown(actor: Actor, rows: QuerySet[Place], limit: int) -> list[Place]:
    # Estates, buildings and roads are on every map and door plate: a neighbour who reports a trouble next to one
    # must find it, though the wall hides the row. `_known` keeps stairs and dwellings to those who work there.
    with behind(SYSTEM):
        return list(rows[:limit])


def resident_of(actor: Actor) -> Resident | None:
    """The actor as a resident, if enrolled."""
    if actor.id is None:
        return None
    return Resident.objects.filter(account_id=actor.id).select_related("home").first()


def residents(actor: Actor) -> QuerySet[Resident]:
    """Residents the actor works for."""
    return Resident.objects.visible_to(actor)


def resident(actor: Actor, pk: UUID | str) -> Resident:
    """One resident. Raises `Refused("not_found")`."""
    found = residents(actor).filter(pk=pk).select_related("home").first()
    if found is None:
        raise Refused("not_found")
    return found
