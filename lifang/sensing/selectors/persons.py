"""Ask what devices told about one person: for the page that is opened for a purpose, never for a list."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from lifang.core.access import Actor
from lifang.registry import selectors as registry
from lifang.sensing.models import Alarm, Vigil
from lifang.sensing.selectors.alarms import alarms
from lifang.sensing.terms import MATCH

if TYPE_CHECKING:
    from lifang.registry.models import Household, Person

HOMES = 10  # the newest ones


def alarms_of_person(actor: Actor, person: "Person") -> QuerySet[Alarm]:
    """About the person where something looked after them, and at a door while they lived behind it. What outside systems told is none of it."""
    records = registry.records_of(actor, person).values("pk")
    subjects = [f"vigil:{pk}" for pk in Vigil.objects.visible_to(actor).filter(person__in=records).values_list("pk", flat=True)]  # fmt: skip
    meant = Q(subject__in=subjects)
    for stay in registry.stays(actor, person)[:HOMES]:
        there = Q(place=stay.door.pk, raised_at__gte=stay.since) & ~Q(subject__startswith="vigil:")
        meant |= there & Q(raised_at__lt=stay.until) if stay.until else there
    return alarms(actor).filter(meant).exclude(rule=MATCH)


def alarms_of_home(actor: Actor, household: "Household") -> QuerySet[Alarm]:
    """At the doors of a household while it lived behind them; nothing about one of its persons."""
    meant = Q(pk__in=[])
    for stay in registry.home_stays(actor, household)[:HOMES]:
        there = Q(place=stay.door.pk, raised_at__gte=stay.since) & ~Q(subject__startswith="vigil:")
        meant |= there & Q(raised_at__lt=stay.until) if stay.until else there
    return alarms(actor).filter(meant).exclude(rule=MATCH)
