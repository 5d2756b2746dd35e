"""What the big screen shows of an area. No person, no words of a report: it hangs on a wall."""

from datetime import datetime
from typing import Any, NamedTuple

from lifang.cases.catalogue import CASE
from lifang.cases.models import Case
from lifang.cases.terms import OPEN, Level, State
from lifang.core.access import Actor
from lifang.core.access.scope import within as area_within
from lifang.core.flow.models import Step
from lifang.core.flow.shape import Move

LATE_SHOWN = 3
_QUIET = ("add", "rate", "archive", "correct")  # nothing a wall has to tell


class Happening(NamedTuple):
    """One step of one case."""

    at: datetime
    move: Move
    case: Case


def alarms(actor: Actor, within: str, most: int = 3) -> list[Case]:
    """Open cases in which life is at stake, the newest first."""
    rows = Case.objects.visible_to(actor).filter(area_within(within), state__in=OPEN)
    return list(rows.filter(level=Level.LIFE).order_by("-opened_at")[:most])


def clocks(actor: Actor, within: str, at: datetime, most: int = 8) -> list[Case]:
    """The clocks that ran out last and those that run out next, soonest first.

    Not the longest overdue: they would stand there for ever and hide what can still be saved.
    """
    rows = Case.objects.visible_to(actor).filter(area_within(within), state__in=OPEN)
    rows = rows.exclude(state=State.SUSPENDED).select_related("lead")
    late = list(rows.filter(due_at__lt=at).order_by("-due_at")[:most])
    soon = list(rows.filter(due_at__gte=at).order_by("due_at")[:most])
    shown = late[: max(LATE_SHOWN, most - len(soon))]
    return [*reversed(shown), *soon][:most]


def happening(actor: Actor, within: str, most: int = 10) -> list[Happening]:
    """The latest steps of cases, newest first."""
    steps = Step.objects.visible_to(actor).filter(area_within(within), flow="case")
    found = list(steps.exclude(move__in=_QUIET).order_by("-at", "-seq")[:most])
    cases: dict[Any, Case] = (
        Case.objects.visible_to(actor).select_related("lead").in_bulk({s.subject for s in found})
    )
    return [
        Happening(step.at, CASE().move[step.move], cases[step.subject])
        for step in found
        if step.subject in cases
    ]
