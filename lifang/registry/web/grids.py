"""A grid on one page for whoever takes it over: ten things to know. And how far visits have come, as a map and a table."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.web.forms import Form
from lifang.core.web.panels import panel
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.registry import selectors
from lifang.registry.catalogue import CODES, TAGS
from lifang.registry.selectors import Covered, Profile
from lifang.registry.terms import PLACE_NAMES, PlaceKind
from lifang.registry.web import shown

NEW_FOR = timedelta(days=30)
PERIODS = (30, 90, 180, 365)
LEVELS = (9, 12, 15)
SHOWN_PLACES = (PlaceKind.ESTATE, PlaceKind.BUILDING, PlaceKind.DWELLING, PlaceKind.KEY_PLACE)
Facts = dict[str, Any]


class Thing(NamedTuple):
    """One of the ten: what, how much of it, more of it in words, where its list is."""

    title: Any
    number: Any
    words: list[str]
    url: str = ""
    kind: str = ""


def _n(name: Any, count: int) -> str:
    return f"{name} {count}"


def _list(name: str, area: str, **more: str) -> str:
    query = "&".join(f"{key}={value}" for key, value in {"area": area, **more}.items())
    return f"{reverse(f'registry:{name}')}?{query}"


def ten(found: Profile, area: str) -> list[Thing]:
    """In the order in which a keeper needs them."""
    late, groups = found.late, found.groups
    care = [key for key in groups if TAGS[key].group == "care"]
    places = {str(key): name for key, name in PLACE_NAMES.items()}
    return [
        Thing(_("Who lives here"), found.people[""], [*_named(found.people, dict(CODES["residence"].choices())), _n(_("households"), found.households)], _list("people", area)),
        Thing(_("Whom to visit first"), late[""], [_n(shown.visit_kind(key), n) for key, n in late.items() if key], _list("visits", area, due="late"), "late" if late[""] else ""),
        Thing(_("Who needs care"), sum(groups[key] for key in care), [_n(shown.tag_name(key), groups[key]) for key in care], _list("people", area)),
        Thing(_("What waits to be settled"), found.missed + found.corrections, [_n(_("missed visits"), found.missed), _n(_("corrections to verify"), found.corrections)], reverse("web:desk"), "waiting" if found.missed + found.corrections else ""),
        Thing(_("Registrations that run out"), found.expired + found.expiring, [_n(_("expired"), found.expired), _n(_("soon"), found.expiring)], _list("expiring", area), "late" if found.expired else ""),
        Thing(_("How far visits have come"), found.visited, [_n(_("of households"), found.households), _n(_("never visited"), found.never)], _list("coverage", area)),
        Thing(_("Buildings and key places"), sum(found.places.get(kind, 0) for kind in (PlaceKind.BUILDING, PlaceKind.KEY_PLACE)), [_n(places[key], n) for key in SHOWN_PLACES if (n := found.places.get(key))], _list("places", area)),
        Thing(_("Shops and public facilities"), found.bodies + found.facilities, [_n(_("organisations"), found.bodies), _n(_("facilities"), found.facilities), _n(_("of them not intact"), found.broken)], f"{reverse('registry:things', args=['organisations'])}?area={area}"),
        Thing(_("Who came and went in 30 days"), found.came + found.went, [_n(_("came"), found.came), _n(_("went"), found.went)], _list("people", area)),
        Thing(_("What the register does not know well"), found.no_number + found.no_telephone + found.twice, [_n(_("without a number"), found.no_number), _n(_("without a telephone"), found.no_telephone), _n(_("may stand twice"), found.twice)], reverse("registry:doubles")),
    ]  # fmt: skip


def _named(counts: dict[str, int], names: dict[str, Any]) -> list[str]:
    return [_n(names.get(key, key), n) for key, n in counts.items() if key and n]


@require_GET
@only(Kind.STAFF)
def grid(request: HttpRequest, area: str) -> HttpResponse:
    """Ten things to know, when a grid changes hands and ever after."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    if len(area) not in LEVELS or not area.isdigit() or not actor.scope.covers(area):
        raise Refused("not_found")
    insist(None if actor.may("registry.unmask", area) else Refusal("not_allowed"))
    if not orgs.divisions(actor).filter(code=area).exists():
        raise Refused("not_found")
    found = selectors.profile(actor, area, at, localtime(at).date())
    keepers = orgs.grid_workers(area, at) if len(area) == LEVELS[-1] else []
    context: Facts = {
        "area": area,
        "name": orgs.place_name(area, 2),
        "things": ten(found, area),
        "helpers": [(shown.tag_name(one.tag), one.person) for one in found.helpers],
        "keepers": [one.name for one in keepers],
        "since": _since(actor, area, at),
        "tab": "grid",
    }
    return render(request, "registry/desk/grid.html", context)


def _since(actor: Actor, area: str, at: datetime) -> bool:
    """Was it handed over lately?"""
    return area in selectors.taken_over(actor, at - NEW_FOR)


