"""Which desk has a turn: the nearest area, going up, where somebody holds a capability."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Length

from lifang.core.access.capabilities import capabilities
from lifang.core.access.models import GrantRow
from lifang.core.access.once import once
from lifang.core.access.posts import post_name


def desk_of(capability: str, area: str, at: datetime) -> str:
    """The area of the nearest desk with this capability; the county's when nobody holds it."""
    above = [area[:length] for length in (15, 12, 9, 6, 4) if length <= len(area)]
    posts = capabilities()[capability].posts
    rows = GrantRow.objects.filter(post__in=posts, sees="area", area__in=above)
    told = rows.order_by(Length("area").desc()).values_list("area", "valid_from", "valid_to")
    held = once(("access.",), ("desk", capability, area), lambda: list(told))
    now = (code for code, since, until in held if since <= at and (until is None or until > at))
    return next(now, area[:6])


def desk(area: str) -> str:
    """The holder key of whoever is posted at exactly this area."""
    return f"desk:{area}"


class Able(NamedTuple):
    """Who may do something somewhere: the posts that give it, how many accounts hold one there, how many it takes."""

    posts: list[str]
    many: int
    need: int


def able(capability: str, area: str, at: datetime, *, but: Iterable[UUID | None] = (), need: int = 1) -> Able:  # fmt: skip
    """Who may do this there, besides these accounts: for a page that waits for somebody else (`web/able.html`)."""
    posts = capabilities()[capability].posts
    above = [area[:length] for length in (0, 4, 6, 9, 12, 15) if length <= len(area)]
    rows = GrantRow.objects.filter(post__in=posts, area__in=above, account__closed_at__isnull=True)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)
    rows = rows.exclude(account__in=[one for one in but if one])
    many = rows.values("account").distinct().count()
    return Able([post_name(one) for one in posts], many, need)
