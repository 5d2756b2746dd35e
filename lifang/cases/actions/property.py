"""What a property company did not do in its time becomes a case of the street."""

from datetime import datetime
from uuid import UUID

from lifang.cases.actions.report import report
from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case
from lifang.core.access import Actor
from lifang.core.action import action
from lifang.living import actions as living_acts
from lifang.living import selectors as living

SOURCE = "property"
COMPLAINT = "property_complaint"


@action("cases.take_repair", beyond=True)
def take_repair(*, actor: Actor, repair: UUID, matter: str, at: datetime) -> Case | None:
    """A repair that is late again after its manager was told: one case, which names the order and no household."""
    told = living.repair(actor, repair)
    known = Case.objects.filter(source=SOURCE, reference=told.number).exists()
    if known or matter not in MATTERS:
        return None
    text = f"{told.number} · {told.what.name.zh} · {told.unit.name.zh}"
    return report(actor=actor, at=at, matter=matter, source=SOURCE, reference=told.number, text=text, area=told.area)  # fmt: skip


@action("cases.take_complaint", beyond=True)
def take_complaint(*, actor: Actor, complaint: UUID, matter: str, at: datetime) -> Case | None:
    """A household's complaint about its company: a case that the street handles; the household reads its number."""
    told = living.complaint(actor, complaint)
    if told.case_number or matter not in MATTERS:
        return None
    text = f"{told.number} · {told.against} · {told.text}"
    case = report(actor=actor, at=at, matter=matter, source=COMPLAINT, reference=told.number, text=text, area=told.area)  # fmt: skip
    living_acts.note_case(actor=actor, complaint=complaint, number=case.number, at=at)
    return case


def answer_complaint(system: Actor, case: UUID, at: datetime) -> None:
    """Its case was closed: so is the complaint."""
    row = Case.objects.filter(pk=case, source=COMPLAINT).first()
    if row is not None:
        living_acts.end_complaint(actor=system, case_number=row.number, at=at)
