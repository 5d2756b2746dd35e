"""All cases one may see: as a list, by state, on the map. One filter in the address for all three."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.cases import actions, selectors
from lifang.cases.web import forms, shown
from lifang.cases.web.tables import SHOW, CaseList
from lifang.core.access import Actor, Kind, Refused
from lifang.core.site import site
from lifang.core.web.tables import moved
from lifang.core.web.unchanged import unchanged
from lifang.core.web.views import only
from lifang.orgs.selectors import home_of

Facts = dict[str, Any]
VIEWS = ("open", "overdue", "due_today", "urgent", "reopened")
ON_MAP = 2000
BESIDE = 60
ASIDE = ("lang", "page", "after", "export", "cols", "dense", "sort")


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
@unchanged
def cases(request: HttpRequest) -> HttpResponseBase:
    table = _table(request)
    views = selectors.view_names(_actor(request))
    return table.response(
        "cases/desk/list.html", lambda: _around(request, table, "list"), facts=(*views,)
    )


def _table(request: HttpRequest) -> CaseList:
    return CaseList(request, selectors.cases(_actor(request)))


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _around(request: HttpRequest, table: CaseList, way: str) -> Facts:
    """Views above the list, and the other ways to look at the same cases."""
    query = request.GET.copy()
    for name in ASIDE:
        query.pop(name, None)
    narrowed = query.urlencode()
    here = f"?{narrowed}" if narrowed else ""
    ways = [
        {"key": "list", "label": _("List"), "icon": "list"},
        {"key": "board", "label": _("By state"), "icon": "layout-kanban"},
        {"key": "map", "label": _("Map"), "icon": "map-2"},
    ]
    home = reverse(f"cases:{way}")
    tabs = _tabs(home)
    query.pop("q", None)  # a view is kept without the words that were searched for
    filters = query.urlencode()
    keepable = bool(table.removals) and filters not in {query for query, _label, _url in tabs}
    named = selectors.view_names(_actor(request))
    return {
        "ways": [{**one, "url": f"{reverse('cases:' + one['key'])}{here}"} for one in ways],
        "way": way,
        "tabs": [("", _("All"), home), *tabs],
        "tab": narrowed,
        "views": [(pk, name, f"{home}?{query}", query == narrowed) for pk, name, query in named],
        "save": forms.ViewForm(initial={"query": filters}) if keepable else None,
        "stream": shown.stream(),
        "table": table,
    }


def _tabs(home: str) -> list[tuple[str, Any, str]]:
    return [(f"show={key}", SHOW[key], f"{home}?show={key}") for key in VIEWS]


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
@unchanged
def board(request: HttpRequest) -> HttpResponse:
    table = _table(request)
    if onward := moved(table):
        return onward
    piles = selectors.board(_actor(request), table.rows)
    columns = [
        {
            "chip": shown.chip_of(pile.state),
            "rows": [shown.row(case, request.at) for case in pile.cases],  # type: ignore[attr-defined]
            "total": pile.total,
            "more": pile.total - len(pile.cases),
            "url": f"{reverse('cases:list')}?{_with(request, state=pile.state)}",
        }
        for pile in piles
    ]
    return render(
        request, "cases/desk/board.html", {**_around(request, table, "board"), "columns": columns}
    )


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name in ASIDE:
        query.pop(name, None)
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def case_map(request: HttpRequest) -> HttpResponse:
    actor = _actor(request)
    table = _table(request)
    if onward := moved(table):
        return onward
    spots = selectors.spots(actor, table.rows, BESIDE)
    county = home_of(actor)[:6] or site().county
    props = {
        "areas": f"{reverse('orgs:shapes', args=[county])}?level=12",
        "points": f"{reverse('cases:points')}?{_with(request)}",
        "list": True,
        "tall": True,
        "link": True,
        "inside": True,
        "refresh": "live:case",
    }
    context = {
        **_around(request, table, "map"),
        "map": props,
        "rows": [shown.row(case, request.at) for case in spots.cases],  # type: ignore[attr-defined]
        "spots": spots,
        "most": ON_MAP,
    }
    return render(request, "cases/desk/map.html", context)


@require_GET
@only(Kind.STAFF)
def points(request: HttpRequest) -> HttpResponse:
    """The cases of the list that lie at a point, as GeoJSON; the soonest due first when there are too many."""
    actor = _actor(request)
    spots = selectors.spots(actor, _table(request).rows, ON_MAP)
    shape = {**shown.features(actor, spots.cases, request.at), "total": spots.total}  # type: ignore[attr-defined]
    response = JsonResponse(shape, content_type="application/geo+json")
    response["Cache-Control"] = "no-store"
    return response


# -- named views --------------------------------------------------------------------------------------


@require_POST
@only(Kind.STAFF)
def save_view(request: HttpRequest) -> HttpResponse:
    form = forms.ViewForm(request.POST)
    if form.is_valid():
        with form.refusals():
            made = actions.save_view(actor=_actor(request), at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("The view is kept above the list."))
            return redirect(f"{reverse('cases:list')}?{made.query}")
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return redirect("cases:list")


@require_POST
@only(Kind.STAFF)
def drop_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = _actor(request)
    view = next((view for view in selectors.views(actor) if view.pk == pk), None)
    if view is None:
        raise Refused("not_found")
    actions.drop_view(actor=actor, view=view, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("The view was removed."))
    return redirect("cases:list")
