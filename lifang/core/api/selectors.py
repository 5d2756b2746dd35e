from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.api import terms
from lifang.core.api.models import ApiKey


class Holder(NamedTuple):
    """An account that can have keys."""

    id: UUID
    name: str
    machine: bool


def keys(actor: Actor) -> QuerySet[ApiKey]:
    """Keys this actor answers for, newest first."""
    return ApiKey.objects.visible_to(actor).select_related("account").order_by("-issued_at", "-pk")


def key(actor: Actor, pk: UUID) -> ApiKey:
    """One of them. Raises `Refused("not_found")`."""
    found = keys(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def holders(actor: Actor) -> list[Holder]:
    """Whom this actor may issue a key for: themselves, and machines for who keeps them."""
    accounts = apps.get_model("accounts.Account").objects.filter(closed_at__isnull=True)
    machines = accounts.filter(kind="machine").order_by("name") if actor.may(terms.KEEP) else []
    own = accounts.filter(pk=actor.id) if actor.id else []
    return [Holder(row.pk, row.name, row.kind == "machine") for row in (*own, *machines)]


def holder_of(actor: Actor, account: UUID) -> Holder | None:
    return next((holder for holder in holders(actor) if holder.id == account), None)
