from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor
from lifang.core.access.models import GrantRow


def grants(actor: Actor, account: UUID, at: datetime | None = None) -> QuerySet[GrantRow]:
    """Grants of an account, newest first; those in force at a moment if one is named. One's own, or an administrator's look."""
    rows = GrantRow.objects.filter(account_id=account).order_by("-valid_from", "-id")
    if at is not None:
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)
    if actor.id == account or actor.may("access.see_grants"):
        return rows
    return rows.none()
