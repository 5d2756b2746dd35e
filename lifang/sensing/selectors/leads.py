"""How early it was known: how long before something serious that was real a milder alarm had spoken there."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from lifang.core.access import Actor
from lifang.sensing.models import Alarm
from lifang.sensing.terms import Severity, Verdict

AHEAD = timedelta(days=1)  # a milder alarm speaks of what comes within a day
MOST = 2000
SERIOUS = (Severity.CRITICAL, Severity.MAJOR)


class Lead(NamedTuple):
    """One rule that spoke before another: how often, and how long before (median)."""

    early: str
    serious: str
    times: int
    before: timedelta


class Leads(NamedTuple):
    """Of so many serious alarms that were real, so many were announced."""

    serious: int
    announced: int
    before: timedelta | None  # median of those announced
    pairs: list[Lead]


def leads(actor: Actor, since: datetime, until: datetime) -> Leads:
    """Serious and real alarms of a period, each with the first milder one of the same device, or of the same hazard at the same place."""
    seen = Alarm.objects.visible_to(actor)
    milder = seen.filter(
        Q(device=OuterRef("device")) | Q(place=OuterRef("place"), hazard=OuterRef("hazard")),
        raised_at__lt=OuterRef("raised_at"), raised_at__gte=OuterRef("raised_at") - AHEAD, rank__gt=OuterRef("rank"),
    ).order_by("raised_at")  # fmt: skip
    rows = seen.filter(
        verdict=Verdict.REAL, severity__in=SERIOUS, raised_at__gte=since, raised_at__lt=until
    )
    told = rows.annotate(
        early=Subquery(milder.values("rule")[:1]), early_at=Subquery(milder.values("raised_at")[:1])
    ).order_by("-raised_at")
    return _summed(told.values_list("rule", "raised_at", "early", "early_at")[:MOST])


def _summed(told: Iterable[tuple[str, datetime, str | None, datetime | None]]) -> Leads:
    spans: dict[tuple[str, str], list[timedelta]] = defaultdict(list)
    serious = 0
    for rule, at, early, early_at in told:
        serious += 1
        if early is not None and early_at is not None:
            spans[early, rule].append(at - early_at)
    every = [span for found in spans.values() for span in found]
    pairs = [
        Lead(early, rule, len(found), _middle(found)) for (early, rule), found in spans.items()
    ]
    pairs.sort(key=lambda one: (-one.times, one.early, one.serious))
    return Leads(serious, len(every), _middle(every) if every else None, pairs)


def _middle(spans: list[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))
