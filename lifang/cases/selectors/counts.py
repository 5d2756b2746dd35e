"""Numbers that open the list behind them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left, TruncDate

from lifang.cases.catalogue import OUTCOMES, policy
from lifang.cases.models import Case
from lifang.cases.selectors import rollups
from lifang.cases.terms import OPEN
from lifang.core.access import Actor
from lifang.core.access.scope import within as area_within
from lifang.core.geo.divisions import Level, level_below
from lifang.orgs import selectors as orgs

DEPTH = {int(level): level_below("0" * level) for level in Level if level >= Level.CITY}


class Counts(NamedTuple):
    """Counts of one area. Each has a filter of the case list with the same name."""

    open: int
    overdue: int
    due_today: int
    urgent: int
    new_today: int
    closed_today: int
    handled_month: int
    on_time_month: int
    solved_month: int


def _rows(actor: Actor, within: str) -> QuerySet[Case]:
    return Case.objects.visible_to(actor).filter(area_within(within))


def counts(actor: Actor, within: str, at: datetime, midnight: datetime) -> Counts:
    """The numbers of an area now. `midnight` is the start of the local day."""
    if rollups.kept(actor, within, policy("counted_below")):
        found = rollups.counts(actor, within, at)
        return Counts(**{name: found.get(name, 0) for name in Counts._fields})
    return counted(actor, within, at, midnight)


def counted(actor: Actor, within: str, at: datetime, midnight: datetime) -> Counts:
    """The same numbers counted from the cases themselves."""
    month = month_before(midnight)
    handled, closed = Q(handled_at__gte=month), Q(closed_at__gte=month)
    tomorrow = midnight + timedelta(days=1)
    live = (
        _rows(actor, within)
        .filter(state__in=OPEN)
        .aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=at) & ~Q(state="suspended")),
            due_today=Count(
                "pk", filter=Q(due_at__gte=at, due_at__lt=tomorrow) & ~Q(state="suspended")
            ),
            urgent=Count("pk", filter=~Q(level="ordinary")),
        )
    )
    past = _rows(actor, within).filter(Q(opened_at__gte=midnight) | handled | closed).aggregate(
        new_today=Count("pk", filter=Q(opened_at__gte=midnight)),
        closed_today=Count("pk", filter=Q(closed_at__gte=midnight)),
        handled_month=Count("pk", filter=handled),
        on_time_month=Count("pk", filter=handled & Q(handled_at__lte=F("promised_at"))),
        solved_month=Count("pk", filter=closed & Q(outcome__in=[one.key for one in OUTCOMES if one.solved])),
    )  # fmt: skip
    return Counts(**live, **past)


def month_before(midnight: datetime) -> datetime:
    """Where the thirty days begin that end with today."""
    return midnight - timedelta(days=rollups.DAYS - 1)


def by_area(actor: Actor, within: str, at: datetime) -> list[Any]:
    """Open and overdue cases of each area one level down: area, open, overdue."""
    depth = DEPTH.get(len(within), 6)
    if rollups.kept(actor, within, policy("counted_below")):
        return rollups.by_area(actor, within, depth, at)
    return counted_by_area(actor, within, at)


def counted_by_area(actor: Actor, within: str, at: datetime) -> list[Any]:
    """The same, counted from the cases themselves."""
    depth = DEPTH.get(len(within), 6)
    rows = _rows(actor, within).filter(state__in=OPEN).annotate(part=Left("area", depth))
    return list(
        rows.values("part")  # type: ignore[no-redef]  # a count called like the property
        .annotate(
            open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=at) & ~Q(state="suspended"))
        )
        .order_by("part")
    )


class Part(NamedTuple):
    """An area one level down, and what is open there."""

    code: str
    name: str
    open: int
    overdue: int


def open_by_part(actor: Actor, area: str, at: datetime) -> list[Part]:
    """The parts of an area, the worst first; a grid has none."""
    busy = {str(row["part"]): row for row in by_area(actor, area, at)}
    codes = [code for code in orgs.codes_inside(area, level_below(area)) if code != area]
    names, none = orgs.names_of(codes, 1), {"open": 0, "overdue": 0}
    found = [(code, busy.get(code, none)) for code in codes]
    made = [Part(code, names[code], row["open"], row["overdue"]) for code, row in found]
    return sorted(made, key=lambda part: (-part.overdue, -part.open, part.name))


def daily(actor: Actor, within: str, at: datetime, days: int = 30) -> list[Any]:
    """Cases opened on each of the last days: day, opened."""
    rows = _rows(actor, within).filter(opened_at__gte=at - timedelta(days=days))
    return list(
        rows.annotate(day=TruncDate("opened_at"))
        .values("day")
        .annotate(opened=Count("pk"))
        .order_by("day")
    )


def running(actor: Actor, within: str, most: int = 12) -> list[Case]:
    """The open cases whose clock runs out first."""
    rows = (
        _rows(actor, within).filter(state__in=OPEN, due_at__isnull=False).exclude(state="suspended")
    )
    return list(rows.select_related("lead").order_by("due_at")[:most])
