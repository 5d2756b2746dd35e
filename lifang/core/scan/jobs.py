from datetime import datetime
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.jobs import job, periodic
from lifang.core.scan import actions
from lifang.core.scan.reader import lines_of


@job(attempts=3, wait_seconds=5)
def read(*, system: Actor, at: datetime, of: str) -> None:
    """The seconds of reading lie outside of any transaction."""
    photo = actions.photo_of(system, UUID(of))
    if photo is not None:
        actions.tell(actor=system, of=UUID(of), lines=lines_of(photo), at=at)


@periodic(cron="*/10 * * * *")
def forget(*, system: Actor, at: datetime) -> int:
    return actions.forget(actor=system, at=at)
