"""Which cases are over for so long that nobody's name, words or photos are needed any more."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from lifang.cases.models import Case, Reporter
from lifang.cases.terms import CLOSED, State
from lifang.core.access import Actor
from lifang.core.files.models import Attachment
from lifang.core.retention import Standing

ENDED = (State.MERGED, State.VOID, State.REFUSED)


def over(system: Actor, before: datetime) -> QuerySet[Any]:
    """Cases closed, refused, merged or voided before then, the longest over first."""
    closed = Q(state__in=CLOSED, closed_at__lt=before)
    ended = Q(state__in=ENDED, closed_at=None, state_since__lt=before)
    rows = Case.objects.filter(closed | ended | Q(state=State.ARCHIVED, state_since__lt=before))
    since = Coalesce("closed_at", F("state_since"))
    return rows.annotate(over=since).filter(over__lt=before).order_by("over", "pk")


def told_over(system: Actor, before: datetime) -> QuerySet[Any]:
    """Of these, where somebody's words or name still stand."""
    return over(system, before).filter(anonymised_at=None)


def pictured_over(system: Actor, before: datetime) -> QuerySet[Any]:
    """Of these, where photos or papers still stand."""
    kept = Attachment.objects.filter(subject=OuterRef("pk"), subject_type=Case._meta.label_lower)
    return over(system, before).filter(Exists(kept))


def held(system: Actor, force: Standing) -> Q:
    """Cases under hold, those merged into them, those of an area under hold, those somebody under hold reported."""
    found = force.in_areas() | Q(pk__in=force.of("case")) | Q(merged_into__in=force.of("case"))
    if force.accounts:
        found |= Q(pk__in=Reporter.objects.filter(account__in=force.accounts).values("case"))
    return found
