"""What happened at a place: visits, households that came and went, values that changed. Nobody's name."""

from datetime import datetime

from django.db.models import Q, QuerySet

from lifang.core.access import Actor
from lifang.registry.models import Fact, Occupancy, Place, Visit


def inside(actor: Actor, place: Place) -> QuerySet[Place]:
    """A place and all that stands in it, of the actor's areas."""
    part = Q(pk=place.pk) | Q(parent=place) | Q(parent__parent=place) | Q(parent__parent__parent=place)  # fmt: skip
    return Place.objects.visible_to(actor).filter(part)


def visits_at(actor: Actor, place: Place, since: datetime | None, most: int) -> list[Visit]:
    """Visits to households that live, or lived then, behind its doors. Those for a restricted reason are on no page."""
    homes = Occupancy.objects.visible_to(actor).filter(dwelling__in=inside(actor, place))
    rows = Visit.objects.visible_to(actor).filter(household__in=homes.values("household"))
    rows = rows.exclude(kind="restricted")
    return list((rows.filter(at__gte=since) if since else rows).order_by("-at", "-id")[:most])


def comings(actor: Actor, place: Place, since: datetime | None, most: int, *, gone: bool) -> list[Occupancy]:  # fmt: skip
    """Households that came to live behind its doors, or that went."""
    field = "valid_to" if gone else "valid_from"
    rows = Occupancy.objects.visible_to(actor).filter(dwelling__in=inside(actor, place))
    rows = rows.filter(**({f"{field}__gte": since} if since else {f"{field}__isnull": False}))
    return list(rows.select_related("dwelling").order_by(f"-{field}", "-id")[:most])


def changes_at(actor: Actor, place: Place, since: datetime | None, most: int) -> list[Fact]:
    """Values of the place, and of what stands in it, that were written anew."""
    rows = Fact.objects.visible_to(actor).filter(subject__in=inside(actor, place).values("pk"))
    return list(
        (rows.filter(seen_at__gte=since) if since else rows).order_by("-seen_at", "-id")[:most]
    )
