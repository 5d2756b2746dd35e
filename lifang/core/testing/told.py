"""Events in tests."""

from datetime import datetime
from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.events.models import Outbox
from lifang.core.events.registry import decode
from lifang.core.relay import hearing


def deliver(at: datetime, rounds: int = 20) -> int:
    """Give everything in the outbox to its listeners, until nothing new comes; how many were given.

    Listeners that fail raise here, instead of being laid aside.
    """
    given = 0
    with behind(SYSTEM):
        for _ in range(rounds):
            waiting = list(Outbox.objects.filter(heard_at__isnull=True).order_by("seq"))
            if not waiting:
                return given
            for told in waiting:
                hearing.hear(told, at, patient=False)
                given += 1
    raise AssertionError("listeners go on telling each other without end")


def published(name: str = "") -> list[Any]:
    """Every event told so far, oldest first, or those of one name."""
    rows = Outbox.objects.order_by("seq")
    return [decode(row.name, row.facts) for row in (rows.filter(name=name) if name else rows)]
