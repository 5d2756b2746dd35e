from datetime import datetime

from lifang.core.access import Actor
from lifang.core.jobs import periodic
from lifang.sensing import actions


@periodic(cron="*/10 * * * *")
def wake_due(*, system: Actor, at: datetime) -> None:
    """Devices whose time out of service is over go back by themselves."""
    actions.wake_due(actor=system, at=at)


@periodic(cron="40 18 * * *")
def forget_old(*, system: Actor, at: datetime) -> None:
    """Each night: what has been kept long enough goes."""
    actions.forget_old(actor=system, at=at)
