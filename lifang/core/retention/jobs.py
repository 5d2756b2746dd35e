from datetime import datetime
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.jobs import job, periodic
from lifang.core.retention import actions


@job(queue="default", attempts=4, wait_seconds=30)
def work_off(*, system: Actor, at: datetime, run: str, key: str) -> None:
    """One term of a run; another one that fails does not stop it."""
    actions.work_off(system=system, run=UUID(run), key=key, at=at)


def ask(system: Actor, at: datetime, asked_by: UUID | None = None) -> None:
    """Begin a run, and ask for each of its terms."""
    run = actions.begin(actor=system, at=at, asked_by=asked_by)
    for key in run.waiting:
        work_off.later(run=str(run.pk), key=key, once=f"{run.pk}:{key}", lock="retention")


@periodic(cron="30 17 * * *")
def nightly(*, system: Actor, at: datetime) -> None:
    """Half past one at night in China: what is over goes."""
    ask(system, at)


@job(attempts=2)
def asked(*, system: Actor, at: datetime, by: str) -> None:
    """The same, because somebody asked."""
    ask(system, at, UUID(by))
