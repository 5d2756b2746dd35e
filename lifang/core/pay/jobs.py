from datetime import datetime

from lifang.core.access import Actor
from lifang.core.jobs import periodic
from lifang.core.pay import actions


@periodic(cron="* * * * *")
def sweep(*, system: Actor, at: datetime) -> None:
    actions.sweep(system=system, at=at)


@periodic(cron="* * * * *")
def give_refunds(*, system: Actor, at: datetime) -> None:
    actions.give_waiting(system=system, at=at)


@periodic(cron="17 20 * * *")
def compare(*, system: Actor, at: datetime) -> None:
    actions.reconcile_yesterday(system=system, at=at)