@panel("desk.home", order=8)
def handed_over(request: HttpRequest) -> tuple[str, Facts] | None:
    """Whoever took a grid over finds its page first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may("registry.visit"):
        return None
    areas = selectors.taken_over(actor, request.at - NEW_FOR)  # type: ignore[attr-defined]
    grids = [(orgs.place_name(area, 2), reverse("registry:grid", args=[area])) for area in areas]
    return ("registry/desk/parts/handed.html", {"grids": grids}) if grids else None


# -- coverage ---------------------------------------------------------------------------------------


class CoverageForm(Form):
    """What the map counts: lives in the address, so that a view can be sent around."""

    kind = forms.ChoiceField(label=gettext_lazy("Visit for"))
    days = forms.TypedChoiceField(label=gettext_lazy("In how many days"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one.key, one.name) for one in shown.VISIT_KINDS]
        self.fields["kind"].choices = [("", _("All households")), *kinds]  # type: ignore[attr-defined]
        self.fields["days"].choices = [(days, _("%(n)d days") % {"n": days}) for days in PERIODS]  # type: ignore[attr-defined]


class View(NamedTuple):
    area: str
    level: int
    kind: str
    days: int


def _view(request: HttpRequest) -> View:
    """What is looked at; a mangled address shows everything of ninety days."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    home = orgs.home_of(actor)
    asked = request.GET.get("area", "")
    area = asked if len(asked) in (6, *LEVELS) and asked.isdigit() and actor.scope.covers(asked) else home  # fmt: skip
    kinds = {one.key for one in shown.VISIT_KINDS}
    kind = request.GET.get("kind", "")
    days = request.GET.get("days", "")
    chosen = int(days) if days.isascii() and days.isdigit() and int(days[:4]) in PERIODS else 90
    return View(area, 15 if len(area) >= 9 else 12, kind if kind in kinds else "", chosen)


def _counted(request: HttpRequest, view: View) -> list[Covered]:
    at = request.at  # type: ignore[attr-defined]
    since, day = at - timedelta(days=view.days), localtime(at).date()
    return selectors.covered(request.actor, view.area, view.level, since, day, view.kind)  # type: ignore[attr-defined]  # fmt: skip


@require_GET
@only(Kind.STAFF)
def coverage(request: HttpRequest) -> HttpResponse:
    """Grid by grid: households, those met in the period, those never met, the last visit."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = _view(request)
    found = _counted(request, view)
    names = orgs.names_of([one.area for one in found], 2)
    total = {
        name: sum(getattr(one, name) for one in found)
        for name in ("households", "visited", "never", "overdue")
    }
    query = f"area={view.area}&kind={view.kind}&days={view.days}"
    context: Facts = {
        "view": view,
        "name": orgs.place_name(view.area, 2),
        "rows": [_row(actor, one, names[one.area], view) for one in sorted(found, key=_share)],
        "total": total,
        "share": total["visited"] / total["households"] if total["households"] else None,
        "form": CoverageForm(initial={"kind": view.kind, "days": view.days}),
        "map": {"areas": f"{reverse('registry:coverage_shapes')}?{query}", "link": True, "tall": True},
        "tab": "coverage",
    }  # fmt: skip
    return render(request, "registry/desk/coverage.html", context)


def _share(one: Covered) -> float:
    return one.visited / one.households if one.households else 1.0


def _row(actor: Actor, one: Covered, name: str, view: View) -> Facts:
    more = f"&kind={view.kind}" if view.kind else ""
    return {"name": name or one.area, "one": one, "share": _share(one), "url": _onward(actor, one.area),
            "late": f"{reverse('registry:visits')}?area={one.area}&due=late{more}"}  # fmt: skip


def _onward(actor: Actor, area: str) -> str:
    """To the grid's own page, or one level down for who may not read that."""
    if actor.may("registry.unmask", area):
        return reverse("registry:grid", args=[area])
    return f"{reverse('registry:coverage')}?area={area}"


@require_GET
@only(Kind.STAFF)
def coverage_shapes(request: HttpRequest) -> HttpResponse:
    """The same as outlines, each with its share: what the map colours."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = _view(request)
    found = {one.area: one for one in _counted(request, view)}
    shapes = orgs.shapes(actor, view.area, view.level)
    for shape in shapes["features"]:
        shape["properties"] = _told(actor, shape["properties"], found.get(shape["id"]))
    response = JsonResponse(shapes, content_type="application/geo+json")
    response["Cache-Control"] = "no-store"
    return response


def _told(actor: Actor, known: Facts, one: Covered | None) -> Facts:
    facts: Facts = {"code": known["code"], "name": known["name"], "level": "area"}
    if one is None:
        return facts
    facts |= {"value": round(_share(one), 3), "url": _onward(actor, one.area)}
    facts["name"] = f"{known['name']} {one.visited}/{one.households}"
    return facts
