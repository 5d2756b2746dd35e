from datetime import datetime

from lifang.core.access import Actor
from lifang.core.files import store
from lifang.core.jobs import periodic


@periodic(cron="50 18 * * *")
def sweep(*, system: Actor, at: datetime) -> int:
    """Each night: photos that were begun and never reported, and content nobody names any more."""
    return store.sweep(at)
