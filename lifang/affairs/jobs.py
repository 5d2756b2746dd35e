from datetime import datetime

from lifang.affairs import actions
from lifang.core.access import Actor
from lifang.core.jobs import periodic


@periodic(cron="40 17 * * *")
def end_overdue(*, system: Actor, at: datetime) -> None:
    """Twenty to two at night in China."""
    actions.end_overdue(actor=system, at=at)
