from datetime import datetime
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.jobs import job, periodic
from lifang.living import actions


@job(attempts=8, wait_seconds=2)
def work_run(*, system: Actor, at: datetime, run: str) -> None:
    actions.work_run(system=system, run=UUID(run), at=at)


@job(attempts=8, wait_seconds=2)
def tell_outage(*, system: Actor, at: datetime, outage: str, edition: int) -> None:
    actions.tell_outage(actor=system, outage=UUID(outage), edition=edition, at=at)


@periodic(cron="*/10 * * * *")
def see_to_repairs(*, system: Actor, at: datetime) -> None:
    actions.see_to_repairs(system=system, at=at)


@periodic(cron="20 * * * *")
def see_to_parcels(*, system: Actor, at: datetime) -> None:
    actions.see_to_parcels(system=system, at=at)


@periodic(cron="35 * * * *")
def see_to_orders(*, system: Actor, at: datetime) -> None:
    actions.see_to_orders(system=system, at=at)


@periodic(cron="15 2 * * *")  # UTC: a quarter past ten here
def see_to_bills(*, system: Actor, at: datetime) -> None:
    actions.see_to_bills(system=system, at=at)
