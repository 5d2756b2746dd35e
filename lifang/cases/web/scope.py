"""The breadcrumb of the desk: whose cases one looks at, and the switch to a part of them."""

from django.http import HttpRequest
from django.urls import reverse

from lifang.core.access import Actor, Kind
from lifang.core.geo.divisions import Level, ancestors, level_below
from lifang.core.web.nav import Link, ScopeBar, scope_source
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import home_of


@scope_source
def looked_at(request: HttpRequest) -> ScopeBar | None:
    """Only for those who see by area; a unit sees what it was given, wherever that lies."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind is not Kind.STAFF or not _by_area(actor):
        return None
    home = home_of(actor)
    asked = request.GET.get("area", "")
    here = asked if asked.isascii() and asked.isdigit() and asked.startswith(home) else home
    path = [code for code in (*ancestors(here), here) if len(code) >= Level.COUNTY]
    parts = [code for code in orgs.codes_inside(here, level_below(here)) if code != here]
    names = orgs.names_of({*path, *parts}, 1)
    above = [code for code in path if len(home) <= len(code) < len(here)]
    base = _list(request)
    return ScopeBar(
        [Link(names[code], _of(base, code, home)) for code in path],
        [
            Link(names[code], _of(base, code, home), here=code == here)
            for code in (*above, here, *parts)
        ],
    )


def _by_area(actor: Actor) -> bool:
    return any(
        grant.sees == "area" and grant.area and "cases.see" in grant.capabilities
        for grant in actor.grants
    )


def _list(request: HttpRequest) -> str:
    """The same way of looking, if the page is one of cases; else their list."""
    ways = {reverse(f"cases:{name}") for name in ("list", "board", "map")}
    return request.path if request.path in ways else reverse("cases:list")


def _of(base: str, area: str, home: str) -> str:
    return base if area == home else f"{base}?area={area}"
