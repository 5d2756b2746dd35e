"""Ask about tours."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.orgs import selectors as orgs
from lifang.sensing.catalogue import TOUR_KINDS
from lifang.sensing.models import Device, Tour
from lifang.sensing.selectors.devices import devices
from lifang.sensing.terms import DeviceState

MOST_STOPS = 2_000


class Share(NamedTuple):
    """Of one kind: how many tours, how many stops, how many of those in order, how many left out."""

    kind: str
    tours: int
    stops: int
    good: int
    missed: int


def tours(actor: Actor, area: str = "") -> QuerySet[Tour]:
    """Tours of the actor's areas."""
    return Tour.objects.visible_to(actor).filter(within(area))


def tour(actor: Actor, pk: UUID | str) -> Tour:
    """One of them. Raises `Refused("not_found")`."""
    found = tours(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def tour_stops(actor: Actor, kind: str, area: str) -> list[Device]:
    """The devices of an area that such a tour comes by."""
    types = TOUR_KINDS[kind].types if kind in TOUR_KINDS else []
    rows = devices(actor, area).filter(type__in=types, state=DeviceState.INSTALLED)
    return list(rows.order_by("area", "code")[:MOST_STOPS]) if types else []


def shares(actor: Actor, since: datetime) -> list[Share]:
    """What tours since then came to, by kind."""
    rows = tours(actor).filter(begun_at__gte=since).order_by().values("kind")
    sums = {
        row["kind"]: Share(row["kind"], row["tours"], row["stops_"], row["good_"], row["missed_"])
        for row in rows.annotate(tours=Count("pk"), stops_=Sum("total"), good_=Sum("good"), missed_=Sum("missed"))
    }  # fmt: skip
    return [sums[one.key] for one in TOUR_KINDS if one.key in sums]


def tour_faults(actor: Actor, of: Tour) -> set[str]:
    """What can be found on such a tour that somebody has to see to."""
    return {one.key for one in TOUR_KINDS[of.kind].results if one.finding}


def tour_spot(actor: Actor, of: Tour) -> tuple[float | None, float | None]:
    """Where the first stop stands at which something was found, if that is in the area of the tour."""
    faults = tour_faults(actor, of)
    pk = next((pk for pk, _code, result in of.stops if pk and result in faults), "")
    here = devices(actor).filter(pk=pk).first() if pk else None
    if here is None or here.lon is None or here.lat is None or not orgs.stands_in(here.lon, here.lat, of.area):  # fmt: skip
        return None, None
    return here.lon, here.lat
