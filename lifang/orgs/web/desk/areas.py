"""The tree of areas and their outlines."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lifang.core.access import Actor, Kind
from lifang.core.access.refusal import Refused
from lifang.core.geo.divisions import Level, ancestors
from lifang.core.geo.shapes import geometry_of
from lifang.core.sheets.reading import cells
from lifang.core.site import site
from lifang.core.web.htmx import page
from lifang.core.web.views import only
from lifang.orgs import actions, rules, selectors
from lifang.orgs.catalogue import GRID_KINDS
from lifang.orgs.models import Division
from lifang.orgs.terms import LEVELS
from lifang.orgs.web import forms
from lifang.orgs.web.tables import AreaTable

F = TypeVar("F", bound=Callable[..., Any])


def staff(view: F) -> F:
    """A page of the desk."""
    return cast("F", only(Kind.STAFF)(view))


def may(actor: Actor, area: str, *capabilities: str) -> dict[str, bool]:
    """What the page may offer here, by the last word of the capability."""
    return {name.rpartition(".")[2]: actor.may(name, area) for name in capabilities}


@require_GET
@staff
def areas(request: HttpRequest) -> HttpResponseBase:
    code = selectors.home_of(request.actor)  # type: ignore[attr-defined]
    if selectors.divisions(request.actor).filter(pk=code).exists():  # type: ignore[attr-defined]
        return area(request, code)
    return page(
        request,
        "orgs/areas_none.html",
        {"code": code, "may": may(request.actor, code, "orgs.import_divisions")},  # type: ignore[attr-defined]
    )


@require_GET
@staff
def area(request: HttpRequest, code: str) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    division = selectors.division(actor, code)
    parts = selectors.children(actor, code).annotate(
        part_count=Count("parts", filter=Q(parts__valid_to__isnull=True))
    )
    table = AreaTable(request, parts)
    return table.response("orgs/area.html", {**_shown(actor, division), "division": division})


def _shown(actor: Actor, division: Division) -> dict[str, Any]:
    code = division.code
    fit = selectors.fit_of(actor, code)
    return {
        "crumbs": _crumbs(actor, code),
        "fit": fit,
        "fit_names": _fit_names(fit),
        "gap_square_metres": round(sum(gap.square_metres for gap in fit.gaps)),
        "map": map_props(division),
        "square_metres": round(division.square_metres or 0),
        "workers": selectors.grid_workers(code) if division.level == Level.GRID else [],
        "kind_note": getattr(GRID_KINDS.get(division.kind), "note", None),
        "part_level": _part_level(division),
        "may": may(
            actor,
            code,
            "orgs.import_divisions",
            "orgs.add_division",
            "orgs.draw",
            "orgs.draw_all",
            "orgs.retire_division",
        ),
        "successor": division.successor,
    }


def _fit_names(fit: Any) -> list[tuple[str, int, bool]]:
    """What overlaps and what sticks out, by the names of the areas."""
    patches = (*fit.overlaps, *fit.outside)
    known = selectors.names_of({code for patch in patches for code in patch.codes}, 1)
    return [
        (
            " × ".join(known[code] for code in patch.codes),
            round(patch.square_metres),
            len(patch.codes) > 1,
        )
        for patch in patches
    ]


def _part_level(division: Division) -> str:
    level = next((level for level in LEVELS if level > division.level), None)
    return str(LEVELS[level][1]) if level else ""


def _crumbs(actor: Actor, code: str) -> list[Division]:
    return list(selectors.divisions(actor, abolished=True).filter(pk__in=ancestors(code)))


def map_props(division: Division) -> dict[str, Any]:
    """The map of an area: its parts, or itself when it is the smallest."""
    level = next((int(level) for level in LEVELS if level > division.level), int(Level.GRID))
    url = reverse("orgs:shapes", args=[division.code])
    props: dict[str, Any] = {"areas": f"{url}?level={level}&desk=1", "link": True, "tall": True}
    if division.bounds:
        props["bounds"] = division.bounds
    return props


@staff
def parts(request: HttpRequest, code: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    parent = selectors.division(actor, code)
    level = next((int(level) for level in LEVELS if level > parent.level), None)
    if level is None:
        raise Refused("not_found")
    form = forms.PartForm(request.POST or None, level=level)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            made = actions.add_division(
                actor=actor,
                parent=parent,
                at=request.at,  # type: ignore[attr-defined]
                **form.cleaned_data,  # type: ignore[attr-defined]
            )
            messages.success(request, _("%(name)s was added.") % {"name": made.shown})
            if actor.may("orgs.draw", made.code):
                return redirect("orgs:outline", made.code)
            return redirect("orgs:area", code)
    context = {
        "heading": _("Add a part"),
        "form": form,
        "division": parent,
        "crumbs": [*_crumbs(actor, code), parent],
        "button": _("Add and draw") if actor.may("orgs.draw", code) else _("Add"),
    }
    return page(request, "orgs/form.html", context)


@staff
def outline(request: HttpRequest, code: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    division = selectors.division(actor, code)
    shape = selectors.shape_of(actor, code)
    drawn = "" if shape is None else msgspec.json.encode(geometry_of(shape)).decode()
    form = forms.OutlineForm(request.POST or None, initial={"outline": drawn})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            written = form.cleaned_data["outline"].strip()
            actions.draw(
                actor=actor,
                division=division,
                outline=written or None,
                at=request.at,  # type: ignore[attr-defined]
            )
            messages.success(request, _("The outline was saved."))
            return redirect("orgs:area", code)
    around = selectors.division(actor, division.parent_id) if division.parent_id else division
    neighbours = reverse("orgs:shapes", args=[around.code]) + f"?level={division.level}&but={code}"
    props: dict[str, Any] = {
        "field": "id_outline",
        "neighbours": neighbours,
        "faults": reverse("orgs:faults", args=[around.code]),
    }
    bounds = division.bounds or around.bounds
    if bounds:
        props["bounds"] = bounds
    else:
        props["centre"] = list(site().centre)
    context = {
        "form": form,
        "division": division,
        "editor": props,
        "crumbs": [*_crumbs(actor, code), division],
        "may": may(actor, code, "orgs.draw"),
    }
    return page(request, "orgs/outline.html", context)


@staff
def outlines(request: HttpRequest, code: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    division = selectors.division(actor, code)
    form = forms.FileForm(request.POST or None, request.FILES or None)
    form.fields["file"].help_text = _(
        "A GeoJSON collection; each shape carries the code of its area in the property “code”."
    )
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            drawn = actions.draw_all(
                actor=actor,
                within=division,
                outlines=form.content(),
                at=request.at,  # type: ignore[attr-defined]
            )
            messages.success(request, _("%(count)d outlines were saved.") % {"count": len(drawn)})
            return redirect("orgs:area", code)
    context = {
        "heading": _("Outlines from a file"),
        "form": form,
        "division": division,
        "crumbs": [*_crumbs(actor, code), division],
        "button": _("Upload and save"),
        "upload": True,
    }
    return page(request, "orgs/form.html", context)


@staff
def takeover(request: HttpRequest, code: str) -> HttpResponse:
    """Import a published list into a city or county, which may not exist yet."""
    actor = request.actor  # type: ignore[attr-defined]
    form = forms.ListForm(request.POST or None, request.FILES or None)
    form.fields["file"].help_text = _(
        "CSV or XLSX with the columns code and name; at most 20,000 rows."
    )
    faults: list[tuple[int, str]] = []
    report = None
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            rows = rules.rows_of(cells(form.content()), ("code", "name"))
            found = rules.plan_import(rows, code)[1]
            # Row 1 of the file is its head.
            faults = [(number + 1, str(refusal)) for number, refusal in found[:100]]
            if not faults:
                report = actions.import_divisions(
                    actor=actor,
                    rows=rows,
                    root=code,
                    whole=form.cleaned_data["whole"],
                    at=request.at,  # type: ignore[attr-defined]
                )
    context = {
        "form": form,
        "faults": faults,
        "report": report,
        "kept": sorted(selectors.names_of(report.kept).items()) if report else [],
        "code": code,
        "may": may(actor, code, "orgs.import_divisions"),
    }
    return page(request, "orgs/takeover.html", context)


@staff
def retirement(request: HttpRequest, code: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    division = selectors.division(actor, code)
    form = forms.RetireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            successor = form.cleaned_data["successor"]
            actions.retire_division(
                actor=actor,
                division=division,
                successor=selectors.division(actor, successor) if successor else None,
                at=request.at,  # type: ignore[attr-defined]
            )
            messages.success(request, _("%(name)s was abolished.") % {"name": division.shown})
            return redirect("orgs:area", division.parent_id or code)
    siblings = selectors.divisions(actor, level=division.level).filter(parent_id=division.parent_id)
    context = {
        "heading": _("Abolish %(name)s") % {"name": division.shown},
        "form": form,
        "division": division,
        "areas": [row for row in siblings if row.code != code],
        "crumbs": [*_crumbs(actor, code), division],
        "button": _("Abolish"),
        "danger": True,
        "consequence": _(
            "Nothing is deleted: what happened here keeps its place. No new case, unit or posting can lie here."
        ),
    }
    return page(request, "orgs/form.html", context)
