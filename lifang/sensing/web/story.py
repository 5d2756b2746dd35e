"""Alarms in the timeline of a place and of a person."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.web.story import Told, tells
from lifang.registry.selectors import inside
from lifang.sensing import selectors
from lifang.sensing.catalogue import RULES
from lifang.sensing.models import Alarm


@tells("place", "alarm", _("Alarms"), icon="bell", order=15)
def at_place(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Alarms of devices that stand there, whether told, shelved or folded."""
    if not actor.may("sensing.acknowledge"):
        return
    rows = selectors.alarms(actor).filter(place__in=inside(actor, place).values("pk"))
    rows = rows.filter(raised_at__gte=since) if since else rows
    for one in rows.order_by("-raised_at", "-id")[:most]:
        yield _told(one)


@tells("person", "alarm", _("Alarms at home"), icon="bell", order=18)
def of_person(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Alarms of who was looked after, and of devices behind a door while the person lived there."""
    if not actor.may("sensing.acknowledge"):
        return
    rows = selectors.alarms_of_person(actor, person)
    rows = rows.filter(raised_at__gte=since) if since else rows
    for one in rows.order_by("-raised_at", "-id")[:most]:
        yield _told(one)


@tells("household", "alarm", _("Alarms at home"), icon="bell", order=15)
def of_household(actor: Actor, household: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Alarms of devices behind its door while it lived there; of who is looked after a person's own timeline tells."""
    if not actor.may("sensing.acknowledge"):
        return
    rows = selectors.alarms_of_home(actor, household)
    rows = rows.filter(raised_at__gte=since) if since else rows
    for one in rows.order_by("-raised_at", "-id")[:most]:
        yield _told(one)


def _told(one: Alarm) -> Told:
    what = RULES[one.rule].name if one.rule in RULES else one.rule
    return Told(one.raised_at, what, str(one.device or ""), reverse("sensing:alarm", args=[one.pk]))  # fmt: skip
