"""Households are reminded of what they owe: once for each stage, all bills of a home in one message."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from lifang.core.access import SYSTEM, Actor
from lifang.core.action import action
from lifang.core.notify import send
from lifang.core.pay.rules import yuan
from lifang.living.catalogue import REMINDERS
from lifang.living.models import Bill
from lifang.living.rules import bills as rules
from lifang.living.selectors.bills import to_remind
from lifang.orgs import selectors as orgs

BATCH = 200


def see_to_bills(*, system: Actor, at: datetime) -> int:
    """Batch after batch until nobody is left to remind; how many bills."""
    done = 0
    while batch := remind_bills(actor=system, at=at):
        done += batch
    return done


@action("living.remind_bills")
def remind_bills(*, actor: Actor, at: datetime) -> int:
    """Some bills reached a stage: it is noted on each, and each home is told once; how many bills."""
    today = timezone.localtime(at).date()
    homes: dict[Any, list[Bill]] = defaultdict(list)
    stages = REMINDERS.all()
    held = to_remind(actor, today, BATCH)
    for row in held:
        stage = rules.stage_of(row.due_on, today, stages)
        if stage is not None and row.left:
            row.reminded = stage.key
            homes[row.unit_id, row.dwelling_id, stage.key].append(row)
    Bill.objects.bulk_update(held, ["reminded"])
    units = {pk: orgs.unit(SYSTEM, pk) for pk in {unit for unit, _home, _key in homes}}
    for (unit, _home, key), rows in homes.items():
        _tell(units[unit], rows, REMINDERS[key].message, at)
    return len(held)


def _tell(unit: Any, rows: list[Bill], template: str, at: datetime) -> None:
    first = min(rows, key=lambda one: (one.due_on, one.pk))
    facts = {"count": len(rows), "amount": yuan(sum(one.left for one in rows)), "due": first.due_on, "unit": unit.name}  # fmt: skip
    link = reverse("living:bill", args=[first.pk]) if len(rows) == 1 else reverse("living:bills")
    for holder in sorted({holder for one in rows for holder in one.holders if holder.startswith("account:")}):  # fmt: skip
        send(to=holder, template=template, facts=facts, at=at, area=first.area, link=link, key=f"{first.pk}:{first.reminded}")  # fmt: skip
