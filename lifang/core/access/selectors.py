from datetime import datetime
from typing import NamedTuple
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


class StandIn(NamedTuple):
    """A deputy, and the name of whoever is away."""

    account: UUID
    absent: str


def deputies_of(actor: Actor, account: UUID, area: str, at: datetime) -> list[StandIn]:
    """Who stands in for an account at this moment, where a message is about."""
    rows = GrantRow.objects.filter(lent_for=account, valid_from__lte=at, valid_to__gt=at)
    found = rows.order_by("valid_from").values_list("account_id", "lent_for__name", "area")
    return list(dict.fromkeys(StandIn(one, absent) for one, absent, where in found if area.startswith(where)))  # fmt: skip
