"""Answers kept for repeats whose time is over. Part of the actions of a retention run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from lifang.core.access import Actor
from lifang.core.api.models import Answer
from lifang.core.retention import Shelf, shelf
from lifang.core.retention.shelves import never


def answers(system: Actor, before: datetime) -> QuerySet[Any]:
    return Answer.objects.filter(at__lt=before).annotate(over=F("at")).order_by("over", "pk")


def delete_answers(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    Answer.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


shelf(Shelf("api.answers", answers, delete_answers, never, area=""))
