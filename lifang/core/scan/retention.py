"""Photos being read and what was read of them. Part of the actions of a retention run; usually gone within the hour."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from lifang.core.access import Actor
from lifang.core.retention import Shelf, shelf
from lifang.core.retention.shelves import never
from lifang.core.scan.models import Scan


def scans(system: Actor, before: datetime) -> QuerySet[Any]:
    rows = Scan.objects.filter(asked_at__lt=before)
    return rows.annotate(over=F("asked_at")).order_by("over", "pk")


def delete_scans(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    Scan.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


shelf(Shelf("scan.scans", scans, delete_scans, never, area=""))
