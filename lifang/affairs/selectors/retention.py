"""Which applications and visits are over for so long that nobody's papers, words or name are needed any more."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, Greatest

from lifang.affairs.catalogue import MATERIALS
from lifang.affairs.models import (
    Application,
    CallBack,
    HomeVisit,
    Intake,
    Laid,
    Mandate,
    Result,
    Ticket,
    Unanswered,
)
from lifang.affairs.selectors.needs import MONTH
from lifang.affairs.terms import OPEN
from lifang.core.access import Actor
from lifang.core.files.models import Attachment
from lifang.core.retention import Standing
from lifang.core.retention.shelves import any_of
from lifang.registry.selectors import retention as registry

Rows = QuerySet[Any]


def closed(system: Actor, before: datetime) -> Rows:
    """Applications that ended before then, the longest over first."""
    rows = Application.objects.filter(closed_at__lt=before)
    return rows.annotate(over=F("closed_at")).order_by("over", "pk")


def with_files(system: Actor, before: datetime) -> Rows:
    """Of these, where papers still lie that serve nobody: neither as kept with consent, nor to an open application."""
    papers = Attachment.objects.filter(subject=OuterRef("pk"), subject_type=Application._meta.label_lower)  # fmt: skip
    results = Result.objects.filter(application=OuterRef(OuterRef("pk"))).values("file")
    laid = Laid.objects.filter(application=OuterRef("pk")).exclude(files=[])
    serves = Exists(laid.filter(_serves(before)))
    return closed(system, before).filter(
        Exists(papers.exclude(pk__in=results)), ~Q(Q(reuse=True) & serves), ~_leaning()
    )


def _leaning() -> Exists:
    """Does an application that is open stand on a paper of this one?"""
    return Exists(Laid.objects.filter(source__application=OuterRef("pk"), application__state__in=OPEN))  # fmt: skip


def _serves(before: datetime) -> Q:
    """Was it still good to be laid again at that time? By the months of each material."""
    months = {one.key: one.keeps_months for one in MATERIALS if one.keeps_months}
    return any_of(Q(key=key, accepted_at__gte=before - n * MONTH) for key, n in months.items())


def written(system: Actor, before: datetime) -> Rows:
    """Of these, where what was written still stands."""
    return closed(system, before).filter(emptied_at=None)


def named(system: Actor, before: datetime) -> Rows:
    """Of these, where it is still known whose they were, and where no result of them holds."""
    ended = registry.persons_over(system, before).values("pk")
    forever = Q(result__isnull=False, result__holds_until=None, result__revoked_at=None)
    gone = Q(person=None) | Q(person__in=ended) | Q(person__erased_at__isnull=False)
    until = Cast("result__holds_until", DateTimeField())
    rows = Application.objects.filter(~forever | gone, ~_leaning(), closed_at__lt=before, anonymised_at=None)  # fmt: skip
    return rows.annotate(over=Greatest("closed_at", until)).filter(over__lt=before).order_by("over", "pk")  # fmt: skip


def visited(system: Actor, before: datetime) -> Rows:
    """Visits before then, where the visitor is still known, and every matter of which is closed as long."""
    running = Application.objects.filter(intake=OuterRef("pk")).filter(Q(closed_at=None) | Q(closed_at__gte=before))  # fmt: skip
    rows = Intake.objects.filter(~Exists(running), anonymised_at=None)
    told = rows.annotate(over=Coalesce("ended_at", "begun_at"))
    return told.filter(over__lt=before).order_by("over", "pk")


def held(system: Actor, force: Standing) -> Q:
    """Applications of people and areas under hold, and those that an account under hold made."""
    named = Q(pk__in=force.of("application")) | Q(account__in=force.accounts)
    return _concerns(system, force) | named


def held_visits(system: Actor, force: Standing) -> Q:
    named = Application.objects.filter(pk__in=force.of("application")).values("intake")
    return _concerns(system, force) | Q(pk__in=named)


def _concerns(system: Actor, force: Standing) -> Q:
    found = registry.held_by(system, force, "person")
    return found | Q(holders__overlap=force.holders) if force.holders else found


def tickets(system: Actor, before: datetime) -> Rows:
    """Tickets whose day was before then."""
    rows = Ticket.objects.filter(day__lt=before.date())
    return rows.annotate(over=Cast("day", DateTimeField())).order_by("over", "pk")


def held_plain(system: Actor, force: Standing) -> Q:
    return any_of([Q(holders__overlap=force.holders)] if force.holders else [])


def questions(system: Actor, before: datetime) -> Rows:
    """Questions without an answer that nobody asked since."""
    rows = Unanswered.objects.filter(last_at__lt=before)
    return rows.annotate(over=F("last_at")).order_by("over", "pk")


def callbacks(system: Actor, before: datetime) -> Rows:
    """Calls that were made before then, whose words still stand."""
    rows = CallBack.objects.filter(closed_at__lt=before, emptied_at=None)
    return rows.annotate(over=F("closed_at")).order_by("over", "pk")


def mandates(system: Actor, before: datetime) -> Rows:
    """Authorities that ended before then, and under which nothing is open or younger."""
    later = Application.objects.filter(Q(closed_at=None) | Q(closed_at__gte=before), mandate=OuterRef("pk"))  # fmt: skip
    rows = Mandate.objects.filter(~Exists(later)).annotate(over=Coalesce("ended_at", Cast("until", DateTimeField())))  # fmt: skip
    return rows.filter(over__lt=before).order_by("over", "pk")


def held_mandates(system: Actor, force: Standing) -> Q:
    """Of people under hold, on either side."""
    found = registry.held_by(system, force, "principal") | registry.held_by(system, force, "agent")
    return found | Q(holders__overlap=force.holders) if force.holders else found


def home_visits(system: Actor, before: datetime) -> Rows:
    """Visits to homes that ended before then, where it is still known whose."""
    rows = HomeVisit.objects.filter(closed_at__lt=before, emptied_at=None)
    return rows.annotate(over=F("closed_at")).order_by("over", "pk")


def held_home_visits(system: Actor, force: Standing) -> Q:
    return _concerns(system, force)
