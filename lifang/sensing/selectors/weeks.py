"""Ask about the weekly reviews of alarms, and what one of them is made of."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.sensing.catalogue import VERDICTS, AlarmRule
from lifang.sensing.models import Alarm, AlarmStep, Device, Review, Vigil
from lifang.sensing.rules.alarms import DESK_DIGITS
from lifang.sensing.rules.review import Body, Seen
from lifang.sensing.terms import DeviceState

_PLACES = """
SELECT left(d.area, %s), r.rule, count(DISTINCT coalesce(d.place_id, d.id))
FROM sensing_device d JOIN unnest(%s::text[], %s::text[]) AS r(type, rule) ON r.type = d.type
WHERE d.state = 'installed' AND length(d.area) >= %s GROUP BY 1, 2
"""
_VIGILS = ("no_sign", "not_back")
_FACTS = ("pk", "area", "rule", "device", "since", "raised_at", "told_at", "cleared_at", "acknowledged_at", "ended_at", "verdict", "lead", "inhibited_by", "folded")  # fmt: skip


class Week(NamedTuple):
    """All that is known of one week, by community: asked once for all of them, however many."""

    seen: dict[str, list[Seen]]
    places: dict[str, dict[str, int]]
    earlier: dict[str, dict[str, tuple[int, int]]]
    stale: dict[str, dict[str, int]]


def reviews(actor: Actor, area: str = "") -> QuerySet[Review]:
    return Review.objects.visible_to(actor).filter(within(area)).select_related("signed_by")


def review(actor: Actor, pk: UUID | str) -> Review:
    """One review. Raises `Refused("not_found")`."""
    found = reviews(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def before_it(actor: Actor, row: Review) -> Review | None:
    """The review of the week before."""
    return reviews(actor).filter(area=row.area, week=row.week - timedelta(days=7)).first()


def devices_named(actor: Actor, body: Body) -> dict[str, Device]:
    """The devices that proposals speak of."""
    wanted = {one.facts["device"] for one in body.proposed if "device" in one.facts}
    rows = Device.objects.visible_to(actor).filter(pk__in=wanted)
    return {str(one.pk): one for one in rows}


def reviewed(actor: Actor, week: date) -> set[str]:
    """Communities whose week has its review."""
    del actor
    return set(Review.objects.filter(week=week).values_list("area", flat=True))


def week(actor: Actor, since: datetime, until: datetime, rules: dict[str, AlarmRule], back: int) -> Week:  # fmt: skip
    """What happened between two times, for what the actor sees; six questions, however many communities there are."""
    return Week(
        _seen(actor, since, until),
        _places(rules),
        _earlier(actor, since - timedelta(weeks=back), since),
        _stale(actor, until),
    )


def _alarms(actor: Actor) -> QuerySet[Any, Any]:
    return Alarm.objects.visible_to(actor).annotate(desk=Left("area", DESK_DIGITS)).order_by()


def _seen(actor: Actor, since: datetime, until: datetime) -> dict[str, list[Seen]]:
    rows = _alarms(actor).filter(told_at__gte=since, told_at__lt=until)
    beats, shelved = _steps(rows, until)
    found: dict[str, list[Seen]] = defaultdict(list)
    for row in rows.values_list(*_FACTS, named=True):
        found[row.area[:DESK_DIGITS]].append(
            Seen(
                row.rule, row.device, row.since, row.raised_at, row.told_at, row.cleared_at, row.acknowledged_at, row.ended_at,
                row.verdict, bool(row.lead or row.inhibited_by or row.folded), tuple(beats.get(row.pk, ())), shelved.get(row.pk, 0.0),
            )
        )  # fmt: skip
    return found


def _steps(rows: QuerySet[Alarm], until: datetime) -> tuple[dict[UUID, list[datetime]], dict[UUID, float]]:  # fmt: skip
    """When each was raised, and for how many hours it was shelved."""
    kinds = ("raised", "again", "shelved", "unshelved", "returned")
    steps = AlarmStep.objects.filter(alarm__in=rows.values("pk"), kind__in=kinds, at__lt=until)
    beats: dict[UUID, list[datetime]] = defaultdict(list)
    began: dict[UUID, datetime] = {}
    hours: dict[UUID, float] = defaultdict(float)
    for pk, kind, at in steps.order_by("at", "id").values_list("alarm", "kind", "at"):
        if kind in ("raised", "again"):
            beats[pk].append(at)
        elif kind == "shelved":
            began.setdefault(pk, at)
        elif pk in began:
            hours[pk] += (at - began.pop(pk)).total_seconds() / 3600
    for pk, at in began.items():
        hours[pk] += (until - at).total_seconds() / 3600
    return beats, hours


def _places(rules: dict[str, AlarmRule]) -> dict[str, dict[str, int]]:
    pairs = [(kind, one.key) for one in rules.values() for kind in one.types]
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        types, keys = [kind for kind, _ in pairs], [key for _, key in pairs]
        cursor.execute(_PLACES, [DESK_DIGITS, types, keys, DESK_DIGITS])
        for area, rule, n in cursor.fetchall():
            found[area][rule] = n
    rows = Vigil.objects.filter(ended_at__isnull=True).annotate(desk=Left("area", DESK_DIGITS))
    for area, n in rows.order_by().values_list("desk").annotate(n=Count("pk")):
        found[area] |= dict.fromkeys(_VIGILS, n)
    return found


def _earlier(actor: Actor, since: datetime, until: datetime) -> dict[str, dict[str, tuple[int, int]]]:  # fmt: skip
    right = [one.key for one in VERDICTS if one.right]
    wrong = [one.key for one in VERDICTS if one.right is False]
    rows = _alarms(actor).filter(told_at__gte=since, told_at__lt=until).exclude(verdict="")
    counted = rows.values("desk", "rule").annotate(
        right=Count("pk", filter=Q(verdict__in=right)),
        wrong=Count("pk", filter=Q(verdict__in=wrong)),
    )
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in counted:
        found[row["desk"]][row["rule"]] = row["right"], row["wrong"]
    return found


def _stale(actor: Actor, until: datetime) -> dict[str, dict[str, int]]:
    """Open for more than a day at the end of the week."""
    rows = _alarms(actor).filter(told_at__lt=until - timedelta(days=1), inhibited_by__isnull=True)
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=until), lead__isnull=True)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows.values("desk", "rule").annotate(n=Count("pk")):
        found[row["desk"]][row["rule"]] = row["n"]
    return found


def with_devices(actor: Actor) -> set[str]:
    """Communities that have devices in service."""
    rows = Device.objects.visible_to(actor).filter(state=DeviceState.INSTALLED)
    found = rows.annotate(desk=Left("area", DESK_DIGITS)).order_by().values_list("desk", flat=True)
    return {area for area in found.distinct() if len(area) == DESK_DIGITS}
