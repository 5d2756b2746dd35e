"""Who stands in for whom, and who is on watch. Plans of work: what somebody does meanwhile is nowhere."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor, Kind, Refused
from lifang.core.access.scope import within
from lifang.core.accounts.models import Account
from lifang.orgs.models import Deputy, Watch
from lifang.orgs.selectors.people import postings
from lifang.orgs.selectors.units import around


def deputies(actor: Actor, at: datetime | None = None) -> QuerySet[Deputy]:
    """Of the postings one sees, and one's own; only those in force if a moment is named."""
    seen = Q(posting__in=postings(actor, ended=True).values("pk")) | Q(account_id=actor.id)
    rows = Deputy.objects.filter(seen).select_related(
        "posting__account", "posting__unit", "account", "named_by"
    )
    return rows if at is None else rows.filter(valid_from__lte=at, valid_to__gt=at)


def deputy(actor: Actor, pk: UUID | str) -> Deputy:
    """One of them. Raises `Refused("not_found")`."""
    found = deputies(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def watches(actor: Actor) -> QuerySet[Watch]:
    """The rosters of the areas and units one works in, of what lies around them, and one's own watches."""
    seen = Q(account_id=actor.id) if actor.id else Q(pk__in=[])
    for area in actor.scope.areas:
        seen |= within(area) | Q(area__in=around(area), unit=None)
    units = [holder.removeprefix("unit:") for holder in actor.units]
    rows = (
        Watch.objects.all()
        if actor.scope.everywhere
        else Watch.objects.filter(seen | Q(unit__in=units))
    )
    return rows.select_related("account", "unit")  # fmt: skip


def watch(actor: Actor, pk: UUID | str) -> Watch:
    """One of them. Raises `Refused("not_found")`."""
    found = watches(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def colleague(actor: Actor, login: str) -> Account:
    """Who is written down by login, to stand in or to be on watch; only staff name one."""
    written = login.strip().lower()
    rows = Account.objects.filter(login=written, closed_at=None)
    found = rows.first() if actor.kind is Kind.STAFF or actor.grants else None
    if found is None:
        raise Refused("login_unknown", login=written[:40], field="login")
    return found


def on_watch(actor: Actor, area: str, at: datetime, unit: UUID | None = None) -> list[Watch]:
    """Who is on watch at a moment, for an area or for a unit: leaders first. For sending what cannot wait."""
    rows = Watch.objects.filter(starts_at__lte=at, ends_at__gt=at, account__closed_at__isnull=True)
    rows = rows.filter(unit=unit) if unit else rows.filter(area=area, unit=None)
    return list(rows.select_related("account", "unit").order_by("role", "starts_at", "pk"))
