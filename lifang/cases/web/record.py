"""Report from the desk or the street: a photo, a matter, one press; or what somebody told."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lifang.cases import actions, selectors
from lifang.cases.models import Case
from lifang.cases.web import offers
from lifang.cases.web.places import bounds_of, middle_of
from lifang.cases.web.record_forms import RecordForm
from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.geo.divisions import Level
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import home_of

Facts = dict[str, Any]
MOST = 6
# What a post mostly writes down.
USUAL = {
    "grid_worker": "grid_patrol", "grid_leader": "grid_patrol", "hotline_agent": "hotline_12345",
    "property_handler": "patrol",
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def report(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("cases.record") else Refusal("not_allowed"))
    home = home_of(actor)
    bounds = bounds_of(actor, home)
    sent = request.method == "POST" and "look" not in request.POST
    form = RecordForm(
        request.POST if request.method == "POST" else None, request.FILES or None,
        actor=actor, at=request.at, areas=_areas(actor, home), middle=middle_of(bounds),  # type: ignore[attr-defined]
        initial={"source": _usual(actor), "area": home if len(home) == Level.GRID else ""},
    )  # fmt: skip
    if sent and form.is_valid():
        made = _made(request, form)
        if made is not None:
            return _after(request, made)
    return render(
        request,
        "cases/desk/report.html",
        _context(request, form, home, bounds),
        status=422 if sent else 200,
    )


def _made(request: HttpRequest, form: RecordForm) -> Case | None:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    facts = form.given()
    act: Any = actions.self_handle if form.cleaned_data["solved"] else actions.record
    try:
        return act(actor=actor, at=request.at, **facts)  # type: ignore[attr-defined,no-any-return]
    except Refused as refused:
        if refused.refusal.reason == "not_allowed":
            raise
        form.add_error(None, str(refused.refusal))
        return None


def _after(request: HttpRequest, case: Case) -> HttpResponse:
    said = (
        _("Solved and closed: no. %(number)s.")
        if case.self_handled
        else _("Reported: no. %(number)s.")
    )
    messages.success(request, said % {"number": case.number})
    try:
        selectors.case(request.actor, case.pk)  # type: ignore[attr-defined]
    except Refused:  # it lies with somebody else, who is told
        return redirect("cases:desk_report")
    return redirect("cases:case", case.pk)


def _context(
    request: HttpRequest, form: RecordForm, home: str, bounds: list[float] | None
) -> Facts:
    text = str(form["text"].value() or "")
    chosen = str(form["matter"].value() or "")
    frequent = selectors.frequent(request.actor, home[:12], request.at, 6)  # type: ignore[attr-defined]
    fields = {"lat": "id_photo_lat", "lon": "id_photo_lon", "taken_at": "id_taken_at"}
    county = home[:6]
    return {
        "form": form,
        "may_solve": request.actor.may("cases.self_handle"),  # type: ignore[attr-defined]
        "photo": {"max": MOST, "fields": fields},
        "photo_after": {"max": MOST},
        "map": {
            "areas": f"{reverse('orgs:shapes', args=[county])}?level={Level.COMMUNITY.value}",
            "bounds": bounds,
            "pick": {"lat": "id_lat", "lon": "id_lon"},
        },
        **offers.matters(request, text, chosen, frequent),
    }


def _usual(actor: Actor) -> str:
    return next((USUAL[post] for post in actor.posts() if post in USUAL), "phone")


def _areas(actor: Actor, home: str) -> list[tuple[str, str]]:
    """The communities of a wide area, the grids of a community, one's own grid."""
    level = Level.GRID if len(home) >= Level.COMMUNITY else Level.COMMUNITY
    codes = list(
        orgs.divisions(actor, within=home, level=level)
        .order_by("code")
        .values_list("code", flat=True)
    )
    names = orgs.names_of(codes, 2)
    return [(code, names[code]) for code in codes]


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def matters(request: HttpRequest) -> HttpResponse:
    """Matters the words point to, as choices. Words are posted: they may be a resident's own."""
    said = request.POST
    text = (said.get("matter_q") or said.get("text") or "").replace("\x00", "").strip()
    chosen = said.get("matter", "")
    frequent = selectors.frequent(request.actor, home_of(request.actor)[:12], request.at)  # type: ignore[attr-defined]
    found = offers.matters(request, text[: offers.WORDS], chosen, [] if text else frequent)
    return render(request, "cases/desk/parts/matters.html", found)


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def units(request: HttpRequest, pk: Any) -> HttpResponse:
    """Units to choose from, with what was chosen already. Words are posted, as everywhere."""
    case = selectors.case(request.actor, pk)  # type: ignore[attr-defined]
    said = request.POST
    text = said.get("unit_q", "").replace("\x00", "")[:60]
    one = request.GET.get("as") == "suggested"
    if one:
        found = offers.others(request, case, text, said.get("suggested", ""))
    else:
        assists = said.getlist("assists")
        found = offers.units(request, case, text, said.get("lead", ""), assists)
    return render(
        request,
        "cases/desk/parts/units.html",
        {"units": found, "case": case, "one": one, "unit_q": text},
    )
