from datetime import datetime

from lifang.cases import actions
from lifang.core.access import Actor
from lifang.core.jobs import periodic


@periodic(cron="* * * * *")
def tell_overdue(*, system: Actor, at: datetime) -> None:
    """Each minute: tell of stages that have run out of time."""
    actions.tell_overdue(actor=system, at=at)
