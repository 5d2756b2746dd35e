"""How people came, how often they had to come, what they need not bring: counted, of what one may see."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.utils.timezone import make_aware

from lifang.affairs.catalogue import CHANNELS, GUIDES, Channel, Guide
from lifang.affairs.models import Application, Laid
from lifang.affairs.selectors.applications import applications
from lifang.affairs.terms import Met, State
from lifang.core.access import Actor
from lifang.core.access.scope import within

FREE = (Met.REGISTER, Met.RESULT, Met.HELD, Met.DECLARED)


class Came(NamedTuple):
    channel: Channel
    n: int
    share: float


class OfMatter(NamedTuple):
    """One matter: how many, how many of them by themselves, how many without a trip, days until it was decided."""

    guide: Guide
    n: int
    self_typed: int
    counted: int  # closed with a result in hand, their trips known
    no_trip: int
    days: float | None


class Shares(NamedTuple):
    """Of one area, received from one day to another."""

    n: int
    came: list[Came]
    closed: int  # with a result in hand, their trips known
    trips: dict[int, int]  # how many came so often; 2 stands for two and more
    known: int
    asked: int
    free: int  # materials that need not be brought
    laid: int
    in_time: int
    decided: int
    matters: list[OfMatter]

    def share(self, part: int, of: int) -> float | None:
        return part / of if of else None


def shares(actor: Actor, area: str, first: date, last: date) -> Shares:
    """In five queries, whatever their number."""
    rows = _received(actor, area, first, last)
    by = dict(rows.values_list("channel").annotate(Count("id")))
    count = sum(by.values())
    came = [Came(one, by[one.key], by[one.key] / count) for one in CHANNELS if by.get(one.key)]
    done = rows.filter(state=State.DONE, trips__isnull=False)
    trips = {0: 0, 1: 0, 2: 0}
    for often, n in done.values_list("trips").annotate(Count("id")):
        trips[min(often, 2)] += n
    sums = rows.aggregate(
        known=Sum("known"), asked=Sum("asked"), decided=Count("id", filter=_DECIDED),
        in_time=Count("id", filter=_DECIDED & Q(decided_at__lte=F("promised_at"))),
    )  # fmt: skip
    laid = Laid.objects.filter(application__in=rows).aggregate(of=Count("id"), free=Count("id", filter=Q(met__in=FREE)))  # fmt: skip
    return Shares(
        count, sorted(came, key=lambda one: -one.n), sum(trips.values()), trips, sums["known"] or 0, sums["asked"] or 0,
        laid["free"], laid["of"], sums["in_time"], sums["decided"], _matters(rows),
    )  # fmt: skip


_DECIDED = Q(decided_at__isnull=False, promised_at__isnull=False)


def _received(actor: Actor, area: str, first: date, last: date) -> QuerySet[Application]:
    since, until = (make_aware(datetime.combine(day, datetime.min.time())) for day in (first, last + timedelta(days=1)))  # fmt: skip
    return applications(actor).filter(within(area), submitted_at__gte=since, submitted_at__lt=until).order_by()  # fmt: skip


def _matters(rows: QuerySet[Application]) -> list[OfMatter]:
    own = [one.key for one in CHANNELS if one.typed_by == "self"]
    closed = Q(state=State.DONE, trips__isnull=False)
    found = rows.values("guide").annotate(
        n=Count("id"), own=Count("id", filter=Q(channel__in=own)), counted=Count("id", filter=closed),
        none=Count("id", filter=closed & Q(trips=0)), took=Avg(F("decided_at") - F("submitted_at"), filter=Q(decided_at__isnull=False)),
    )  # fmt: skip
    told = [
        OfMatter(GUIDES[row["guide"]], row["n"], row["own"], row["counted"], row["none"], row["took"] / timedelta(days=1) if row["took"] is not None else None)
        for row in found
        if row["guide"] in GUIDES
    ]  # fmt: skip
    return sorted(told, key=lambda one: (-one.n, one.guide.key))
