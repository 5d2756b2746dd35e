"""Samples for the random re-check: what was drawn from what, and what came of it."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lifang.cases.models import Case, Check, Handling, Recheck, Sample
from lifang.cases.terms import CLOSED
from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within


def closed_between(actor: Actor, area: str, start: datetime, end: datetime) -> QuerySet[Case]:
    """The list a sample is drawn from."""
    rows = Case.objects.visible_to(actor).filter(within(area), state__in=CLOSED)
    return rows.filter(closed_at__gte=start, closed_at__lt=end)


def samples(actor: Actor) -> QuerySet[Sample]:
    """Samples of one's areas, the newest first, with how many were looked at and how many agreed."""
    rows = Sample.objects.visible_to(actor).annotate(
        done=Count("rechecks", filter=Q(rechecks__agrees__isnull=False)),
        agreed=Count("rechecks", filter=Q(rechecks__agrees=True)),
    )
    return rows.order_by("-drawn_at", "-pk")


def sample(actor: Actor, pk: UUID) -> Sample:
    """One of them. Raises `Refused("not_found")`."""
    found = samples(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def rechecks(actor: Actor, sample: Sample) -> list[Recheck]:
    """The drawn cases in the order of the draw."""
    rows = Recheck.objects.filter(sample=sample, case__in=Case.objects.visible_to(actor))
    return list(rows.select_related("case", "case__lead", "by").order_by("rank"))


def parts_and_checkers(actor: Actor, case: Case) -> tuple[list[Handling], set[UUID]]:
    """The units' parts in a case, and the accounts that checked it."""
    parts = list(Handling.objects.filter(case=case).select_related("unit"))
    found = Check.objects.filter(case=case, by__isnull=False).values_list("by", flat=True)
    return parts, set(found)
