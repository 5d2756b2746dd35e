"""What affairs do when something is told. Each is one line."""

from lifang.affairs.actions import tell
from lifang.affairs.actions.fees import return_fee
from lifang.affairs.actions.home import warn_late_visit
from lifang.affairs.events import ApplicationMade, ApplicationMoved
from lifang.core.access import Actor
from lifang.core.events import listens
from lifang.core.flow.events import StageOverdue


@listens(ApplicationMoved)
def on_application_moved(told: ApplicationMoved, system: Actor) -> None:
    tell.applicant(system, told.application, told.move, told.at)


@listens(ApplicationMoved)
def on_application_moved_for_money(told: ApplicationMoved, system: Actor) -> None:
    return_fee(actor=system, application=told.application, at=told.at)


@listens(ApplicationMade)
def on_application_made(told: ApplicationMade, system: Actor) -> None:
    tell.fee_due(system, told.application, told.at)


@listens(StageOverdue)
def on_stage_overdue(told: StageOverdue, system: Actor) -> None:
    warn_late_visit(actor=system, flow=told.flow, visit=told.subject, at=told.at)
