"""What is over for so long that nobody's words, telephone or name are needed any more."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, F, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, Least

from lifang.core.access import Actor
from lifang.core.retention import Standing
from lifang.living.models import (
    Bill,
    Booking,
    Deed,
    Neighbour,
    Order,
    Parcel,
    Pass,
    Passage,
    Permit,
    Repair,
    Shop,
)
from lifang.registry.selectors import retention as registry

Rows = QuerySet[Any]


def ended_repairs(system: Actor, before: datetime) -> Rows:
    """Ended before then, where it is still known whose they were."""
    rows = Repair.objects.filter(Q(account__isnull=False) | Q(telephone__isnull=False) | ~Q(text=""), ended_at__lt=before)  # fmt: skip
    return rows.annotate(over=F("ended_at")).order_by("over", "pk")


def left_parcels(system: Actor, before: datetime) -> Rows:
    """Handed over or sent back before then, where it is still known whose they were."""
    rows = Parcel.objects.filter(ended_at__lt=before).exclude(dwelling=None)
    return rows.annotate(over=F("ended_at")).order_by("over", "pk")


def ended_neighbours(system: Actor, before: datetime) -> Rows:
    """Ended, or past their last day, before then."""
    rows = Neighbour.objects.annotate(over=Coalesce("ended_at", Cast("until", DateTimeField())))
    return rows.filter(over__lt=before).order_by("over", "pk")


def ended_orders(system: Actor, before: datetime) -> Rows:
    """Ended before then, where it is still known whose they were."""
    rows = Order.objects.filter(Q(account__isnull=False) | Q(telephone__isnull=False) | ~Q(address="") | ~Q(wish=""), ended_at__lt=before)  # fmt: skip
    return rows.annotate(over=F("ended_at")).order_by("over", "pk")


def ended_shops(system: Actor, before: datetime) -> Rows:
    """Refused, removed or left before then, where it is still known whose they were."""
    rows = Shop.objects.filter(ended_at__lt=before).exclude(account=None)
    return rows.annotate(over=F("ended_at")).order_by("over", "pk")


def held_by_sight(system: Actor, force: Standing) -> Q:
    """Of areas under hold, and of accounts that see them."""
    found = force.in_areas()
    return found | Q(holders__overlap=force.holders) if force.holders else found


def held(system: Actor, force: Standing) -> Q:
    """Of areas and accounts under hold."""
    found = force.in_areas() | Q(account__in=force.accounts)
    return found | Q(holders__overlap=force.holders) if force.holders else found


def old_passages(system: Actor, before: datetime) -> Rows:
    rows = Passage.objects.filter(at__lt=before)
    return rows.annotate(over=F("at")).order_by("over", "pk")


def ended_passes(system: Actor, before: datetime) -> Rows:
    """Past their end, or taken back, before then."""
    rows = Pass.objects.annotate(over=Least("ends_at", Coalesce("revoked_at", "ends_at")))
    return rows.filter(over__lt=before).order_by("over", "pk")


def ended_permits(system: Actor, before: datetime) -> Rows:
    rows = Permit.objects.annotate(over=Coalesce("ended_at", Cast("until", DateTimeField())))
    return rows.filter(over__lt=before).order_by("over", "pk")


def past_bookings(system: Actor, before: datetime) -> Rows:
    """Of times before then, where it is still known whose they were."""
    rows = Booking.objects.filter(slot_at__lt=before).exclude(account=None)
    return rows.annotate(over=F("slot_at")).order_by("over", "pk")


def old_deeds(system: Actor, before: datetime) -> Rows:
    rows = Deed.objects.filter(at__lt=before)
    return rows.annotate(over=F("at")).order_by("over", "pk")


def held_deeds(system: Actor, force: Standing) -> Q:
    """Of people and accounts under hold, on either side."""
    found = registry.held_by(system, force, "person") | registry.held_by(system, force, "agent")
    return found | held(system, force)


def settled_bills(system: Actor, before: datetime) -> Rows:
    """Issued before then and owed no more, where it is still known whose they were."""
    rows = Bill.objects.filter(issued_at__lt=before, paid__gte=F("amount") - F("credited"))
    return rows.exclude(dwelling=None).annotate(over=F("issued_at")).order_by("over", "pk")
