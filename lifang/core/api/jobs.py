from datetime import datetime

from lifang.core.access import Actor
from lifang.core.api import actions
from lifang.core.jobs import periodic


@periodic(cron="23 18 * * *")
def forget_answers(*, system: Actor, at: datetime) -> int:
    return actions.forget_answers(actor=system, at=at) + actions.forget_calls(actor=system, at=at)
