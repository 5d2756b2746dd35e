"""The duties matrix: a county's or street's own lines."""

from datetime import datetime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.orgs import rules
from lifang.orgs.events import DutyEnded, DutySet
from lifang.orgs.models import Division, Duty, Unit
from lifang.orgs.terms import Role


@action("orgs.set_duty")
def set_duty(
    *,
    actor: Actor,
    matter: str,
    area: str,
    unit: Unit,
    at: datetime,
    role: str = Role.LEAD,
    note: str = "",
) -> Duty:
    """Say who answers for a matter (or a whole major) in an area; a new lead follows the old one."""
    # Setting two leads for one matter at once waits in line here.
    place = Division.objects.select_for_update().filter(pk=area, valid_to__isnull=True).first()
    insist(
        rules.allowed(actor, "orgs.set_duty", area),
        Refusal("area_unknown", {"area": area[:20], "field": "area"}) if place is None else None,
        rules.good_matter(matter),
        Refusal("duty_role", {"field": "role"}) if role not in list(Role) else None,
        rules.may_answer(unit.area, area, unit.closed is not None),
    )
    open_rows = Duty.objects.filter(matter=matter, area=area, valid_to__isnull=True)
    same = open_rows.filter(unit=unit, role=role, note=note.strip()).first()
    if same is not None:
        return same
    for row in open_rows.filter(unit=unit) | (
        open_rows.filter(role=Role.LEAD) if role == Role.LEAD else open_rows.none()
    ):
        _end(Duty.objects.hold(row.pk), at)
    made = Duty.objects.create(
        matter=matter, area=area, unit=unit, role=role, note=note.strip()[:200], valid_from=at
    )
    publish(DutySet(duty=made.pk, matter=matter, unit=unit.pk, at=at), area=area)
    return made


@action("orgs.end_duty")
def end_duty(*, actor: Actor, duty: Duty, at: datetime) -> Duty:
    """Take a line back: the wider area's line, or duties.yaml, answers again."""
    row = Duty.objects.hold(duty.pk)
    insist(
        rules.allowed(actor, "orgs.end_duty", row.area),
        Refusal("duty_ended") if row.valid_to else None,
    )
    _end(row, at)
    return row


def _end(row: Duty, at: datetime) -> None:
    row.valid_to = max(at, row.valid_from)
    row.save(update_fields=["valid_to"])
    publish(DutyEnded(duty=row.pk, matter=row.matter, unit=row.unit_id, at=at), area=row.area)
