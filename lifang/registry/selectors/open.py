"""What anybody may know of the register: what stands on every map. No person, no dwelling."""

from django.db.models import QuerySet

from lifang.core.access import Actor
from lifang.registry.models import Facility, Place
from lifang.registry.terms import PUBLIC

# Water, gas, power and telephone: where their nodes lie is nobody's business but the crews'.
WITHHELD = "01"


def public_places(actor: Actor) -> QuerySet[Place]:
    """Estates, buildings, key places and roads that stand; evaluate it inside `behind(SYSTEM)`."""
    return Place.objects.filter(kind__in=PUBLIC, valid_to__isnull=True, lon__isnull=False)


def public_facilities(actor: Actor) -> QuerySet[Facility]:
    """Lamps, benches, bins and signs that stand; evaluate it inside `behind(SYSTEM)`."""
    rows = Facility.objects.filter(valid_to__isnull=True, lon__isnull=False)
    return rows.exclude(component__startswith=WITHHELD)
