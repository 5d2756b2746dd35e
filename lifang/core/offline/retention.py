"""What telephones handed in and whose time is over. Part of the actions of a retention run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from lifang.core.access import Actor
from lifang.core.offline.models import Record, Upload
from lifang.core.retention import Shelf, shelf
from lifang.core.retention.shelves import by_area


def uploads(system: Actor, before: datetime) -> QuerySet[Any]:
    rows = Upload.objects.filter(begun_at__lt=before)
    return rows.annotate(over=F("begun_at")).order_by("over", "pk")


def records(system: Actor, before: datetime) -> QuerySet[Any]:
    rows = Record.objects.filter(taken_at__lt=before)
    return rows.annotate(over=F("taken_at")).order_by("over", "pk")


def delete_uploads(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    return {"parts": Upload.objects.filter(pk__in=[row.pk for row in rows]).delete()[0] - len(rows)}


def delete_records(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    Record.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


shelf(
    Shelf("offline.uploads", uploads, delete_uploads, by_area),
    Shelf("offline.records", records, delete_records, by_area),
)
