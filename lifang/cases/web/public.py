"""What anybody may see of cases: the list, the map, one case. No person, no photo, no words of a resident."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from lifang.cases import selectors
from lifang.cases.catalogue import MAJORS, MATTERS, OUTCOMES
from lifang.cases.models import Case
from lifang.cases.terms import CLOSED, OPEN
from lifang.cases.web import plain
from lifang.cases.web.open import feeds_of
from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.geo.divisions import Level
from lifang.core.site import site
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.orgs import selectors as orgs

MOST_POINTS = 400
EXACT = 4  # decimals of a public point: some ten metres


def _url(case: Case) -> str:
    return reverse("cases:public_case", args=[case.number])


def _of_majors(rows: Any, majors: list[str]) -> Any:
    return rows.filter(matter__in=[matter.key for matter in MATTERS if matter.major in majors])


def _of_states(rows: Any, chosen: list[str]) -> Any:
    states = [*(OPEN if "open" in chosen else ()), *(CLOSED if "closed" in chosen else ())]
    return rows.filter(state__in=states)


def _streets(actor: Actor) -> dict[str, str]:
    rows = orgs.divisions(actor, within=site().county, level=Level.STREET)
    return {row.code: row.shown for row in rows}


class PublicTable(Table):
    """The public list; its search looks at number and place, never at what somebody wrote."""

    title = Column(_("Matter"), value=lambda case: case.title, link=_url, wide=True)
    place = Column(_("Place"), value=plain.place_of)
    state = Column(_("State"), cell="state", value=plain.chip_of, sort="state")
    opened_at = Column(_("Reported on"), cell="time", sort="opened_at")
    reports = Column(_("Neighbours"), cell="number", sort="reports", shown=False)
    number = Column(_("Number"), link=_url, sort="number", shown=False)
    closed_at = Column(_("Closed on"), cell="time", sort="closed_at", shown=False)

    key = "public-cases"
    search = ("number", "place")
    private = (
        True  # people type names and telephones all the same: they stay out of addresses and logs
    )
    filters = (
        Choice("state", _("State"), {"open": _("Not closed yet"), "closed": _("Closed")}, apply=_of_states),
        Choice("major", _("Kind"), lambda actor: {m.key: m.name for m in MAJORS}, apply=_of_majors),
        Choice("street", _("Street office"), _streets, apply=lambda rows, codes: rows.filter(_in(codes))),
        Period("opened_at", _("Reported on")),
    )  # fmt: skip
    order = "-opened_at"
    per_page = 20
    empty = Empty(
        _("Nothing was reported here yet."),
        _("Accepted reports appear here by themselves, without the names of those who sent them."),
        act=(_("Report a trouble"), "cases:report"),
        icon="leaf",
    )


def _in(codes: list[str]) -> Any:
    from lifang.core.access.scope import within  # noqa: PLC0415 -- beside its only use

    found = within(codes[0])
    for area in codes[1:]:
        found |= within(area)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def cases(request: HttpRequest) -> HttpResponseBase:
    """Everything that was accepted, as a list with its map."""
    area, actor = _area(request), request.actor  # type: ignore[attr-defined]
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        table = PublicTable(request, selectors.public_cases(actor, area).select_related("lead"))
        if table.query.get("export") == "csv":
            return _whole(table.response("cases/public/cases.html"))
        facts = {
            "map": map_of(actor, area, request.GET.urlencode()),
            "place": orgs.place_name(area, 2) if area else "",
            "area": area,
            "feeds": feeds_of(area),
        }
        return table.response("cases/public/cases.html", facts)


def _whole(response: Any) -> HttpResponse:
    """Read a stream to its end while the wall still stands where it must."""
    whole = HttpResponse(
        b"".join(response.streaming_content), content_type=response["Content-Type"]
    )
    whole["Content-Disposition"] = response["Content-Disposition"]
    return whole


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """The list as points of a map, the newest first."""
    area = _area(request)
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        table = PublicTable(request, selectors.public_cases(request.actor, area))  # type: ignore[attr-defined]
        rows = table.rows.filter(lon__isnull=False).order_by("-opened_at", "-pk")[:MOST_POINTS]
        features = [_feature(case, i) for i, case in enumerate(rows, 1)]
    found = {"type": "FeatureCollection", "features": features}
    return HttpResponse(msgspec.json.encode(found), content_type="application/geo+json")


def _feature(case: Case, number: int) -> dict[str, Any]:
    chip = plain.chip_of(case)
    assert case.lon is not None  # noqa: S101 -- asked for
    assert case.lat is not None  # noqa: S101 -- together with lon
    return {
        "type": "Feature",
        "geometry": {
            "type": "Point",
            "coordinates": [round(case.lon, EXACT), round(case.lat, EXACT)],
        },
        "properties": {
            "id": case.number,
            "number": str(number),
            "name": str(case.title),
            "note": str(chip.label),
            "state": chip.kind,
            "url": _url(case),
        },
    }


@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One public case by its number."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.public_by_number(actor, number)
    with behind(SYSTEM):  # public steps of a public case
        told = selectors.story(actor, found, public=True)
    spot = None
    if found.lon is not None and found.lat is not None:
        areas = f"{reverse('orgs:shapes', args=[found.area[:12]])}?level=15"
        feature = _feature(found, 1)
        feature["properties"].pop("url")
        centre = feature["geometry"]["coordinates"]
        points = {"type": "FeatureCollection", "features": [feature]}
        spot = {"areas": areas, "points": points, "centre": centre, "zoom": 16}
    facts = {
        "case": found,
        "chip": plain.chip_of(found),
        "place": plain.place_of(found),
        "handler": plain.handler_of(found),
        "outcome": OUTCOMES[found.outcome].name if found.outcome else "",
        "entries": plain.entries(told),
        "map": spot,
        "asked": number,
    }
    return render(request, "cases/public/case.html", facts)


def map_of(actor: Actor, area: str = "", query: str = "") -> dict[str, Any]:
    """A map of an area (the county, unless named) with its public cases."""
    code = area or site().county
    level = next((int(level) for level in (12, 15) if level > len(code)), 15)
    props: dict[str, Any] = {
        "areas": f"{reverse('orgs:shapes', args=[code])}?level={level}",
        "points": f"{reverse('cases:public_points')}?{query or f'area={area}'}",
        "link": True,
    }
    found = orgs.divisions(actor, within=code, level=len(code)).filter(pk=code).first()
    if found is not None and found.bounds:
        props["bounds"] = found.bounds
    return props


def _area(request: HttpRequest) -> str:
    asked = request.GET.get("area", "")
    return asked if asked.isascii() and asked.isdigit() and len(asked) in (6, 9, 12, 15) else ""
