"""Doors beside the report: where it begins, the photos of a draft, the name of a point."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lifang.cases import selectors
from lifang.cases.catalogue import MATTERS
from lifang.cases.web.report import ReportWizard
from lifang.cases.web.report_forms import BORDER, name_at
from lifang.cases.web.report_pages import distance, on_earth
from lifang.core.access import Actor, Refused
from lifang.core.files.store import unstash
from lifang.orgs import selectors as orgs


@require_GET
def start(request: HttpRequest) -> HttpResponseBase:
    """Begin, or go on; `?matter=` comes from the search and answers that question."""
    key = request.GET.get("matter", "")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if key in MATTERS and MATTERS[key] in selectors.matters(actor):
        wizard = ReportWizard()
        answers = wizard.answers(request)
        told = {"matter": key, "text": answers.get("matter", {}).get("text", "")}
        wizard.store(request, {**answers, "matter": told})
    return ReportWizard.start(request)


@require_GET
def photo(request: HttpRequest, index: int) -> HttpResponse:
    """A photo of the draft, as it will be sent; only to the browser that took it."""
    answers = ReportWizard().answers(request)
    words = answers.get("photo", {}).get("words", [])
    if index >= len(words):
        raise Http404
    try:
        found = unstash(words[index], request.at)  # type: ignore[attr-defined]
    except Refused:
        raise Http404 from None
    return HttpResponse(
        found.thumb, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"}
    )


@require_GET
def here(request: HttpRequest) -> HttpResponse:
    """What a point of the map is called, and whether it is far from the photo: asked while the map moves."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    point = _point(request.GET.get("lon", ""), request.GET.get("lat", ""))
    answers = ReportWizard().answers(request)
    area = orgs.locate(*point, BORDER) if point else None
    facts = {
        "point": point,
        "inside": area is not None,
        "area": orgs.place_name(area, 2) if area else "",
        "named": name_at(actor, *point) if point and area else "",
        "apart": distance(answers, *point) if point else None,
    }
    return render(request, "cases/public/report_here.html", facts)


def _point(lon: str, lat: str) -> tuple[float, float] | None:
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return None
    return (x, y) if on_earth(x, y) else None
