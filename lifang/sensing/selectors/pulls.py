"""Cameras that are asked for their events."""

from django.db.models import QuerySet

from lifang.core.access import Actor
from lifang.sensing.models import Device, Pull


def pulls(actor: Actor) -> QuerySet[Pull]:
    """All of the actor's areas whose device still stands."""
    rows = Pull.objects.visible_to(actor).filter(device__retired_at__isnull=True)
    return rows.select_related("device").order_by("device")


def pull_of(actor: Actor, device: Device) -> Pull | None:
    """How one is asked; nothing for one that is not."""
    return Pull.objects.visible_to(actor).filter(device=device).first()
