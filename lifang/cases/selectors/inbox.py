from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet

from lifang.cases.models import Case
from lifang.core.access import Actor, prepared
from lifang.core.flow.models import Todo
from lifang.core.flow.selectors import todos
from lifang.core.flow.shape import FLOWS

SOON = timedelta(hours=4)


class Waiting(NamedTuple):
    """A case whose turn it is at the reader, and why now."""

    todo: Todo
    case: Case
    why: str  # life | pressed | overdue | due_soon | urgent | reopened | many | oldest


def inbox(actor: Actor, at: datetime, most: int = 200, capability: str = "") -> list[Waiting]:
    """What waits for this actor, in the order it should be done."""
    rows = todos(actor).filter(flow="case")
    if capability:
        rows = rows.filter(capability=capability)
    waiting = list(rows[:most])
    found: dict[UUID, Case] = Case.objects.select_related("lead").in_bulk(
        {todo.subject for todo in waiting}
    )  # behind the wall
    list_ = [
        Waiting(todo, found[todo.subject], why(found[todo.subject], todo, at))
        for todo in waiting
        if todo.subject in found
    ]
    return sorted(
        list_, key=lambda one: (_ORDER.index(one.why), one.todo.due_at or one.todo.opened_at)
    )


_ORDER = ["life", "pressed", "overdue", "due_soon", "urgent", "reopened", "many", "oldest"]


def why(case: Case, todo: Todo, at: datetime) -> str:
    """The one reason that counts most."""
    checks = {
        "life": case.level == "life",
        "pressed": case.pressed_at is not None and case.open,
        "overdue": todo.due_at is not None and todo.due_at < at,
        "due_soon": todo.due_at is not None and todo.due_at < at + SOON,
        "urgent": case.level == "urgent",
        "reopened": case.round > 1,
        "many": case.reports >= 3,
    }
    return next((reason for reason, holds in checks.items() if holds), "oldest")


def others(actor: Actor) -> QuerySet[Todo]:
    """What waits for this actor beside cases: visits, corrections, whatever other flows have."""
    flows = [key for key in FLOWS if key != "case"]
    return todos(actor, flows) if flows else Todo.objects.none()


def others_counts(actor: Actor) -> dict[str, int]:
    """How many of them, by flow."""
    rows = prepared.ask(
        ("cases.others", actor, len(FLOWS)),
        lambda: others(actor).order_by().values_list("flow").annotate(n=Count("pk")),
    )
    return {str(flow): int(n or 0) for flow, n in rows}


def morning(actor: Actor, at: datetime) -> list[Waiting]:
    """The three to begin the day with."""
    return inbox(actor, at)[:3]
