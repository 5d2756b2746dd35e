from datetime import datetime

from lifang.core.access import Actor
from lifang.core.jobs import periodic
from lifang.registry import actions


@periodic(cron="10 6 * * *")
def tell_missed(*, system: Actor, at: datetime) -> None:
    """Each morning: visits that nobody made in time become to-dos."""
    actions.tell_missed(actor=system, at=at)


@periodic(cron="20 20 * * *")
def remind(*, system: Actor, at: datetime) -> None:
    """Before the morning: what runs out in each grid is one to-do of it."""
    actions.remind(actor=system, at=at)
