"""Numbers that open the list behind them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left, TruncDate

from lifang.cases.models import Case
from lifang.cases.terms import OPEN
from lifang.core.access import Actor
from lifang.core.access.scope import within as area_within

DEPTH = {4: 6, 6: 9, 9: 12, 12: 15, 15: 15}  # the next level down


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
    month = at - timedelta(days=30)
    handled = Q(handled_at__gte=month, handled_at__isnull=False)
    tomorrow = midnight + timedelta(days=1)
    live = (
        _rows(actor, within)
        .filter(state__in=OPEN)
        .aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=at) & ~Q(state="suspended")),
            due_today=Count("pk", filter=Q(due_at__gte=at, due_at__lt=tomorrow)),
            urgent=Count("pk", filter=~Q(level="ordinary")),
        )
    )
    past = _rows(actor, within).filter(opened_at__gte=month - timedelta(days=60)).aggregate(
        new_today=Count("pk", filter=Q(opened_at__gte=midnight)),
        closed_today=Count("pk", filter=Q(closed_at__gte=midnight)),
        handled_month=Count("pk", filter=handled),
        on_time_month=Count("pk", filter=handled & Q(handled_at__lte=F("promised_at"))),
        solved_month=Count("pk", filter=Q(closed_at__gte=month, outcome__in=["solved", "solved_on_spot", "mediated"])),
    )  # fmt: skip
    return Counts(**live, **past)


def by_area(actor: Actor, within: str, at: datetime) -> list[Any]:
    """Open and overdue cases of each area one level down: area, open, overdue."""
    depth = DEPTH.get(len(within), 6)
    rows = _rows(actor, within).filter(state__in=OPEN).annotate(part=Left("area", depth))
    return list(
        rows.values("part")  # type: ignore[no-redef]  # a count called like the property
        .annotate(
            open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=at) & ~Q(state="suspended"))
        )
        .order_by("part")
    )


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
