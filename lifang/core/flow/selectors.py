from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor
from lifang.core.access.desks import desk
from lifang.core.access.scope import within
from lifang.core.flow.models import Clock, Step, Todo


def todos(actor: Actor, flows: Iterable[str] = ()) -> QuerySet[Todo]:
    """The one to-do list: what waits for this actor, over all flows or some, soonest first."""
    parts = [Q(turn=actor.holder)] if actor.id else []
    for grant in actor.grants:
        may = Q(capability__in=grant.capabilities)
        if grant.sees == "area":
            parts.append(may & Q(turn=desk(grant.area)))
            parts.append(may & Q(turn="") & within(grant.area))
        if grant.holder:
            parts.append(may & Q(turn=grant.holder))
        if grant.lent_for:
            parts.append(may & Q(turn=grant.lent_for) & within(grant.area))
    mine = reduce(or_, parts) if parts else Q(pk__in=[])
    rows = Todo.objects.filter(mine, done_at__isnull=True)
    rows = rows.filter(flow__in=tuple(flows)) if flows else rows
    return rows.order_by("-urgent", "due_at", "opened_at", "pk")


def steps(actor: Actor, subject: UUID) -> QuerySet[Step]:
    """The timeline of a subject this actor may see."""
    return Step.objects.visible_to(actor).filter(subject=subject).order_by("seq")


def clocks(actor: Actor, subject: UUID) -> QuerySet[Clock]:
    """All clocks a subject ever had, first to last."""
    return Clock.objects.visible_to(actor).filter(subject=subject).order_by("started_at", "pk")
