from datetime import datetime
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.jobs import job, periodic
from lifang.core.notify import carrying, webhooks


# Attempts are counted on the message, where people can see them; the queue itself retries only crashes.
@job(queue="notify", attempts=3)
def carry(*, system: Actor, at: datetime, message: str) -> None:
    carrying.carry(UUID(message), at)


@job(queue="notify", attempts=3)
def push(*, system: Actor, at: datetime, delivery: str) -> None:
    webhooks.push(UUID(delivery), at)


@periodic(cron="*/5 * * * *", queue="notify")
def sweep(*, system: Actor, at: datetime) -> None:
    carrying.sweep(at)


@periodic(cron="2-59/5 * * * *", queue="notify")
def sweep_webhooks(*, system: Actor, at: datetime) -> None:
    webhooks.sweep(at)
