"""Forms that somebody began and left. Part of the actions of a retention run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from lifang.core.access import Actor
from lifang.core.files import store
from lifang.core.forms.models import Draft
from lifang.core.retention import Shelf, shelf
from lifang.core.retention.shelves import never


def left(system: Actor, before: datetime) -> QuerySet[Any]:
    rows = Draft.objects.filter(saved_at__lt=before)
    return rows.annotate(over=F("saved_at")).order_by("over", "pk")


def forget(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    keys = [row.pk for row in rows]
    files = store.remove(Draft._meta.label_lower, keys)
    Draft.objects.filter(pk__in=keys).delete()
    return {"files": files}


shelf(Shelf("forms.drafts", left, forget, never))
