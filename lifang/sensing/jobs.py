from datetime import datetime
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.jobs import job, periodic
from lifang.sensing import actions

SCORED_AT_ONCE = 50
DAYS_AT_ONCE = 31


@periodic(cron="*/10 * * * *")
def wake_due(*, system: Actor, at: datetime) -> None:
    """Devices whose time out of service is over go back by themselves."""
    actions.wake_due(actor=system, at=at)


@periodic(cron="40 18 * * *")
def forget_old(*, system: Actor, at: datetime) -> None:
    """Each night: what has been kept long enough goes; old days into the archive, each in a transaction of its own."""
    actions.forget_old(actor=system, at=at)
    for _ in range(DAYS_AT_ONCE):
        if actions.archive_day(actor=system, at=at) is None:
            break
    actions.forget_archive(actor=system, at=at)


@periodic(cron="* * * * * */10")
def run_timers(*, system: Actor, at: datetime) -> None:
    """Every ten seconds: what falls due without a message, and alarms that nobody has answered."""
    actions.run_timers(actor=system, at=at)
    actions.tell_unanswered(actor=system, at=at)
    actions.call_fire_unanswered(actor=system, at=at)


@periodic(cron="* * * * * */5")
def carry_fire(*, system: Actor, at: datetime) -> None:
    """Every five seconds: what was ordered for the fire service goes."""
    actions.carry_fire(actor=system, at=at)


@periodic(cron="* * * * * */5")
def look_at_left(*, system: Actor, at: datetime) -> None:
    """Every five seconds: what a process stored and did not come to look at, because it is no more."""
    while actions.look_at_left(at=at):
        pass


@periodic(cron="* * * * * */10")
def score_series(*, system: Actor, at: datetime) -> None:
    """Every ten seconds: series that score rules look at, some at a time, each some in a transaction of its own."""
    for _ in range(SCORED_AT_ONCE):
        if not actions.score_series(actor=system, at=at):
            return


@periodic(cron="* * * * *")
def return_shelved(*, system: Actor, at: datetime) -> None:
    """Each minute: what was shelved until now comes back."""
    actions.return_shelved(actor=system, at=at)


@periodic(cron="* * * * *")
def tell_silence(*, system: Actor, at: datetime) -> None:
    """Each minute: devices that have fallen silent, then the people whom they look after."""
    actions.tell_silence(actor=system, at=at)
    actions.check_vigils(actor=system, at=at)


@periodic(cron="30 22 * * *")
def write_reviews(*, system: Actor, at: datetime) -> None:
    """Each morning: reviews of the week that is over, where they are missing; on Mondays those are all."""
    actions.write_reviews(actor=system, at=at)


@periodic(cron="*/5 * * * *")
def lapse_receptions(*, system: Actor, at: datetime) -> None:
    """Every five minutes: files of reception whose last day is over, and whether faces must be filed."""
    actions.lapse_receptions(actor=system, at=at)
    actions.check_filing(actor=system, at=at)


@job(attempts=8, wait_seconds=2)
def spread_safety(*, system: Actor, at: datetime, notice: str, ended: bool) -> None:
    actions.spread_safety(actor=system, notice=UUID(notice), ended=ended, at=at)
