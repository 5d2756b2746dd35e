from datetime import datetime
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.jobs import job, periodic
from lifang.core.sheets import actions


@job(attempts=8, wait_seconds=2)
def work(*, system: Actor, at: datetime, of: str) -> None:
    actions.work(system=system, of=UUID(of), at=at)


@periodic(cron="23 18 * * *")
def sweep(*, system: Actor, at: datetime) -> None:
    actions.sweep(system=system, at=at)
