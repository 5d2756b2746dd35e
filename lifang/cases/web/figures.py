"""`/desk/figures`: the rates of an area and a period; every number opens the list of exactly its cases."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.cases.catalogue import INDICATORS, MATTERS, SOURCES, Indicator
from lifang.cases.selectors import figures as asked
from lifang.cases.selectors.figures import Part, Rate
from lifang.cases.selectors.measures import MEASURES, Frame, measured
from lifang.cases.web.frames import Framed, framed
from lifang.cases.web.tables import CaseTable
from lifang.core.access import Actor, Kind, Refused
from lifang.core.web.htmx import page
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs

FIRST = ("closing_rate", "on_time_closing_rate", "rework_rate", "recurrence_rate")
MOST = 20  # lines of a comparison; the rest is in the lists


def reader(request: HttpRequest) -> Actor:
    """The actor: whoever sees no case is shown figures of none."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_GET
@only(Kind.STAFF)
def figures(request: HttpRequest) -> HttpResponse:
    actor = reader(request)
    look = framed(request)
    lines = [line(look, one) for one in asked.rates(actor, look.frame)]
    chosen = INDICATORS.get(request.GET.get("rate", "")) or INDICATORS[FIRST[0]]
    tops = {key: next(one for one in lines if one["key"] == key) for key in FIRST}
    context = {
        "look": look,
        "lines": lines,
        "tops": tops.values(),
        "chosen": next(one for one in lines if one["key"] == chosen.key),
        "views": views_of(actor, look, chosen),
        "trend": _trend(actor, look.frame, chosen),
        "bulletin": f"{reverse('cases:bulletin')}?{look.query()}",
        "patterns": f"{reverse('cases:patterns')}?{look.query()}",
        "steps": f"{reverse('cases:steps')}?{look.query()}",
        "unconfirmed": any(not one["confirmed"] for one in lines),
    }
    return page(request, "cases/desk/figures.html", context)


def line(look: Framed, rate: Rate) -> dict[str, Any]:
    """One indicator as pages and papers show it."""
    one = rate.indicator
    return {
        "key": one.key,
        "name": one.name,
        "note": one.note,
        "better": one.better,
        "confirmed": one.confirmed,
        "source": one.source,
        "url": f"{reverse('cases:figures')}?{look.query(rate=one.key)}#chosen",
        **_counts(look, one, rate),
    }


def _counts(look: Framed, one: Indicator, counted: Rate | Part, **narrower: str) -> dict[str, Any]:
    """Both counts with their lists, and the share in words."""
    return {
        "numerator": counted.numerator,
        "numerator_name": one.numerator.name,
        "numerator_url": listed(look, one.numerator.measure, **narrower),
        "denominator": counted.denominator,
        "denominator_name": one.denominator.name,
        "denominator_url": listed(look, one.denominator.measure, **narrower),
        "part": counted.share,
        "share": said(counted.share),
        "fraction": _("%(some)s of %(all)s")
        % {"some": f"{counted.numerator:,}", "all": f"{counted.denominator:,}"},
    }


def said(share: float | None) -> str:
    """A rate in words: never 0 % or 100 % of nothing."""
    return _("not applicable") if share is None else f"{share:.2%}"


def listed(look: Framed, measure: str, **narrower: str) -> str:
    """Where the cases of a count are listed."""
    return f"{reverse('cases:figure_cases', args=[measure])}?{look.query(**narrower)}"


def views_of(actor: Actor, look: Framed, one: Indicator) -> list[dict[str, Any]]:
    """The chosen indicator compared: by area, unit, matter and source. The worst first."""
    frame = look.frame
    areas = asked.by_part(actor, frame, one)
    units = asked.by_unit(actor, frame, one)
    places = orgs.names_of([part.key for part in areas], 1)
    names = asked.unit_names(actor, [part.key for part in units])
    matters = {key.key: str(key.name) for key in MATTERS}
    sources = {key.key: str(key.name) for key in SOURCES}
    found = [
        ("area", _("By area"), areas, "place", places),
        ("unit", _("By unit"), units, "office", names),
        ("matter", _("By matter"), asked.by_matter(actor, frame, one), "about", matters),
        ("source", _("By source"), asked.by_source(actor, frame, one), "through", sources),
    ]
    return [
        {
            "key": key,
            "heading": heading,
            "rows": [
                _part(look, one, part, names_, field)
                for part in asked.ranked(parts, one.better, MOST)
            ],
            "more": max(0, len(parts) - MOST),
        }
        for key, heading, parts, field, names_ in found
        if parts and key in one.views
    ]


def _part(
    look: Framed, one: Indicator, part: Part, names: dict[str, str], field: str
) -> dict[str, Any]:
    narrower = {field: part.key}
    down = f"{reverse('cases:figures')}?{look.query(rate=one.key, **narrower)}"
    return {
        "label": names.get(part.key) or _("elsewhere"),
        "url": down,
        **_counts(look, one, part, **narrower),
    }


def _trend(actor: Actor, frame: Frame, one: Indicator) -> dict[str, Any] | None:
    """The chosen indicator in the stretches of the period, in percent; a stretch without cases is a gap."""
    points = asked.over_time(actor, frame, one)
    if len(points) < 2:
        return None
    values = [None if part.share is None else round(part.share * 100, 2) for _start, part in points]
    labels = [date_format(start, "n-j") for start, _part_ in points]
    return {"series": [(str(one.name), values)], "labels": labels}


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def figure_cases(request: HttpRequest, measure: str) -> HttpResponseBase:
    """Exactly the cases that a number counts, as a table to search, narrow and export."""
    actor = reader(request)
    if measure not in MEASURES:
        raise Refused("not_found")
    look = framed(request)
    table = CaseTable(request, measured(actor, look.frame, measure))
    names = {
        one.measure: one.name
        for indicator in INDICATORS
        for one in (indicator.numerator, indicator.denominator)
    }
    context = {
        "table": table,
        "look": look,
        "measure": names[measure],
        "back": f"{reverse('cases:figures')}?{look.query()}",
    }
    return table.response("cases/desk/figure_cases.html", context)
