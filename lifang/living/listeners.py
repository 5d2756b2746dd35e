"""What living does when something is told. Each is one line."""

from lifang.core.access import Actor
from lifang.core.events import listens
from lifang.living import actions
from lifang.registry.events import AccountLinked, MovedIn


@listens(AccountLinked)
def on_account_linked(told: AccountLinked, system: Actor) -> None:
    actions.concern_homes(actor=system, person=told.person, at=told.at)


@listens(MovedIn)
def on_moved_in(told: MovedIn, system: Actor) -> None:
    actions.concern_homes(actor=system, person=told.person, at=told.at)
