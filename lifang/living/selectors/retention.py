"""What is over for so long that nobody's words, telephone or name are needed any more."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from lifang.core.access import Actor
from lifang.core.retention import Standing
from lifang.living.models import Repair

Rows = QuerySet[Any]


def ended_repairs(system: Actor, before: datetime) -> Rows:
    """Ended before then, where it is still known whose they were."""
    rows = Repair.objects.filter(ended_at__lt=before).exclude(account=None)
    return rows.annotate(over=F("ended_at")).order_by("over", "pk")


def held(system: Actor, force: Standing) -> Q:
    """Of areas and accounts under hold."""
    found = force.in_areas() | Q(account__in=force.accounts)
    return found | Q(holders__overlap=force.holders) if force.holders else found
