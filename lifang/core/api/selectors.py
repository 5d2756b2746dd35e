from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db.models import Max, QuerySet, Sum

from lifang.core.access import Actor, Refused
from lifang.core.api import terms
from lifang.core.api.models import ApiKey, Call, TurnedAway


class Shut(NamedTuple):
    """Why a key was refused, how often, and when and whence the last time."""

    reason: str
    times: int
    last_at: datetime
    last_from: str


class Holder(NamedTuple):
    """An account that can have keys."""

    id: UUID
    name: str
    machine: bool
    area: str


def keys(actor: Actor) -> QuerySet[ApiKey]:
    """Keys this actor answers for, newest first."""
    return ApiKey.objects.visible_to(actor).select_related("account").order_by("-issued_at", "-pk")


def key(actor: Actor, pk: UUID) -> ApiKey:
    """One of them. Raises `Refused("not_found")`."""
    found = keys(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def keys_of(actor: Actor, account: UUID) -> QuerySet[ApiKey]:
    """Keys of an account that the caller has found for this actor, newest first; never their secret."""
    return ApiKey.objects.filter(account=account).order_by("-issued_at", "-pk")


def calls_of(actor: Actor, account: UUID, since: datetime, until: datetime) -> QuerySet[Call]:
    """Calls of an account's watched keys, in order."""
    rows = Call.objects.filter(key__account=account, at__gte=since, at__lte=until)
    return rows.order_by("at", "id")


def turned_away(actor: Actor, keys: Iterable[UUID]) -> dict[UUID, list[Shut]]:
    """By key, what was refused though it holds: most often first."""
    rows = TurnedAway.objects.filter(key__in=list(keys)).values("key", "reason")
    told = rows.annotate(n=Sum("count"), at=Max("last_at"), whence=Max("last_from"))
    found: dict[UUID, list[Shut]] = {}
    for row in told.order_by("-n"):
        shut = Shut(row["reason"], row["n"], row["at"], row["whence"])
        found.setdefault(row["key"], []).append(shut)
    return found


def holders(actor: Actor) -> list[Holder]:
    """Whom this actor may issue a key for: themselves, and machines of the area for who keeps them there."""
    accounts = apps.get_model("accounts.Account").objects.filter(closed_at__isnull=True)
    machines = accounts.filter(kind="machine").order_by("name") if actor.may(terms.KEEP) else ()
    kept = [row for row in machines if actor.may(terms.KEEP, row.area)]
    own = accounts.filter(pk=actor.id) if actor.id else []
    return [Holder(row.pk, row.name, row.kind == "machine", row.area) for row in (*own, *kept)]


def holder_of(actor: Actor, account: UUID) -> Holder | None:
    return next((holder for holder in holders(actor) if holder.id == account), None)
