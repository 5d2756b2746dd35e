from django.db.models import QuerySet

from lifang.core.access import Actor
from lifang.core.offline.models import Record


def records(actor: Actor) -> QuerySet[Record]:
    """What this account wrote without a network and sent later, latest first."""
    rows = Record.objects.visible_to(actor).filter(account=actor.id)
    return rows.order_by("-taken_at", "pk")
