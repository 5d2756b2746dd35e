"""Ask about facilities, vehicles, organisations."""

from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor, Refusal, Refused
from lifang.core.access.scope import within
from lifang.core.crypto.masks import plain_plate
from lifang.core.geo.measure import near
from lifang.core.search import matching
from lifang.registry import rules
from lifang.registry.models import CELL_METRES, Facility, Organisation, Tie, Vehicle

OPEN = Q(valid_to__isnull=True)


def facilities(actor: Actor, area: str = "", component: str = "") -> QuerySet[Facility]:
    """Public components that stand in the actor's areas."""
    rows = Facility.objects.visible_to(actor).filter(OPEN, within(area))
    return rows.filter(component=component) if component else rows


def facility(actor: Actor, pk: UUID | str) -> Facility:
    """One component. Raises `Refused("not_found")`."""
    found = Facility.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def facilities_near(
    actor: Actor, lon: float, lat: float, metres: float, limit: int = 20
) -> list[Facility]:
    """Components within so many metres, nearest first, each with `metres_away`."""
    cells = ("cell", CELL_METRES) if metres <= 10 * CELL_METRES else None
    return list(near(facilities(actor), lon, lat, metres, cells=cells)[:limit])


def find_facilities(actor: Actor, text: str, limit: int = 20) -> list[Facility]:
    """By number, name, pinyin, remarks."""
    return list(matching(facilities(actor), text).order_by("name", "id")[:limit])


def vehicles(actor: Actor, area: str = "") -> QuerySet[Vehicle]:
    """Vehicles kept in the actor's areas; plates read masked."""
    return Vehicle.objects.visible_to(actor).filter(OPEN, within(area))


def vehicle(actor: Actor, pk: UUID | str) -> Vehicle:
    """One vehicle. Raises `Refused("not_found")`."""
    found = Vehicle.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def vehicle_by_plate(actor: Actor, plate: str) -> Vehicle | None:
    """The vehicle with this plate, if it is kept in the actor's areas."""
    return vehicles(actor).filter(plate_key=plain_plate(plate)).first()


def organisations(actor: Actor, area: str = "", kind: str = "") -> QuerySet[Organisation]:
    """Companies, shops, schools … of the actor's areas."""
    rows = Organisation.objects.visible_to(actor).filter(OPEN, within(area))
    return rows.filter(kind=kind) if kind else rows


def organisation(actor: Actor, pk: UUID | str) -> Organisation:
    """One organisation. Raises `Refused("not_found")`."""
    found = Organisation.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def find_organisations(actor: Actor, text: str, limit: int = 20) -> list[Organisation]:
    """By name, pinyin, credit code, address."""
    return list(matching(organisations(actor), text).order_by("name", "id")[:limit])


def people_of(actor: Actor, organisation: Organisation) -> QuerySet[Tie]:
    """Its legal representative, contacts, staff, premises now."""
    rows = Tie.objects.visible_to(actor).filter(OPEN).filter(Q(body=organisation) | Q(organisation=organisation))  # fmt: skip
    return rows.select_related("person", "place", "organisation", "body").order_by(
        "kind", "valid_from"
    )


def ties_to(actor: Actor, facility: Facility) -> QuerySet[Tie]:
    """Who maintains a facility now."""
    rows = Tie.objects.visible_to(actor).filter(OPEN, facility=facility)
    return rows.select_related("person", "organisation").order_by("kind", "valid_from")


def keepers(actor: Actor, vehicle: Vehicle) -> QuerySet[Tie]:
    """Who keeps or drives a vehicle now."""
    rows = Tie.objects.visible_to(actor).filter(OPEN, vehicle=vehicle)
    return rows.select_related("person", "organisation").order_by("kind", "valid_from")


def plate_fault(actor: Actor, plate: str) -> Refusal | None:
    """Why this is no plate, for whoever takes one in."""
    return rules.plate_fault(plate)
