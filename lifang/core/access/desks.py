"""Which desk has a turn: the nearest area, going up, where somebody holds a capability."""

from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Length

from lifang.core.access.capabilities import capabilities
from lifang.core.access.models import GrantRow


def desk_of(capability: str, area: str, at: datetime) -> str:
    """The area of the nearest desk with this capability; the county's when nobody holds it."""
    above = [area[:length] for length in (15, 12, 9, 6, 4) if length <= len(area)]
    found = (
        GrantRow.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=at),
            post__in=capabilities()[capability].posts,
            sees="area",
            area__in=above,
            valid_from__lte=at,
        )
        .order_by(Length("area").desc())
        .values_list("area", flat=True)
        .first()
    )
    return found or area[:6]


def desk(area: str) -> str:
    """The holder key of whoever is posted at exactly this area."""
    return f"desk:{area}"
