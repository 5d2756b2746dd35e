"""Homes at the desk: households, the picture of a building, doors; visits to make and made."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import actions, selectors
from lifang.registry.models import Household, Place, VisitPlan
from lifang.registry.terms import PlaceKind
from lifang.registry.web import forms, shown, spoken
from lifang.registry.web.tables import PlaceTable, VisitTable, leading
from lifang.registry.web.things import tie_of

Facts = dict[str, Any]
MOST_VISITS, MOST_IN_FILE = 30, 20_000
LIVED = (PlaceKind.DWELLING, PlaceKind.KEY_PLACE)
SEASON = timedelta(days=90)


@require_GET
@only(Kind.STAFF)
def household(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    found = selectors.household(actor, pk)
    rows = list(selectors.members(actor, found, ended=True))
    living = [one.person for one in rows if one.valid_to is None]
    context: Facts = {
        "household": found,
        "spoken": spoken.offered(request, found, living),
        "place": place_name(found.area, 3),
        "kind": shown.code("household", found.kind),
        "doors": [(one.dwelling, shown.code("occupancy", one.kind)) for one in found.doors],  # type: ignore[attr-defined]
        "members": [_member(one) for one in rows if one.valid_to is None],
        "former": [_member(one) for one in rows if one.valid_to is not None],
        "plans": shown.plans(selectors.plans(actor, found), today),
        "visits": (made := shown.visits(actor, selectors.visits(actor, found)[:MOST_VISITS])),
        "voices": selectors.own_voices(actor, [one["visit"].pk for one in made]),
        "facts": shown.facts(actor, selectors.known(actor, found, today)),
        "may_visit": found.valid_to is None and actor.may("registry.visit", found.area),
        "may_read": actor.may("registry.read_home_story", found.area),
        "may_move": found.valid_to is None and actor.may("registry.move_in", found.area),
        "may_change": found.valid_to is None and actor.may("registry.change", found.area),
        "unions": selectors.unions(actor, found.pk)
        if actor.may("registry.undo_union", found.area)
        else (),
        "slug": "households",
        "row": found,
        "today": today,
    }
    return render(request, "registry/desk/household.html", context)


def _member(row: Any) -> Facts:
    relation = shown.code("relation", row.relation)
    ended = shown.code("end", row.ended) if row.ended else ""
    renews = row.expires_on is not None or row.person.residence in ("floating", "overseas")
    return {
        "row": row,
        "person": row.person,
        "relation": relation,
        "ended": ended,
        "renews": renews,
    }


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down a visit that was made."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.household(actor, pk)
    insist(None if actor.may("registry.visit", found.area) else Refusal("not_allowed"))
    home = selectors.homes_by_id(actor, [found.pk]).get(found.pk, found)
    sent = request.POST if request.method == "POST" else None
    start = {"kind": request.GET.get("kind", "household")}
    form = forms.VisitForm(sent, initial=start, today=localtime(at).date())
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.visit(actor=actor, household=found, at=at, **form.cleaned_data)
            messages.success(request, _("The visit is written down."))
            return redirect("registry:household", pk)
    context = {"household": found, "who": shown.who(home), "door": shown.door(found), "form": form}
    status = 422 if form.errors else 200
    return render(request, "registry/desk/visit.html", context, status=status)


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def visits(request: HttpRequest) -> HttpResponseBase:
    """Who is to be visited by when, and how far visits have come."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    today = localtime(at).date()
    rows = selectors.due(actor, today + timedelta(days=366)).exclude(kind="restricted")
    table = PlanTable(request, rows)
    areas = [grant.area for grant in actor.grants if "registry.visit" in grant.capabilities]
    since = at - SEASON
    covered = [
        {"name": place_name(one.area, 1), "one": one}
        for one in selectors.coverage(actor, dict.fromkeys(areas), since, today)
    ]
    return table.response(
        "registry/desk/visits.html", {"covered": covered, "days": SEASON.days, "tab": "visits"}
    )


class PlanTable(VisitTable):
    """With whom and where of each row, read for the whole page at once."""

    @property
    def lines(self) -> Any:
        self.dress(self.page.rows)
        return super().lines

    def dress(self, found: list[VisitPlan]) -> None:
        homes = selectors.homes_by_id(self.actor, {plan.household_id for plan in found})  # type: ignore[arg-type]
        for plan in found:
            _dress(plan, homes.get(plan.household_id), self.today)

    def export(self, kind: str) -> HttpResponseBase:
        """A file of all of them is dressed at once."""
        found = list(self.rows[:MOST_IN_FILE])
        self.dress(found)
        self.__dict__["rows"] = found
        return super().export(kind)


def _dress(plan: Any, home: Household | None, today: Any) -> None:
    plan.who = str(plan.person.name) if plan.person else shown.who(home) if home else ""
    plan.door = shown.door(home) if home else place_name(plan.area, 1)
    plan.url = reverse("registry:household", args=[plan.household_id])
    plan.chip = shown.plan_chip(plan.due_on, today)


# -- places -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def places(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.places(actor)
    narrowed = request.GET.get("q") or request.GET.get("kind")
    table = PlaceTable(request, rows if narrowed else leading(rows))
    return table.response("registry/desk/places.html", {"tab": "places"})


@require_GET
@only(Kind.STAFF)
def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An estate with its buildings, a building floor by floor, a door with who lives behind it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    found = selectors.own_place(actor, pk)
    context: Facts = {
        "spot": found,
        "above": shown.above(found),
        "kind": shown.place_kind(found.kind),
        "place": place_name(found.area, 3),
        "facts": shown.facts(actor, selectors.known(actor, found, today)),
        "ties": [tie_of(one, found) for one in selectors.owners(actor, found)],
        "slug": "places",
        "row": found,
        "may_change": actor.may("registry.change", found.area),
        "may_tie": actor.may("registry.tie", found.area),
        "may_move": found.kind in LIVED and actor.may("registry.move_in", found.area),
        **_inside(actor, found, today),
    }
    return render(request, "registry/desk/place.html", context)


def _inside(actor: Actor, found: Place, today: Any) -> Facts:
    if found.kind == PlaceKind.BUILDING:
        return {"picture": shown.picture(actor, found, today)}
    if found.kind in (PlaceKind.ESTATE, PlaceKind.STAIR):
        return {"parts": list(selectors.parts(actor, found))}
    homes = selectors.household_at(actor, found)
    return {"homes": [{"home": home, "who": shown.who(home), "kind": shown.code("household", home.kind)} for home in homes]}  # fmt: skip
