"""Stage clocks on the working calendar: begin, pause, resume, lengthen, stop."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from lifang.core.access.pen import Pen
from lifang.core.action.unit import running
from lifang.core.calendar import Limit
from lifang.core.calendar.book import work_calendar
from lifang.core.events import publish
from lifang.core.flow.events import StageOverdue
from lifang.core.flow.models import Clock, Subject


@dataclass(frozen=True)
class Allowance:
    """How long, on whose opening hours, on the workdays of which area."""

    limit: Limit
    hours: str = ""
    area: str = ""

    def due(self, start: datetime) -> datetime:
        return work_calendar(self.hours, self.area).due(self.limit, start)


def begin(
    pen: Pen, flow: str, subject: Subject, stage: str, allowance: Allowance | None, at: datetime
) -> datetime | None:
    """Start a stage's clock; its due time, or None where the stage has no limit."""
    if not stage or allowance is None:
        return None
    due_at = work_calendar(allowance.hours, subject.area).due(allowance.limit, at)
    pen.add(
        Clock(
            area=subject.area,
            holders=subject.holders,
            flow=flow,
            subject=subject.pk,
            stage=stage,
            amount=allowance.limit.amount,
            unit=allowance.limit.unit,
            hours=allowance.hours,
            started_at=at,
            due_at=due_at,
        )
    )
    return due_at


def of(subject: Subject) -> Clock | None:
    """The clock that runs or stands still now."""
    return Clock.objects.filter(subject=subject.pk, stopped_at__isnull=True).first()


_STOP = "UPDATE flow_clock SET stopped_at = greatest(%s, started_at) WHERE subject = %s AND stopped_at IS NULL"


def stop(pen: Pen, subject: Subject, at: datetime, *, resting: bool) -> None:
    """Stop the running clock. One that may stand still (`resting`) is looked at, and counted anew if it does."""
    if not resting:
        pen.say(_STOP, at, subject.pk)
        return
    clock = of(subject)
    if clock is None:
        return
    if clock.paused:
        _close_pause(clock, at)
    clock.stopped_at = max(at, clock.started_at)
    clock.save()


def pause(subject: Subject, at: datetime) -> None:
    """Let the clock stand still. Its old due time stays written until it resumes."""
    clock = of(subject)
    if clock is not None and not clock.paused:
        clock.pauses = [*clock.pauses, [at.isoformat(), None]]
        clock.save()


def resume(subject: Subject, at: datetime) -> datetime | None:
    """Let the clock run on; the new due time."""
    clock = of(subject)
    if clock is None:
        return None
    _close_pause(clock, at)
    clock.save()
    return clock.due_at


def lengthen(subject: Subject, allowance: Allowance) -> datetime | None:
    """Give the running stage a longer limit, counted from its own start; the new due time."""
    clock = of(subject)
    if clock is None:
        return None
    clock.amount, clock.unit, clock.hours = (
        allowance.limit.amount,
        allowance.limit.unit,
        allowance.hours,
    )
    clock.due_at = counted(clock)
    clock.overdue_told_at = None
    clock.save()
    return clock.due_at


def _close_pause(clock: Clock, at: datetime) -> None:
    clock.pauses = [
        [start, end or max(at, datetime.fromisoformat(start)).isoformat()]
        for start, end in clock.pauses
    ]
    clock.due_at = counted(clock)


def counted(clock: Clock) -> datetime:
    """When a clock that does not stand still is due, by the calendar as it is now."""
    calendar = work_calendar(clock.hours, clock.area)
    return calendar.due(clock.limit, clock.started_at, clock.spans)


def tell_overdue(at: datetime, most: int = 500) -> int:
    """Tell of stages whose clock has run out since the last look; how many. Run inside an action."""
    if running.get() is None:
        raise RuntimeError("tell_overdue() belongs in an action")
    late = list(
        Clock.objects.select_for_update(skip_locked=True).filter(
            Q(stopped_at__isnull=True, overdue_told_at__isnull=True), due_at__lt=at
        )[:most]
    )
    told = [clock for clock in late if not clock.paused]
    for clock in told:
        publish(
            StageOverdue(
                flow=clock.flow,
                subject=clock.subject,
                stage=clock.stage,
                due_at=clock.due_at,
                at=at,
            ),
            area=clock.area,
        )
    Clock.objects.filter(pk__in=[clock.pk for clock in told]).update(overdue_told_at=at)
    return len(told)
