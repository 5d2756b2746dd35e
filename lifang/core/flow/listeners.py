from lifang.core.access import Actor
from lifang.core.calendar.events import DayChanged
from lifang.core.events import listens
from lifang.core.flow import actions


@listens(DayChanged)
def recount(told: DayChanged, system: Actor) -> None:
    actions.recount(actor=system, day=told.day, area=told.area, at=told.at)
