from datetime import datetime

from lifang.cases import actions
from lifang.core.access import Actor
from lifang.core.jobs import periodic


@periodic(cron="* * * * *")
def tell_overdue(*, system: Actor, at: datetime) -> None:
    """Each minute: tell of stages that have run out of time."""
    actions.tell_overdue(actor=system, at=at)


@periodic(cron="10 19 * * *")
def mend_rollups(*, system: Actor, at: datetime) -> None:
    """Each night: compare the kept counts with the cases, and count anew where they differ."""
    if not actions.check_rollups().right:
        actions.rebuild_rollups()


@periodic(cron="50 18 * * *")
def learn_matters(*, system: Actor, at: datetime) -> None:
    """Each night: learn anew from corrections which words mean which matter."""
    actions.learn_matters(actor=system, at=at)


@periodic(cron="40 18 * * 6")
def learn(*, system: Actor, at: datetime) -> None:
    """Each week, in the night: learn from how reports ended which are one."""
    actions.learn(actor=system, at=at)
