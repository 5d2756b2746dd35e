"""Ask about parcels: a company's desk, a household's own, those one fetches for a neighbour."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.living.catalogue import policy
from lifang.living.models import Neighbour, Parcel
from lifang.living.selectors.serving import kept
from lifang.registry import selectors as registry
from lifang.registry.selectors import Building, Cell

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

WAITS = Q(ended_at__isnull=True)


class Counts(NamedTuple):
    """Of a desk. Of nobody who works there."""

    waiting: int
    overdue: int
    handed: int  # since midnight


def parcels(actor: Actor) -> QuerySet[Parcel]:
    """Of the companies one works for, newest first."""
    rows = Parcel.objects.visible_to(actor)
    if actor.kind != "system":
        rows = rows.filter(holders__overlap=sorted(actor.units) or ["-"])
    return rows.order_by("-noted_at", "id")


def parcel(actor: Actor, pk: UUID) -> Parcel:
    """One of them. Raises `Refused("not_found")`."""
    found = parcels(actor).filter(pk=pk).select_related("unit").first()
    if found is None:
        raise Refused("not_found")
    return found


def waiting_with(actor: Actor, parcel: Parcel) -> list[Parcel]:
    """What waits at the same desk for the same door, this one among it."""
    if parcel.dwelling_id is None:
        return []
    rows = parcels(actor).filter(WAITS, unit=parcel.unit_id, dwelling=parcel.dwelling_id)
    return list(rows.order_by("noted_at", "piece"))


def parcel_counts(actor: Actor, since: datetime) -> Counts:
    counted = parcels(actor).order_by().aggregate(
        waiting=Count("pk", filter=WAITS),
        overdue=Count("pk", filter=WAITS & Q(overdue_at__isnull=False)),
        handed=Count("pk", filter=Q(ended_at__gte=since) & ~Q(way="back")),
    )  # fmt: skip
    return Counts(**counted)


def own_parcels(actor: Actor) -> QuerySet[Parcel]:
    """Of one's household, what waits first, then the newest. A code is shown by `own_waiting` alone."""
    if not actor.holder:
        return Parcel.objects.none()
    rows = Parcel.objects.filter(holders__contains=[actor.holder]).select_related("unit")
    return rows.order_by("-noted_at", "id")


def own_waiting(actor: Actor) -> list[Parcel]:
    """What waits for the doors one lives behind now: who moved out reads no code."""
    doors = [one.pk for one in registry.own_doors(actor)]
    return list(own_parcels(actor).filter(WAITS, dwelling__in=doors)) if doors else []


def count_waiting(actor: Actor) -> int:
    """How many wait for whoever asks."""
    return len(own_waiting(actor)) if own_parcels(actor).filter(WAITS).exists() else 0


def own_neighbours(actor: Actor, today: date) -> list[Neighbour]:
    """Whom one's household named, where it stands today."""
    doors = [one.pk for one in registry.own_doors(actor)]
    return list(_standing(actor, today).filter(dwelling__in=doors)) if doors else []


def neighbours_of(actor: Actor, today: date) -> list[tuple[Neighbour, int]]:
    """For whom one may fetch parcels today, and how many wait."""
    doors = [one.pk for one in registry.own_doors(actor)]
    named = list(_standing(actor, today).filter(neighbour__in=doors)) if doors else []
    with behind(SYSTEM):  # how many, told to whom the household named; which ones stays its own
        counted = Counter(Parcel.objects.filter(WAITS, dwelling__in=[one.dwelling_id for one in named]).values_list("dwelling", flat=True)) if named else Counter()  # fmt: skip
    return [(one, counted[one.dwelling_id]) for one in named]


def neighbour(actor: Actor, pk: UUID) -> Neighbour:
    """One that concerns the actor. Raises `Refused("not_found")`."""
    found = Neighbour.objects.filter(pk=pk, holders__contains=[actor.holder or "-"]).first()
    if found is None:
        raise Refused("not_found")
    return found


def _standing(actor: Actor, today: date) -> QuerySet[Neighbour]:
    rows = Neighbour.objects.filter(ended_at__isnull=True, until__gte=today, holders__contains=[actor.holder or "-"])  # fmt: skip
    return rows.order_by("-named_at", "id")


def buildings(actor: Actor, unit: "Unit") -> list[Building]:
    """Buildings that a company looks after: their names, no household."""
    with behind(SYSTEM):  # a company sees no register; where doors are, it has to know
        found = registry.buildings_in(SYSTEM, unit.area)
    mine = kept(actor, unit, {one.area for one in found})
    return [one for one in found if one.area in mine]


def cells(actor: Actor, building: UUID) -> list[Cell]:
    """Doors of a building as it stands, nobody behind them."""
    with behind(SYSTEM):  # likewise
        return registry.cells_in(SYSTEM, building)


def to_remind(system: Actor, at: datetime) -> list[UUID]:
    """Waiting for so long that something has to be said of it."""
    late = Q(reminded_at__isnull=True, noted_at__lte=at - timedelta(days=policy("parcel_remind_days")))  # fmt: skip
    over = Q(overdue_at__isnull=True, noted_at__lte=at - timedelta(days=policy("parcel_overdue_days")))  # fmt: skip
    with behind(SYSTEM):  # jobs run behind an open wall, tests and commands do not
        return list(Parcel.objects.filter(WAITS & (late | over)).order_by("noted_at").values_list("pk", flat=True)[:500])  # fmt: skip
