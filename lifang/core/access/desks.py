"""Which desk has a turn: the nearest area, going up, where somebody holds a capability."""

from datetime import datetime

from django.db.models.functions import Length

from lifang.core.access.capabilities import capabilities
from lifang.core.access.models import GrantRow
from lifang.core.access.once import once


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
