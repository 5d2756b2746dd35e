"""Registrations and values that run out: one to-do for all of a grid, kept true each night."""

from datetime import datetime

from lifang.core.access import Actor, Refused
from lifang.core.action import action
from lifang.core.flow import engine
from lifang.registry.actions.knowing import today
from lifang.registry.catalogue import REMINDER
from lifang.registry.models import Reminder
from lifang.registry.selectors.retention import RunsOut, run_out
from lifang.registry.terms import Expiring, Reminding


@action("registry.remind")
def remind(*, actor: Actor, at: datetime) -> int:
    """Open, keep true and settle the reminders of every grid; how many stand."""
    if actor.kind != "system":
        raise Refused("not_allowed")
    return sum(_of_kind(actor, kind, at) for kind in Expiring)


def _of_kind(actor: Actor, kind: Expiring, at: datetime) -> int:
    open_ = {one.area: one for one in Reminder.objects.filter(kind=kind, state=Reminding.OPEN)}
    found = {one.area: one for one in run_out(actor, kind, today(at))}
    for area, told in found.items():
        if area in open_:
            _keep_true(open_[area], told)
        else:
            _open(actor, kind, told, at)
    for area in open_.keys() - found.keys():
        engine.move(REMINDER(), Reminder.objects.hold(open_[area].pk), "settle", actor=actor, at=at)
    return len(found)


def _keep_true(row: Reminder, told: RunsOut) -> None:
    now = (told.over, told.soon, told.first_on)
    if (row.over, row.soon, row.first_on) != now:
        row.over, row.soon, row.first_on = now
        row.save(update_fields=["over", "soon", "first_on"])


def _open(actor: Actor, kind: Expiring, told: RunsOut, at: datetime) -> None:
    row = Reminder(
        area=told.area, kind=kind, over=told.over, soon=told.soon, first_on=told.first_on, told_at=at
    )  # fmt: skip
    title = str(REMINDER().name.zh)
    engine.start(
        REMINDER(), row, actor=actor, at=at, turn=engine.Turn(title=title), said=engine.Said()
    )
