"""The rates of an area and a period, and how they differ by area, unit, matter, source and time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Left, TruncDay
from django.utils.timezone import localtime

from lifang.cases.catalogue import INDICATORS, Indicator
from lifang.cases.selectors.counts import DEPTH
from lifang.cases.selectors.measures import OF_PARTS, Frame, measured
from lifang.core.access import Actor
from lifang.orgs import selectors as orgs

# When what a measure counts happened, as far as the case itself says it: where its line of time stands.
_WHEN = {
    "due_to_close": "promised_at", "closed_of_due": "promised_at", "closed_on_time": "promised_at",
    "overdue_open": "promised_at", "closed": "closed_at", "recurred": "closed_at",
}  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """An indicator's two counts. `share` is None where there is nothing to divide by: not applicable."""

    indicator: Indicator
    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True)
class Part:
    """One line of a comparison: what it is called by, and its two counts."""

    key: str
    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None


def rates(actor: Actor, frame: Frame) -> list[Rate]:
    """Every indicator of the catalogue; a count that several share is made once."""
    names = {name for one in INDICATORS for name in _names(one)}
    counted = {name: measured(actor, frame, name).count() for name in sorted(names)}
    return [
        Rate(one, counted[one.numerator.measure], counted[one.denominator.measure])
        for one in INDICATORS
    ]


def rate(actor: Actor, frame: Frame, indicator: Indicator) -> Rate:
    """One of them."""
    numerator, denominator = (measured(actor, frame, name).count() for name in _names(indicator))
    return Rate(indicator, numerator, denominator)


def _names(indicator: Indicator) -> tuple[str, str]:
    return indicator.numerator.measure, indicator.denominator.measure


def by_part(actor: Actor, frame: Frame, indicator: Indicator) -> list[Part]:
    """The indicator in each area one level down."""
    depth = DEPTH.get(len(frame.area), 6)
    if depth <= len(frame.area):
        return []
    return _parts(
        actor, frame, indicator, lambda rows: _counted(rows.annotate(key=Left("area", depth)))
    )


def by_unit(actor: Actor, frame: Frame, indicator: Indicator) -> list[Part]:
    """The indicator of each unit, of all its cases together."""
    names = _names(indicator)
    counts = [_of_units(actor, frame, name) for name in names]
    return _joined(*counts)


def _of_units(actor: Actor, frame: Frame, measure: str) -> dict[str, int]:
    rows = measured(actor, frame, measure)
    if measure not in OF_PARTS:
        return _counted(rows.filter(lead__isnull=False).annotate(key=F("lead")))
    # A unit's own share: also of what it gave back.
    units = rows.filter(handlings__role="lead", **frame.during("handlings__handed_at"))
    if measure == "returned":
        units = units.filter(handlings__returned_at__isnull=False)
    return _counted(units.annotate(key=F("handlings__unit")), distinct=True)


def by_matter(actor: Actor, frame: Frame, indicator: Indicator) -> list[Part]:
    """The indicator of each matter."""
    return _parts(actor, frame, indicator, lambda rows: _counted(rows.annotate(key=F("matter"))))


def by_source(actor: Actor, frame: Frame, indicator: Indicator) -> list[Part]:
    """The indicator of each source."""
    return _parts(actor, frame, indicator, lambda rows: _counted(rows.annotate(key=F("source"))))


def _parts(actor: Actor, frame: Frame, indicator: Indicator, count: Any) -> list[Part]:
    return _joined(*(count(measured(actor, frame, name)) for name in _names(indicator)))


def _counted(rows: QuerySet[Any], distinct: bool = False) -> dict[str, int]:
    found = rows.order_by().values_list("key").annotate(n=Count("pk", distinct=distinct))
    return {str(key): n for key, n in found}


def _joined(numerators: dict[str, int], denominators: dict[str, int]) -> list[Part]:
    keys = sorted({*numerators, *denominators})
    return [Part(key, numerators.get(key, 0), denominators.get(key, 0)) for key in keys]


def over_time(actor: Actor, frame: Frame, indicator: Indicator) -> list[tuple[datetime, Part]]:
    """The indicator in each stretch of the period: days of a month, weeks of a quarter, months of a year."""
    return [
        (start, Part(start.isoformat(), one.numerator, one.denominator))
        for start, end in stretches(frame.start, frame.end)
        if start < frame.at
        for one in [rate(actor, frame.narrowed(start=start, end=end), indicator)]
    ]


MOST_STRETCHES = 14


def stretches(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The period cut into at most fourteen pieces that people think in."""
    days = max(1, round((end - start) / timedelta(days=1)))
    step = next((n for n in (1, 2, 7, 14, 28) if days <= n * MOST_STRETCHES), 0)
    if step:
        return [
            (start + timedelta(days=n), min(end, start + timedelta(days=n + step)))
            for n in range(0, days, step)
        ]
    return _months(start, end)


def _months(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    begun, months = start, max(1, -(-((end - start).days // 30) // MOST_STRETCHES))
    while begun < end:
        following = month_after(begun, months)
        found.append((begun, min(end, following)))
        begun = following
    return found


def month_after(start: datetime, months: int = 1) -> datetime:
    """The first of the month so many months on."""
    local = localtime(start)
    count = local.month - 1 + months
    return local.replace(year=local.year + count // 12, month=count % 12 + 1, day=1)


def reported_daily(actor: Actor, frame: Frame) -> list[tuple[Any, int]]:
    """Cases reported on each day of the period."""
    rows = measured(actor, frame, "reported").annotate(day=TruncDay("opened_at"))
    found: Counter[Any] = Counter()
    for day, n in rows.order_by().values_list("day").annotate(n=Count("pk")):
        found[day.date()] += n
    last = localtime(min(frame.end - timedelta(seconds=1), frame.at)).date()
    first = localtime(frame.start).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, found[day]) for day in days]


def ranked(parts: Sequence[Part], better: str, most: int = 0) -> list[Part]:
    """The worst first: by share, then by how many it concerns; what has no share comes last."""
    sign = 1 if better == "high" else -1
    told = sorted(
        (part for part in parts if part.share is not None),
        key=lambda part: (sign * (part.share or 0), -part.denominator, part.key),
    )
    rest = [part for part in parts if part.share is None]
    return [*told, *rest][: most or None]


def unit_names(actor: Actor, keys: Iterable[str]) -> dict[str, str]:
    """Names of units by their ids as text."""
    found = orgs.units(actor).filter(pk__in=[*keys])
    return {str(unit.pk): str(unit.name) for unit in found}
