"""What everybody may see: my community, and the shapes of maps."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Kind, Refused
from lifang.core.geo.divisions import Level
from lifang.core.site import site
from lifang.core.web import private
from lifang.core.web.htmx import page
from lifang.core.web.views import only
from lifang.orgs import selectors
from lifang.orgs.terms import LEVELS
from lifang.orgs.web.tables import kind_name

GEOJSON = "application/geo+json"
# The offices a resident would call, the nearest first; a department is asked through them.
OFFICES = ("community_committee", "property_company", "street_office", "hotline_12345")


@require_http_methods(["GET", "POST"])
def communities(request: HttpRequest) -> HttpResponse:
    """Find my community. Words are posted and stay out of the address."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = private.asked(request, 80)
    if asked.away:
        return HttpResponseRedirect(asked.away)
    text = asked.text
    county = site().county
    rows = selectors.divisions(actor, within=county).filter(
        level__in=(Level.STREET, Level.COMMUNITY)
    )
    streets: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.level == Level.STREET:
            streets[row.code] = {"street": row, "communities": []}
        elif row.parent_id in streets and (not text or text in row.name or text in row.name_en):
            streets[row.parent_id]["communities"].append(row)
    shown = [found for found in streets.values() if found["communities"]]
    return page(request, "orgs/communities.html", {"streets": shown, "text": text})


@require_GET
def community(request: HttpRequest, code: str) -> HttpResponse:
    """My community: its grids on the map, and whom to call."""
    actor = request.actor  # type: ignore[attr-defined]
    division = selectors.division(actor, code)
    if division.level < Level.STREET:
        raise Refused("not_found")
    offices = [
        (unit, kind_name(unit.kind))
        for unit in selectors.units_serving(actor, code)
        if unit.kind in OFFICES
    ]
    offices.sort(key=lambda pair: OFFICES.index(pair[0].kind))
    level = next((int(level) for level in LEVELS if level > division.level), int(Level.GRID))
    props: dict[str, Any] = {
        "areas": reverse("orgs:shapes", args=[code]) + f"?level={level}",
        "link": True,
    }
    if division.bounds:
        props["bounds"] = division.bounds
    context = {
        "division": division,
        "place": selectors.place_name(code),
        "parts": list(selectors.children(actor, code)),
        "offices": offices,
        "map": props,
        "successor": division.successor,
    }
    return page(request, "orgs/community.html", context)


@require_GET
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """The areas of a level inside an area, as GeoJSON; `?level=`, `?but=` leaves one out, `?download=1` is a file."""
    actor = request.actor  # type: ignore[attr-defined]
    if not (code.isascii() and code.isdigit() and len(code) in LEVELS):
        raise Refused("not_found")
    level = _level(request.GET.get("level", ""), code)
    desk, but = request.GET.get("desk") == "1", request.GET.get("but", "")
    tag = f'"{selectors.revision()}-{level}-{get_language()}-{int(desk)}-{but[:15] if but.isdigit() else ""}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    found = selectors.shapes(actor, code, level)
    found["features"] = [one for one in found["features"] if one["id"] != but]
    for one in found["features"]:
        place = one["properties"]["code"]
        one["properties"]["url"] = reverse("orgs:area" if desk else "orgs:community", args=[place])
    return _geojson(found, tag, f"{code}-{level}" if request.GET.get("download") else "")


def _level(given: str, code: str) -> int:
    wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 3 else 0
    if wanted in LEVELS:
        return wanted
    return next((int(level) for level in LEVELS if level > len(code)), int(Level.GRID))


def _geojson(found: dict[str, Any], tag: str, name: str) -> HttpResponse:
    answer = HttpResponse(msgspec.json.encode(found), content_type=GEOJSON)
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"  # ask each time; mostly answered in a word
    answer["Vary"] = "Accept-Language, Cookie"
    if name:
        answer["Content-Disposition"] = f'attachment; filename="{name}.geojson"'
    return answer


@require_GET
@only(Kind.STAFF)
def faults(request: HttpRequest, code: str) -> HttpResponse:
    """Overlaps, gaps and what sticks out among the parts of an area, as GeoJSON."""
    actor = request.actor  # type: ignore[attr-defined]
    division = selectors.division(actor, code)
    found = selectors.fit_of(actor, division.code).geojson()
    words = {"overlap": _("Overlap"), "gap": _("Gap"), "outside": _("Outside")}
    for one in found["features"]:
        facts = one["properties"]
        facts["name"] = f"{words[facts['kind']]} {facts['square_metres']:.0f} m²"
    return HttpResponse(msgspec.json.encode(found), content_type=GEOJSON)
