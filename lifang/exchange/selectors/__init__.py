"""Ask about outside systems, their runs and their keys."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Kind, Refused
from lifang.core.access.wall import behind
from lifang.core.api import selectors as keys
from lifang.core.api.models import ApiKey, Call
from lifang.core.retention import Standing
from lifang.exchange.models import OutsideSystem, Run
from lifang.exchange.terms import CLOSED, Seen


def systems(actor: Actor) -> QuerySet[OutsideSystem]:
    """Systems that applied in the actor's areas; a system sees itself alone, who applied the own ones."""
    rows = OutsideSystem.objects.visible_to(actor)
    if actor.kind is Kind.RESIDENT:
        return rows.filter(applicant=actor.id)
    return rows.filter(account=actor.id) if actor.kind is Kind.MACHINE else rows


def system(actor: Actor, pk: UUID | str) -> OutsideSystem:
    """One of them. Raises `Refused("not_found")`."""
    rows = systems(actor).select_related("asked_by", "opened_by", "first_by", "second_by", "account")  # fmt: skip
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def applied(actor: Actor) -> QuerySet[OutsideSystem]:
    """What the actor applied for at the public door, newest first."""
    if actor.kind is not Kind.RESIDENT:
        return OutsideSystem.objects.none()
    return systems(actor).order_by("-asked_at", "-id")


def long_closed(system: Actor, before: datetime) -> QuerySet[Any]:
    """Over before then, where it is still known who applied or how they are reached."""
    known = Q(applicant__isnull=False) | Q(contact__isnull=False) | Q(telephone__isnull=False)
    rows = OutsideSystem.objects.filter(known, state__in=CLOSED, state_since__lt=before)
    return rows.annotate(over=F("state_since")).order_by("over", "pk")


def held(system: Actor, force: Standing) -> Q:
    """Of areas under hold, and of people under hold who applied."""
    return force.in_areas() | Q(applicant__in=force.accounts)


def own(actor: Actor) -> OutsideSystem:
    """The system whose account this is. Raises `Refused("not_found")`."""
    found = systems(actor).filter(account=actor.id).first() if actor.id else None
    if found is None:
        raise Refused("not_found")
    return found


def runs(actor: Actor, of: OutsideSystem) -> QuerySet[Run]:
    """Conformance runs, newest first."""
    return Run.objects.visible_to(actor).filter(system=of).order_by("-began_at", "-id")


def run(actor: Actor, of: OutsideSystem, pk: UUID) -> Run:
    """One run. Raises `Refused("not_found")`."""
    found = runs(actor, of).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def keys_of(actor: Actor, of: OutsideSystem) -> QuerySet[ApiKey]:
    """Keys of a system that the actor may see, newest first; never their secret."""
    return keys.keys_of(actor, of.account_id) if of.account_id else ApiKey.objects.none()


def shut(actor: Actor, of: Iterable[ApiKey]) -> Mapping[UUID, list[keys.Shut]]:
    """By key, what was turned away."""
    return keys.turned_away(actor, [one.pk for one in of])


def seen(actor: Actor, of: Run, until: datetime) -> list[Seen]:
    """The calls of a run in order, addresses as they stand below it."""
    home = f"/api/v1/exchange/runs/{of.pk}/"
    rows = keys.calls_of(actor, of.system.its_account, of.began_at, of.ended_at or until)
    return [_seen(one, home) for one in rows if one.path != "/api/v1/exchange/runs"]


def _seen(one: Call, home: str) -> Seen:
    once = bytes(one.once) if one.once is not None else None
    body = bytes(one.body) if one.body is not None else None
    return Seen(
        one.at, one.method, one.path.removeprefix(home), one.agent, one.source, one.secure, once, body,
        one.status, one.reason, one.replayed,
    )  # fmt: skip


def was_told(actor: Actor, of: Run, method: str, status: int, once: str, until: datetime) -> bool:
    """Did a call of this run hear this status before? With `once`: the call with this Idempotency-Key."""
    rows = keys.calls_of(actor, of.system.its_account, of.began_at, until)
    rows = rows.filter(method=method, status=status, path__contains=str(of.pk))
    if once:
        rows = rows.filter(once=hashlib.sha256(once.encode()).digest())
    return rows.exists()


def system_of_key(actor: Actor, key: ApiKey) -> OutsideSystem | None:
    """The system that uses a key, for who sees the key: who watches over keys watches over an area without seeing its rows."""
    if not keys.keys(actor).filter(pk=key.pk).exists():
        return None
    with behind(SYSTEM):
        return OutsideSystem.objects.filter(account=key.account_id).first()


def find_systems(actor: Actor, text: str) -> QuerySet[OutsideSystem]:
    """By number, name or the body that answers for it."""
    named = Q(name__icontains=text) | Q(body__icontains=text) | Q(number__icontains=text)
    return systems(actor).filter(named)
