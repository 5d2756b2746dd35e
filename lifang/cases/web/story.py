"""Cases in the timeline of a place and of a person, and in the phases of an area."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import CASE
from lifang.core.access import Actor
from lifang.core.access.scope import within
from lifang.core.web.story import Figure, Told, counts, tells
from lifang.registry.selectors import Span, counted, home_stays, stays

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


@tells("household", "near", _("Cases around the home"), icon="map-pin", order=10)
def around_household(actor: Actor, household: Any, since: datetime | None, most: int) -> Iterator[Told]:  # fmt: skip
    """What was reported around its door while the household lived there."""
    if not actor.may("cases.see"):
        return
    for stay in home_stays(actor, household)[:HOMES]:
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


@counts("area", 10)
def in_phases(actor: Actor, area: str, over: Sequence[Span]) -> list[Figure]:
    """Cases reported in each phase, and how many a month; one query for all of them."""
    rows = selectors.cases(actor).filter(within(area)).order_by()
    found = counted(actor, rows, "opened_at", over) if actor.may("cases.see") else [0] * len(over)
    return [
        Figure(_("Cases, a month"), _a_month(n, one), _listed(area, one) if n else "")
        for n, one in zip(found, over, strict=True)
    ]


def _a_month(n: int, one: Span) -> str:
    """A number of cases, and of a phase of a month or longer how many a month."""
    return f"{n:,} · {n / one.months:.1f}" if one.months >= 1 else f"{n:,}"


def _listed(area: str, one: Span) -> str:
    """Their list, as far back as lists of figures go."""
    first = max(localtime(one.start).date(), date(2000, 1, 1))
    last = localtime(one.end - timedelta(seconds=1)).date()
    query = urlencode({"place": area, "from": first.isoformat(), "to": last.isoformat()})
    return f"{reverse('cases:figure_cases', args=['reported'])}?{query}"
