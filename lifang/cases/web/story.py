"""Cases in the timeline of a place, and of a person."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import CASE
from lifang.core.access import Actor
from lifang.core.web.story import Told, tells
from lifang.registry.selectors import stays

METRES = 60  # from the point of a building


@tells("place", "case", _("Cases"), icon="folders", order=10)
def at_place(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Cases around the point of a place, or of what it stands in: a case has a point, not a door."""
    if actor.may("cases.see"):
        yield from _near(actor, place, since, None, most)


HOMES = 3  # of the newest ones the surroundings are asked for


@tells("person", "case", _("Cases they reported"), icon="folders", order=10)
def of_person(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Cases the person reported or joined, of those whose reporters this reader may reach."""
    if not actor.may("cases.see"):
        return
    rows = selectors.reported_by(actor, person)
    rows = rows.filter(opened_at__gte=since) if since else rows
    for one in rows.order_by("-opened_at", "-id")[:most]:
        if actor.may("cases.contact", one.area):
            yield _told(one)


@tells("person", "near", _("Cases around the home"), icon="map-pin", order=15)
def around_home(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """What was reported around a home while the person lived there."""
    if not actor.may("cases.see"):
        return
    for stay in stays(actor, person)[:HOMES]:
        start = max(stay.since, since) if since else stay.since
        yield from _near(actor, stay.door, start, stay.until, most)


def _near(actor: Actor, place: Any, since: datetime | None, until: datetime | None, most: int) -> Iterator[Told]:  # fmt: skip
    spot = place
    while spot is not None and spot.lon is None:
        spot = spot.parent
    if spot is None:
        return
    rows = selectors.around(actor, spot.lon, spot.lat, METRES)
    rows = rows.filter(opened_at__gte=since) if since else rows
    rows = rows.filter(opened_at__lt=until) if until else rows
    for one in rows.order_by("-opened_at", "-id")[:most]:
        yield _told(one)


def _told(one: Any) -> Told:
    return Told(one.opened_at, one.title, CASE().state[one.state].name, reverse("cases:case", args=[one.pk]))  # fmt: skip
