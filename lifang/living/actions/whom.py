"""Whose bills they are, when that becomes known later."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from lifang.core.access import SYSTEM, Actor
from lifang.core.action import action
from lifang.living.models import Bill
from lifang.registry import selectors as registry


@action("living.concern_homes")
def concern_homes(*, actor: Actor, person: UUID, at: datetime) -> int:
    """Whoever lives behind a door by now sees what is still owed for it; how many bills changed."""
    doors = registry.doors_of(SYSTEM, person)
    whom = registry.householders(SYSTEM, doors)
    changed = 0
    for bill in Bill.objects.filter(dwelling__in=doors, paid__lt=F("amount") - F("credited")):
        before = list(bill.holders)
        bill.concern(whom.get(bill.dwelling_id, []) if bill.dwelling_id else [])
        if bill.holders != before:
            bill.save(update_fields=["holders"])
            changed += 1
    return changed
