from datetime import datetime

from lifang.core.access import Actor
from lifang.core.jobs import periodic
from lifang.exchange import actions


@periodic(cron="*/5 * * * *")
def lapse_systems(*, system: Actor, at: datetime) -> None:
    """Every five minutes: systems whose last day is over, then those whose last day is near."""
    actions.lapse_systems(actor=system, at=at)
    actions.remind_systems(actor=system, at=at)
