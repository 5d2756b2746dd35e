"""Ask what was observed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.sensing.catalogue import TYPES
from lifang.sensing.models import Device, Latest, Observation, Quarantined, Series
from lifang.sensing.selectors import archived
from lifang.sensing.terms import BAD, moment

_HISTORY = """
SELECT (extract(epoch FROM at - %(since)s) * 1000000)::bigint / %(step)s AS slot, min(value), max(value), sum(value), count(*)
FROM sensing_observation
WHERE series_id = %(series)s AND device_id = %(device)s AND at >= %(since)s AND at < %(until)s AND quality & %(bad)s = 0
GROUP BY slot
"""


class Point(NamedTuple):
    """What a series was in one slot of time."""

    at: datetime
    low: float
    high: float
    mean: float
    readings: int


def series(actor: Actor, of: Device) -> list[Series]:
    """The series of a device with their newest observation (`latest`), in the order of its type."""
    order = {key: number for number, key in enumerate(TYPES[of.type].measures)}
    rows = Series.objects.visible_to(actor).filter(device=of).select_related("latest")
    return sorted(rows, key=lambda row: order.get(row.measure, 99))


def latest(actor: Actor, area: str = "") -> QuerySet[Latest]:
    """The newest observation of each series of the actor's areas."""
    rows = Latest.objects.visible_to(actor)
    return rows.filter(area__startswith=area) if area else rows


def latest_of(actor: Actor, pks: Iterable[UUID]) -> dict[UUID, dict[str, Latest]]:
    """Of these devices: measure → newest observation."""
    rows = Latest.objects.visible_to(actor).filter(series__device__in=list(pks))
    found: dict[UUID, dict[str, Latest]] = {}
    for row in rows.select_related("series"):
        found.setdefault(row.series.device_id, {})[row.series.measure] = row
    return found


def observations(
    actor: Actor, of: Series, since: datetime, until: datetime
) -> QuerySet[Observation]:
    """What one series was between two times, oldest first; nothing of a series that is not the actor's."""
    if not Series.objects.visible_to(actor).filter(pk=of.pk).exists():
        return Observation.objects.none()
    rows = Observation.objects.filter(device=of.device_id, series=of, at__gte=since, at__lt=until)
    return rows.order_by("at", "message")


class Reading(NamedTuple):
    """One observation, wherever it lies."""

    at: datetime
    value: float
    quality: int


class Readings(NamedTuple):
    """Some of them in order; where to go on, if there are more."""

    items: list[Reading]
    next: datetime | None


def readings(
    actor: Actor, of: Series, since: datetime, until: datetime, limit: int = 1000
) -> Readings:
    """Single readings of one series, oldest first, from the archive and from here: a day lies in one of them."""
    if not Series.objects.visible_to(actor).filter(pk=of.pk).exists():
        return Readings([], None)
    old = [Reading(moment(at), value, quality) for at, value, quality in archived.readings(actor, of.pk, since, until, limit + 1)]  # fmt: skip
    here = observations(actor, of, since, until).values_list("at", "value", "quality")
    found = sorted([*old, *(Reading(*row) for row in here[: limit + 1])], key=lambda one: one.at)
    if len(found) <= limit:
        return Readings(found, None)
    after = found[limit].at  # a moment is not cut in two: who goes on from it reads all of it, once
    whole = [one for one in found[:limit] if one.at < after]
    return Readings(whole or found[:limit], after if whole else after + timedelta(microseconds=1))


def history(
    actor: Actor, of: Series, since: datetime, until: datetime, points: int = 240
) -> list[Point]:
    """The same in at most so many slots, each with its lowest, highest and mean good value; what is older than is kept here, from the archive."""
    if not Series.objects.visible_to(actor).filter(pk=of.pk).exists():
        return []
    step = max((until - since) / points, timedelta(microseconds=1))
    with connection.cursor() as cursor:
        cursor.execute(
            _HISTORY,
            {
                "step": step // timedelta(microseconds=1), "since": since, "until": until, "series": of.pk, "device": of.device_id, "bad": int(BAD),
            },
        )  # fmt: skip
        here = [archived.Slot(*row) for row in cursor.fetchall()]
    found: dict[int, archived.Slot] = {one.number: one for one in here}
    for one in archived.slots(actor, of.pk, since, until, step):
        found[one.number] = _joined(one, found[one.number]) if one.number in found else one
    return [
        Point(since + step * one.number, one.low, one.high, one.total / one.readings, one.readings)
        for _, one in sorted(found.items())
    ]


def _joined(one: archived.Slot, other: archived.Slot) -> archived.Slot:
    """The day on which the archive ends lies in a slot with the day after it."""
    return archived.Slot(
        one.number, min(one.low, other.low), max(one.high, other.high), one.total + other.total, one.readings + other.readings,
    )  # fmt: skip


def changes(actor: Actor, of: Series, since: datetime, limit: int = 20) -> list[Observation]:
    """When a flag or a state became another one, newest first."""
    found: list[Observation] = []
    before: float | None = None
    for one in observations(actor, of, since, since + timedelta(days=400)).iterator():
        if before is None or one.value != before:
            found.append(one)
        before = one.value
    return found[-limit:][::-1]


def quarantined(actor: Actor, area: str = "") -> QuerySet[Quarantined]:
    """Messages that could not be read, of the actor's areas."""
    return Quarantined.objects.visible_to(actor).filter(within(area))


def poison(actor: Actor, pk: UUID | str) -> Quarantined:
    """One of them. Raises `Refused("not_found")`."""
    found = quarantined(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found
