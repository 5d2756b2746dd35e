"""For developers and the curious: every standard by which public facts leave, and how to use Open311."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lifang.cases.catalogue import policy
from lifang.core.config import config
from lifang.core.site import site


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All of them on one page."""
    return render(request, "cases/open/home.html", {"origin": config().origin})


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
