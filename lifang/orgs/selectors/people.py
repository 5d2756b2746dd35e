"""Who holds which post where. Names of colleagues: only staff see postings, and only where they work."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.capabilities import capabilities
from lifang.core.access.scope import within
from lifang.core.accounts.models import Account
from lifang.orgs.models import Posting, Unit
from lifang.orgs.selectors.units import around

GRID_POSTS = ("grid_worker", "grid_leader")


def people_at(
    duty: str, area: str, unit: Unit | None = None, at: datetime | None = None
) -> list[Account]:
    """Accounts whose posting covers the area and is of this post, or of a post with this capability.

    Without `at`: postings that have not ended. For sending work and messages to; it shows nothing to anybody.
    """
    declared = capabilities().get(duty)
    posts = declared.posts if declared else [duty]
    rows = _in_force(at).filter(area__in=["", *around(area)], post__in=posts)
    if unit is not None:
        rows = rows.filter(unit=unit)
    return list(Account.objects.filter(pk__in=rows.values("account"), closed_at__isnull=True))


def grid_workers(area: str, at: datetime | None = None) -> list[Account]:
    """The workers and leaders of one grid, leaders first."""
    rows = _in_force(at).filter(area=area, post__in=GRID_POSTS, account__closed_at__isnull=True)
    ordered = sorted(rows.select_related("account"), key=lambda row: (row.post, row.valid_from))
    return list(dict.fromkeys(row.account for row in ordered))


def _in_force(at: datetime | None) -> QuerySet[Posting]:
    if at is None:
        return Posting.objects.filter(valid_to__isnull=True)
    return Posting.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)


def postings(
    actor: Actor,
    area: str = "",
    account: UUID | None = None,
    unit: Unit | None = None,
    at: datetime | None = None,
    ended: bool = False,
) -> QuerySet[Posting]:
    """Postings in the areas and units the actor works in or assigns posts in, and the actor's own."""
    rows = Posting.objects.all() if ended else _in_force(at)
    rows = rows.filter(_seen_by(actor)).filter(within(area))
    if account is not None:
        rows = rows.filter(account_id=account)
    if unit is not None:
        rows = rows.filter(unit=unit)
    return rows.select_related("account", "unit")


def posting(actor: Actor, pk: UUID | str) -> Posting:
    """One posting. Raises `Refused("not_found")`, also for one that is not the actor's to see."""
    found = postings(actor, ended=True).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def _seen_by(actor: Actor) -> Q:
    if actor.scope.everywhere:
        return Q()
    seen = Q(account_id=actor.id) if actor.id else Q(pk__in=[])
    areas = set(actor.scope.areas)
    areas |= {grant.area for grant in actor.grants if "orgs.post" in grant.capabilities}
    for area in areas:
        seen |= within(area)
    units = [holder.removeprefix("unit:") for holder in actor.units]
    return seen | Q(unit_id__in=units) if units else seen
