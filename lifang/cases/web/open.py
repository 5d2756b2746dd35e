"""For developers and the curious: every standard by which public facts leave, and how to use Open311."""

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lifang.cases.catalogue import MAJORS, MATTERS, policy
from lifang.core.access import Actor
from lifang.core.config import config
from lifang.core.geo.divisions import Level
from lifang.core.site import site
from lifang.orgs import selectors as orgs

_AREA = re.compile("[0-9]{6}([0-9]{3}){0,3}")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All of them on one page; `?area=` and `?matter=` make the feeds of one area and matter."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    area, matter = request.GET.get("area", ""), request.GET.get("matter", "")
    area = area if _AREA.fullmatch(area) else ""
    matter = matter if matter in MAJORS or (matter in MATTERS and MATTERS[matter].public) else ""
    facts = {
        "origin": config().origin,
        "area": area,
        "matter": matter,
        "streets": _streets(actor),
        "majors": [(major, _matters(major.key)) for major in MAJORS],
        "place": orgs.place_name(area, 2) if area else "",
        "feeds": feeds_of(area, matter),
    }
    return render(request, "cases/open/home.html", facts)


def _matters(major: str) -> list[Any]:
    return [matter for matter in MATTERS if matter.major == major and matter.public]


def _streets(actor: Actor) -> list[tuple[Any, list[Any]]]:
    rows = orgs.divisions(actor, within=site().county).filter(
        level__in=(Level.STREET, Level.COMMUNITY)
    )
    streets: dict[str, tuple[Any, list[Any]]] = {}
    for row in rows:
        if row.level == Level.STREET:
            streets[row.code] = (row, [])
        elif row.parent_id in streets:
            streets[row.parent_id][1].append(row)
    return list(streets.values())


def feeds_of(area: str = "", matter: str = "") -> list[dict[str, str]]:
    """Name, kind and address of each feed of an area and a matter, in the reader's language."""
    english = (get_language() or "zh").startswith("en")
    asked = {"area": area, "matter": matter, "locale": "en" if english else "zh"}
    query = urlencode({name: value for name, value in asked.items() if value})
    kinds = {
        "rss": ("RSS", "application/rss+xml", _("For a feed reader")),
        "atom": ("Atom", "application/atom+xml", _("For a feed reader, with the time of each change")),
        "ics": ("iCalendar", "text/calendar", _("For a calendar: by when open cases should be handled")),
        "geojson": ("GeoJSON", "application/geo+json", _("For a map or a program")),
    }  # fmt: skip
    return [
        {"name": name, "kind": kind, "use": use, "url": f"{reverse('feeds:cases', args=[shape])}?{query}"}
        for shape, (name, kind, use) in kinds.items()
    ]  # fmt: skip


@require_safe
def open311(request: HttpRequest) -> HttpResponse:
    """GeoReport v2 by examples that run."""
    lon, lat = site().centre
    facts = {
        "origin": config().origin,
        "county": site().county,
        "lat": f"{lat:.5f}",
        "long": f"{lon:.5f}",
        "hourly": policy("open311_reports_per_hour"),
    }
    return render(request, "cases/open/open311.html", facts)
