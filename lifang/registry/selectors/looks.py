"""Looking at what is masked: how often today, and for which piece of work it may be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.flow import selectors as flow
from lifang.core.flow.models import Todo
from lifang.registry.models import Look, Membership, Person, RestrictedLook, Visit, VisitPlan

MOST_TODOS = 20


def looks_today(actor: Actor, at: datetime) -> int:
    """How many fields this account has seen in the clear since midnight, wherever, the restricted store too."""
    if actor.id is None:
        return 0
    start = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    with behind(SYSTEM):
        looks = Look.objects.filter(account_id=actor.id, at__gte=start, at__lte=at).count()
    # No area opens the restricted store: one's own looks into it are counted in one's own sight.
    own = RestrictedLook.objects.filter(account_id=actor.id, at__gte=start, at__lte=at)
    return looks + own.filter(viewers__contains=[actor.holder]).count()


class Work(NamedTuple):
    """A piece of work that a look may be for."""

    id: UUID
    kind: str  # todo, plan, visit
    subject: Todo | VisitPlan | Visit


def work_for(actor: Actor, row: Any, at: datetime) -> list[Work]:
    """The actor's to-dos that concern a row; of a person also planned visits to their homes, visits just made there."""
    return list(_work(actor, row, at) if isinstance(row, Person) else _near(actor, row))


def _near(actor: Actor, row: Any) -> Iterator[Work]:
    near = Q(area__in=[row.area[:12], row.area[:15]])
    others = flow.todos(actor).filter(near).exclude(flow__in=["correction", "missed"])
    for todo in others[:MOST_TODOS]:
        yield Work(todo.pk, "todo", todo)


def _work(actor: Actor, person: Person, at: datetime) -> Iterator[Work]:
    homes = Membership.objects.visible_to(actor).filter(person=person, valid_to__isnull=True)
    homes_now = homes.values("household")
    near = Q(area__in=[person.area[:12], person.area[:15]]) | Q(holders__overlap=person.holders)
    others = flow.todos(actor).filter(near).exclude(flow__in=["correction", "missed"])
    asked = person.corrections.filter(decided_at__isnull=True).values("pk")
    missed = VisitPlan.objects.visible_to(actor).filter(household__in=homes_now).values("missed")
    own = flow.todos(actor).filter(subject__in=asked) | flow.todos(actor).filter(subject__in=missed)
    for todo in [*own[:MOST_TODOS], *others[:MOST_TODOS]]:
        yield Work(todo.pk, "todo", todo)
    plans = VisitPlan.objects.visible_to(actor).filter(
        household__in=homes_now, valid_to__isnull=True
    )
    for plan in plans.exclude(kind="restricted").order_by("due_on"):
        yield Work(plan.pk, "plan", plan)
    made = Visit.objects.visible_to(actor).filter(household__in=homes_now, account_id=actor.id)
    for visit in made.filter(at__gte=at - timedelta(days=1)).order_by("-at"):
        yield Work(visit.pk, "visit", visit)
