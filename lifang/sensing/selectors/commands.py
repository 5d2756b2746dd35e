"""What devices were asked to do."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor
from lifang.sensing.models import Command, Device
from lifang.sensing.terms import Owner

MOST_OPEN = 5_000


def commands_of(actor: Actor, device: Device) -> QuerySet[Command]:
    """Newest first."""
    return Command.objects.visible_to(actor).filter(device=device).order_by("-asked_at", "-pk")


def open_commands(system: Actor, at: datetime) -> list[Command]:
    """All that stand, the oldest first."""
    rows = Command.objects.filter(answered_at__isnull=True, until__gt=at)
    return list(rows.select_related("device").order_by("asked_at", "pk")[:MOST_OPEN])


def command_of(system: Actor, owner: Owner, pk: UUID) -> Command | None:
    """One of those for the devices that a key speaks for."""
    return Command.objects.filter(_theirs(owner), pk=pk).select_related("device").first()


def _theirs(owner: Owner) -> Q:
    if owner.device is not None:
        return Q(device=owner.device) | Q(device__gateway=owner.device)
    return Q(device__maker=owner.maker) if owner.maker is not None else Q(pk__in=[])
