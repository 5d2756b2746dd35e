"""What living does when something is told. Each is one line."""

from lifang.core.access import Actor
from lifang.core.events import listens
from lifang.core.flow.events import StageOverdue
from lifang.living import actions
from lifang.living.events import RepairMoved
from lifang.registry.events import AccountLinked, MovedIn


@listens(AccountLinked)
def on_account_linked(told: AccountLinked, system: Actor) -> None:
    actions.concern_homes(actor=system, person=told.person, at=told.at)


@listens(AccountLinked)
def on_account_linked_for_parcels(told: AccountLinked, system: Actor) -> None:
    actions.concern_parcels(actor=system, person=told.person, at=told.at)


@listens(MovedIn)
def on_moved_in(told: MovedIn, system: Actor) -> None:
    actions.concern_homes(actor=system, person=told.person, at=told.at)


@listens(RepairMoved)
def on_repair_moved(told: RepairMoved, system: Actor) -> None:
    actions.tell_household(system, told.repair, told.move, told.at)


@listens(StageOverdue)
def on_stage_overdue(told: StageOverdue, system: Actor) -> None:
    actions.warn_late(actor=system, flow=told.flow, repair=told.subject, at=told.at)
