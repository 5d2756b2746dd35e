from datetime import datetime

from lifang.core.access import Actor
from lifang.core.jobs import periodic
from lifang.core.offline import actions


@periodic(cron="41 18 * * *")
def forget_photos(*, system: Actor, at: datetime) -> int:
    return actions.forget_photos(actor=system, at=at)
