"""Units: added, changed, closed."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.calendar.catalogue import HOURS
from lifang.core.events import publish
from lifang.orgs import rules
from lifang.orgs.actions.places import changed
from lifang.orgs.actions.violation import broken
from lifang.orgs.catalogue import UNIT_KINDS
from lifang.orgs.events import UnitAdded, UnitChanged, UnitClosed
from lifang.orgs.models import Division, Duty, Posting, Unit

CHANGEABLE = (
    "name_zh",
    "name_en",
    "kind",
    "area",
    "credit_code",
    "phone",
    "hours",
    "parent",
)


@action("orgs.add_unit")
def add_unit(
    *,
    actor: Actor,
    name_zh: str,
    name_en: str,
    kind: str,
    area: str,
    at: datetime,
    credit_code: str = "",
    phone: str = "",
    hours: str = "",
    parent: Unit | None = None,
) -> Unit:
    """Register a department, a street office, a company, an organisation; `area` is what it serves."""
    insist(rules.allowed(actor, "orgs.add_unit", area))
    made = Unit(
        name_zh=name_zh.strip(),
        name_en=name_en.strip() or name_zh.strip(),
        kind=kind,
        area=area,
        credit_code=credit_code.strip().upper(),
        phone=phone.strip(),
        hours=hours,
        parent=parent,
        opened=timezone.localdate(at),
    )
    _save(made)
    publish(UnitAdded(unit=made.pk, at=at), area=area)
    return made


@action("orgs.change_unit")
def change_unit(*, actor: Actor, unit: Unit, at: datetime, **changes: Any) -> Unit:
    """Change what a unit is called, serves or how it is reached."""
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"not of a unit: {sorted(unknown)}")
    row = Unit.objects.hold(unit.pk)
    insist(
        rules.allowed(actor, "orgs.change_unit", row.area),
        rules.allowed(actor, "orgs.change_unit", changes.get("area", row.area)),
        Refusal("unit_closed") if row.closed else None,
    )
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.credit_code = row.credit_code.upper()
    insist(Refusal("unit_parent", {"field": "parent"}) if _circles(row) else None)
    _save(row)
    publish(UnitChanged(unit=row.pk, at=at), area=row.area)
    return row


@action("orgs.close_unit")
def close_unit(*, actor: Actor, unit: Unit, at: datetime) -> Unit:
    """Close a unit nobody is posted in and nothing is laid on any more."""
    row = Unit.objects.hold(unit.pk)
    postings = Posting.objects.filter(unit=row, valid_to__isnull=True).count()
    duties = Duty.objects.filter(unit=row, valid_to__isnull=True).count()
    in_use = {"postings": postings, "duties": duties}
    insist(
        rules.allowed(actor, "orgs.close_unit", row.area),
        Refusal("unit_closed") if row.closed else None,
        Refusal("unit_in_use", in_use) if postings or duties else None,
    )
    row.closed = max(timezone.localdate(at), row.opened)
    row.save(update_fields=["closed"])
    changed()
    publish(UnitClosed(unit=row.pk, at=at), area=row.area)
    return row


def _save(row: Unit) -> None:
    area_known = Division.objects.filter(pk=row.area, valid_to__isnull=True).exists()
    insist(
        None if row.name_zh and row.name_en else Refusal("unit_name", {"field": "name_zh"}),
        None if row.kind in UNIT_KINDS else Refusal("unit_kind", {"field": "kind"}),
        None if area_known else Refusal("area_unknown", {"area": row.area[:20], "field": "area"}),
        rules.good_credit_code(row.credit_code),
        None
        if not row.hours or row.hours in HOURS
        else Refusal("hours_unknown", {"field": "hours"}),
    )
    try:
        with transaction.atomic():
            row.save()
            changed()
    except IntegrityError as error:
        if broken(error) != "unit_credit_code_once":
            raise
        taken = Unit.objects.filter(credit_code=row.credit_code).exclude(pk=row.pk).first()
        facts = {"name": str(taken.name) if taken else "", "field": "credit_code"}
        raise Refused(Refusal("credit_code_taken", facts)) from error


def _circles(row: Unit) -> bool:
    above, steps = row.parent, 0
    while above is not None and steps < 20:
        if above.pk == row.pk:
            return True
        above, steps = above.parent, steps + 1
    return steps == 20
