"""What outside systems told and cameras recorded, and whose time is over. Part of the actions of a retention run."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from lifang.core.access import Actor
from lifang.core.access.scope import within
from lifang.core.files import store
from lifang.core.retention import Shelf, shelf
from lifang.core.retention.catalogue import terms
from lifang.core.retention.shelves import Standing, any_of, by_area
from lifang.sensing.catalogue import policy
from lifang.sensing.models import Alarm, Match, Recording
from lifang.sensing.rules.reception import KEEP_MOST


def matches(system: Actor, before: datetime) -> QuerySet[Any]:
    """The term is the longest a file may name; what a file keeps shorter is over by as many days sooner."""
    sooner = ExpressionWrapper(
        (Value(KEEP_MOST) - F("reception__keep_days")) * Value(timedelta(days=1)),
        output_field=DurationField(),
    )
    rows = Match.objects.annotate(over=F("received_at") - sooner)
    return rows.filter(over__lt=before).order_by("over", "pk")


def delete_matches(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    Match.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


def held(standing: Standing) -> Any:
    """A match lies in no area; a hold on an area keeps what was seen there."""
    return any_of(within(area, "grid") for area in sorted(standing.areas))


RECORDINGS = "sensing.recordings"
Needs = Callable[[Actor], "QuerySet[Any]"]
NEEDS: list[Needs] = []
_DAY, _SLACK = timedelta(days=1), timedelta(seconds=1)


def needs_recordings(ask: Needs) -> Needs:
    """Let a higher context name alarms whose recordings are still needed, as a query of their ids."""
    NEEDS.append(ask)
    return ask


def recordings(system: Actor, before: datetime) -> QuerySet[Any]:
    """What no alarm came of is over after a day. What is still worked on stays: the alarm is open, a higher context needs it, or nobody has said what it was."""
    kept = timedelta(days=terms()[RECORDINGS].days)
    mine = Alarm.objects.filter(
        Q(cleared_at__isnull=True) | Q(cleared_at__gte=OuterRef("at")),
        device=OuterRef("device"),
        since__lte=ExpressionWrapper(OuterRef("at") + _SLACK, output_field=DateTimeField()),
    )
    needed = any_of(Q(pk__in=ask(system)) for ask in NEEDS)
    unjudged = Exists(mine.filter(verdict=""))
    longest = before + kept - timedelta(days=policy("recording_unjudged_days"))
    rows = Recording.objects.annotate(
        over=Case(
            When(Exists(mine), then=F("received_at")),
            default=F("received_at") - (kept - _DAY),
            output_field=DateTimeField(),
        )
    )
    rows = rows.filter(over__lt=before).exclude(
        Exists(mine.filter(Q(ended_at__isnull=True) | needed))
    )
    return rows.exclude(unjudged & Q(received_at__gte=longest)).order_by("over", "pk")


def delete_recordings(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    pks = [row.pk for row in rows]
    files = store.remove(Recording._meta.label_lower, pks)
    Recording.objects.filter(pk__in=pks).delete()
    return {"files": files}


shelf(Shelf("sensing.matches", matches, delete_matches, held, area="grid"))
shelf(Shelf(RECORDINGS, recordings, delete_recordings, by_area))
