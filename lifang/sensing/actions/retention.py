"""What outside systems told and whose time is over. Part of the actions of a retention run."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet, Value

from lifang.core.access import Actor
from lifang.core.access.scope import within
from lifang.core.retention import Shelf, shelf
from lifang.core.retention.shelves import Standing, any_of
from lifang.sensing.models import Match
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


shelf(Shelf("sensing.matches", matches, delete_matches, held, area="grid"))
