from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.apps import apps

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.calendar import book
from lifang.core.flow.clocks import counted
from lifang.core.flow.models import Clock, Subject, Todo


@action("flow.recount")
def recount(*, actor: Actor, day: date, area: str, at: datetime) -> int:
    """Count running clocks anew whose time crosses a day that is worked in another way now; how many moved."""
    book.forget()  # this process may have read the days before they changed
    return sum(_recounted(subject, at) for subject in _moving(day, area))


def _moving(day: date, area: str) -> Iterator[UUID]:
    zone = book.work_calendar().zone
    begins = datetime.combine(day, time(), zone)
    crossing = Clock.objects.filter(
        area__startswith=area,
        stopped_at__isnull=True,
        started_at__lt=begins + timedelta(days=1),
        due_at__gte=begins,
    )
    for clock in crossing.iterator():
        if not clock.paused and counted(clock) != clock.due_at:
            yield clock.subject


def _recounted(pk: UUID, at: datetime) -> bool:
    """The subject is locked before its clock, as every move does."""
    subject = _held(pk)
    clock = Clock.objects.select_for_update().filter(subject=pk, stopped_at__isnull=True).first()
    if subject is None or clock is None or clock.paused:
        return False
    before, clock.due_at = clock.due_at, counted(clock)
    if clock.due_at > at:
        clock.overdue_told_at = None
    clock.save()
    Todo.objects.filter(subject=pk, done_at__isnull=True, due_at=before).update(due_at=clock.due_at)
    if subject.due_at == before:
        subject.due_at = clock.due_at
        subject.save(update_fields=["due_at"])
    return clock.due_at != before


def _held(pk: UUID) -> Subject | None:
    for model in apps.get_models():
        if issubclass(model, Subject):
            found = model.objects.select_for_update().filter(pk=pk).first()
            if found is not None:
                return found
    return None
