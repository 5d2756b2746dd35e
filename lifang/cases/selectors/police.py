"""Ask about cases that a police station answers for."""

from collections import Counter
from datetime import datetime

from django.db.models import Count, QuerySet

from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case
from lifang.cases.selectors.find import cases
from lifang.core.access import Actor
from lifang.core.access.scope import within

KIND = "public_security"


def of_police(actor: Actor, area: str, since: datetime) -> QuerySet[Case]:
    """Those that came since then, of an area the actor sees."""
    return cases(actor).filter(within(area), lead__kind=KIND, opened_at__gte=since)


def by_matter(actor: Actor, rows: QuerySet[Case]) -> list[tuple[str, int]]:
    """How many of each matter there are in rows that the actor sees, the most first, by its name."""
    counted = Counter(dict(rows.order_by().values_list("matter").annotate(n=Count("pk"))))
    return [(str(MATTERS[key].name) if key in MATTERS else key, n) for key, n in counted.most_common()]  # fmt: skip
