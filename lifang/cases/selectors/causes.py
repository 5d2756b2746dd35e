"""The alarms that a case is about, and the case that an alarm became."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from lifang.cases.models import Case, Cause
from lifang.cases.terms import OPEN
from lifang.core.access import Actor

if TYPE_CHECKING:
    from lifang.sensing.models import Alarm


def causes(actor: Actor, of: Case) -> list[Cause]:
    rows = (
        Cause.objects.visible_to(actor)
        .filter(case=of)
        .select_related("alarm__device", "alarm__place")
    )
    return list(rows.order_by("at"))


def unjudged(actor: Actor, of: Case) -> bool:
    """Whether an alarm of the case still waits for its verdict."""
    return Cause.objects.visible_to(actor).filter(case=of, alarm__verdict="").exists()


def case_of_alarm(actor: Actor, alarm: "Alarm") -> Case | None:
    cause = Cause.objects.visible_to(actor).filter(alarm=alarm.pk).select_related("case").first()
    return cause.case if cause else None


def alarms_of_open_cases(system: Actor) -> QuerySet[Any]:
    """What was recorded of them is kept until the case is over."""
    return Cause.objects.filter(case__state__in=OPEN).values("alarm")
