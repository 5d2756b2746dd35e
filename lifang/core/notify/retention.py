"""Messages and deliveries whose time is over. Part of the actions of a retention run."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from lifang.core.access import Actor
from lifang.core.notify.models import Delivery, Message
from lifang.core.notify.terms import State
from lifang.core.retention import Shelf, Standing, shelf
from lifang.core.retention.shelves import never

WAITING = (State.QUEUED, State.SENDING)


def messages(system: Actor, before: datetime) -> QuerySet[Any]:
    rows = Message.objects.filter(asked_at__lt=before).exclude(state__in=WAITING)
    return rows.annotate(over=F("asked_at")).order_by("over", "pk")


def deliveries(system: Actor, before: datetime) -> QuerySet[Any]:
    rows = Delivery.objects.filter(asked_at__lt=before).exclude(state__in=WAITING)
    return rows.annotate(over=F("asked_at")).order_by("over", "pk")


def delete_messages(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    Message.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


def delete_deliveries(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


def held(force: Standing) -> Q:
    """Messages of an area under hold, and those to somebody under hold."""
    return force.in_areas() | Q(recipient__in=force.holders)


shelf(
    Shelf("notify.messages", messages, delete_messages, held),
    Shelf("notify.deliveries", deliveries, delete_deliveries, never, area=""),
)
