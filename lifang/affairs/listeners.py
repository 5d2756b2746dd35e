"""What affairs do when something is told. Each is one line."""

from lifang.affairs.actions import tell
from lifang.affairs.events import ApplicationMoved
from lifang.core.access import Actor
from lifang.core.events import listens


@listens(ApplicationMoved)
def on_application_moved(told: ApplicationMoved, system: Actor) -> None:
    tell.applicant(system, told.application, told.move, told.at)
