"""Every event, for the machines that asked for it."""

from lifang.core.access import Actor
from lifang.core.events.models import Outbox
from lifang.core.events.registry import overhears
from lifang.core.notify import webhooks


@overhears(lambda told: webhooks.is_wanted(told.name, told.area))
def announce(told: Outbox, system: Actor) -> None:
    webhooks.announce(event=told.name, told=told.pk, facts=told.facts, area=told.area, at=told.at)
