"""Uploaded spreadsheets whose time is over. Part of the actions of a retention run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from lifang.core.access import Actor
from lifang.core.retention import Shelf, Standing, shelf
from lifang.core.sheets.actions.keeping import lapse
from lifang.core.sheets.models import Import


def imports(system: Actor, before: datetime) -> QuerySet[Any]:
    rows = Import.objects.filter(asked_at__lt=before, lapsed_at=None)
    return rows.annotate(over=F("asked_at")).order_by("over", "pk")


def lapse_all(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    for row in rows:
        lapse(row, at)
    return {}


def held(force: Standing) -> Q:
    return force.in_areas("within") | Q(account__in=force.accounts)


shelf(Shelf("sheets.imports", imports, lapse_all, held, area="within"))
