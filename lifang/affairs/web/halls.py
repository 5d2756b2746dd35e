"""Service points: where the nearest is, how long one waits, a ticket, a time of one's own; the counter that calls."""

from datetime import date, datetime
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES, PRIORITIES, SERVICES, Guide
from lifang.affairs.models import Point, Terminal, Ticket
from lifang.affairs.web.guides import address, drawn
from lifang.affairs.web.own import acting
from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.accounts.source import source_of
from lifang.core.api.rates import BUCKETS
from lifang.core.calendar.catalogue import HOURS
from lifang.core.geo.divisions import Level
from lifang.core.site import site
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.orgs.selectors import codes_inside, place_name

Facts = dict[str, Any]
TICKETS_A_MINUTE = 6  # of one network, on the spot
KM_A_DEGREE = 111.2
CLOSE_BY = 20_000  # metres to the first: the map then shows whoever looks and the nearest
NEAREST = 3
MARGIN = 0.003  # degrees around them: a place that stands alone keeps its surroundings


def _near(text: str) -> tuple[float, float] | None:
    """`lon,lat` as a browser tells it."""
    try:
        lon, lat = (float(one) for one in text.split(",", 1))
    except ValueError:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _metres(point: Point | Terminal, here: tuple[float, float]) -> float:
    lon, lat = here
    return 1000 * KM_A_DEGREE * hypot((point.lon - lon) * cos(radians(lat)), point.lat - lat)


def _frame(points: list[Point], here: tuple[float, float] | None) -> list[float]:
    """What the map opens at: all points; of somebody who stands close by, themselves and the nearest."""
    spots = [(one.lon, one.lat) for one in points]
    if here and _metres(points[0], here) < CLOSE_BY:
        spots = [*spots[:NEAREST], here]
    lons, lats = zip(*spots, strict=True)
    return [min(lons) - MARGIN, min(lats) - MARGIN, max(lons) + MARGIN, max(lats) + MARGIN]


@require_GET
def halls(request: HttpRequest) -> HttpResponse:
    """All points, those that do a matter, the nearest first."""
    actor, at = acting(request)
    key = request.GET.get("matter", "")
    here = _near(request.GET.get("near", ""))
    found = selectors.halls(actor, selectors.points(actor, key if key in GUIDES else ""), at)
    rows: list[Facts] = [{"hall": one, "where": place_name(one.point.area, 2), "metres": round(_metres(one.point, here)) if here else None} for one in found]  # fmt: skip
    rows.sort(key=lambda row: (row["metres"] if row["metres"] is not None else 0, not row["hall"].open))  # fmt: skip
    features = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [one.point.lon, one.point.lat]},
            "properties": {"id": str(one.point.pk), "number": number, "name": str(one.point.name), "state": "done" if one.open else "waiting", "url": reverse("affairs:hall", args=[one.point.pk])},
        }
        for number, one in enumerate((row["hall"] for row in rows), 1)
    ]  # fmt: skip
    map_props = {
        "points": {"type": "FeatureCollection", "features": features}, "link": True, "list": False,
        "areas": f"{reverse('orgs:shapes', args=[site().county])}?level={Level.COMMUNITY.value}",
    }  # fmt: skip
    if rows:
        map_props["bounds"] = _frame([row["hall"].point for row in rows], here)
    return render(request, "affairs/hall/halls.html", {"rows": rows, "matter": GUIDES.get(key), "map_props": map_props, "here": here, "terminals": _terminals(actor, here, at, GUIDES.get(key))})  # fmt: skip


def _terminals(actor: Actor, here: tuple[float, float] | None, at: datetime, matter: Guide | None) -> list[Facts]:  # fmt: skip
    """Machines that serve by themselves, the nearest first; what is not heard from says so. Of a matter: where it can be applied for."""
    able = [one for one in selectors.standing(actor) if matter is None or (matter.online and "apply" in one.services)]  # fmt: skip
    standing = selectors.terminals_as_they_stand(actor, able, at)
    rows: list[Facts] = [
        {
            "terminal": one.terminal, "on": one.state == "on", "where": place_name(one.terminal.area, 2), "metres": round(_metres(one.terminal, here)) if here else None,
            "services": [SERVICES[key].name for key in one.terminal.services if key in SERVICES],
        }
        for one in standing
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["metres"] or 0, not row["on"]))


@require_GET
def hall(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One point: open now, who waits, take a ticket or book."""
    actor, at = acting(request)
    point = selectors.point(actor, pk)
    (now,) = selectors.halls(actor, [point], at)
    day = _day(request.GET.get("day", ""))
    days = selectors.book_days(actor, point, at)
    day = day if day in days else (days[0] if days else None)
    key = request.GET.get("matter", "")
    facts = {
        "hall": now, "point": point, "where": place_name(point.area, 2), "priorities": PRIORITIES.all(), "days": days, "day": day,
        "slots": selectors.slots(actor, point, day, at) if day else [], "hours": HOURS.get(point.hours),
        "matter": GUIDES.get(key), "guides": [GUIDES[one] for one in point.guides if one in GUIDES],
    }  # fmt: skip
    return _fresh(render(request, "affairs/hall/hall.html", facts))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _matters(request: HttpRequest) -> list[str]:
    return [key for key in request.POST.getlist("matter") if key in GUIDES][:9]


@require_POST
def ticket_taking(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    BUCKETS.take(f"ticket:{actor.holder or source_of(request)}", TICKETS_A_MINUTE, at.timestamp()).insist()  # fmt: skip
    point = selectors.point(actor, pk)
    taken = actions.take_ticket(actor=actor, point=point, priority=request.POST.get("priority", ""), guides=_matters(request), at=at)  # fmt: skip
    return redirect("affairs:ticket", taken.token)


@require_POST
@only(Kind.RESIDENT)
def booking(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    point = selectors.point(actor, pk)
    try:
        slot = datetime.fromisoformat(request.POST.get("slot", "")[:32])
    except ValueError:
        raise Refused("slot_unknown") from None
    insist(None if slot.tzinfo else Refusal("slot_unknown"))
    made = actions.book(actor=actor, point=point, slot_at=slot, guides=_matters(request), at=at)
    messages.success(request, _("Booked. You find it under “My applications”."))
    return redirect("affairs:ticket", made.token)


@require_GET
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """One's place in the line; it shows itself anew."""
    actor, at = acting(request)
    found = selectors.ticket(actor, token)
    place = selectors.place(actor, found, at) if found.state == "waiting" else None
    today = found.day == localtime(at).date()
    facts = {"ticket": found, "point": found.point, "place": place, "today": today, "why": PRIORITIES.get(found.priority), "matters": [GUIDES[key] for key in found.guides if key in GUIDES]}  # fmt: skip
    template = "affairs/hall/place.html" if request.headers.get("HX-Request") else "affairs/hall/ticket.html"  # fmt: skip
    return _fresh(render(request, template, facts))


@require_GET
def ticket_code(request: HttpRequest, token: str) -> HttpResponse:
    found = selectors.ticket(acting(request)[0], token)
    return drawn(address(request, reverse("affairs:ticket", args=[found.token])))


@require_POST
def ticket_leaving(request: HttpRequest, token: str) -> HttpResponseBase:
    actor, at = acting(request)
    found = selectors.ticket(actor, token)
    actions.give_back(actor=actor, ticket=found, at=at)
    messages.success(request, _("Given back; the next one moves up."))
    return redirect("affairs:hall", found.point_id)


@require_GET
def board(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The screen above the counters: who is called where, how many wait. No name."""
    actor, at = acting(request)
    point = selectors.point(actor, pk)
    (now,) = selectors.halls(actor, [point], at)
    facts = {"point": point, "hall": now, "called": selectors.called(actor, point, at)[:6], "next": selectors.line(actor, point, at)[:8]}  # fmt: skip
    template = "affairs/hall/called.html" if request.headers.get("HX-Request") else "affairs/hall/board.html"  # fmt: skip
    return _fresh(render(request, template, facts))


class PointForm(Form):
    called = gettext_lazy("Service point")
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    area = forms.ChoiceField(label=gettext_lazy("Window of"))
    address = forms.CharField(label=gettext_lazy("Address"), max_length=120)
    lon = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90)
    telephone = forms.CharField(label=gettext_lazy("Phone"), max_length=20, required=False)
    hours = forms.ChoiceField(label=gettext_lazy("Opening hours"))
    counters = forms.IntegerField(label=gettext_lazy("Counters"), min_value=1, max_value=40)
    minutes = forms.IntegerField(label=gettext_lazy("Minutes a visitor takes"), min_value=1, max_value=120, initial=12, help_text=gettext_lazy("Until it is measured."))  # fmt: skip
    bookable = forms.IntegerField(label=gettext_lazy("Appointments at the same time"), min_value=0, max_value=40, initial=1)  # fmt: skip
    visits = forms.IntegerField(label=gettext_lazy("Home visits at the same time"), min_value=0, max_value=40, initial=1, help_text=gettext_lazy("0: nobody goes to homes from here."))  # fmt: skip
    step_free = forms.BooleanField(label=gettext_lazy("Reached without steps"), required=False, initial=True)  # fmt: skip

    def __init__(self, *args: Any, areas: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].choices = [(code, place_name(code, 2)) for code in areas]  # type: ignore[attr-defined]
        self.fields["hours"].choices = [(one.key, str(one.name)) for one in HOURS]  # type: ignore[attr-defined]
        self.fields["hours"].initial = "service_hall"


def _may(actor: Actor, what: str = "affairs.call_next") -> None:
    insist(None if actor.may(what) else Refusal("not_allowed"))


@require_GET
@only(Kind.STAFF)
def lines(request: HttpRequest) -> HttpResponse:
    """The points of one's areas, as they stand now."""
    actor, at = acting(request)
    _may(actor)
    rows = [{"hall": one, "where": place_name(one.point.area, 2)} for one in selectors.halls(actor, selectors.own_points(actor), at)]  # fmt: skip
    mine = selectors.own_counter(actor)
    return render(request, "affairs/hall/lines.html", {"rows": rows, "mine": mine, "may_set": actor.may("affairs.set_point")})  # fmt: skip


def _areas(actor: Actor) -> list[str]:
    """Communities and streets where the actor may set one up."""
    codes = {grant.area for grant in actor.grants if "affairs.set_point" in grant.capabilities}
    inner = {one for code in codes if len(code) == 9 for one in codes_inside(code, 12)}
    return sorted(code for code in codes | inner if len(code) in (9, 12))


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def setting(request: HttpRequest, pk: UUID | None = None) -> HttpResponseBase:
    """Set up a point, or change it."""
    actor, at = acting(request)
    _may(actor, "affairs.set_point")
    point = selectors.own_point(actor, pk) if pk else None
    known = {**{name: getattr(point, name) for name in PointForm.base_fields if name != "counters"}, "counters": point.counters.count()} if point else None  # fmt: skip
    areas = [point.area] if point else _areas(actor)
    form = PointForm(request.POST if request.method == "POST" else None, areas=areas, initial=known)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        area, counters = told.pop("area"), told.pop("counters")
        with form.refusals():
            made = actions.set_point(actor=actor, area=area, told=told, counters=counters, guides=point.guides if point else (), point=point, at=at)  # fmt: skip
        if not form.errors:
            messages.success(request, _("Kept."))
            return redirect("affairs:line", made.pk)
    return render(request, "affairs/hall/setting.html", {"form": form, "point": point}, status=422 if form.errors else 200)  # fmt: skip


@require_GET
@only(Kind.STAFF)
def line(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One's counter, who is called, who waits in which order."""
    actor, at = acting(request)
    _may(actor)
    point = selectors.own_point(actor, pk)
    (now,) = selectors.halls(actor, [point], at)
    mine = selectors.own_counter(actor)
    mine = mine if mine and mine.point_id == point.pk else None
    waiting = [_shown(one) for one in selectors.line(actor, point, at)]
    facts = {
        "point": point, "hall": now, "mine": mine, "at_mine": _shown(selectors.at_counter(actor, mine)) if mine else None,
        "waiting": waiting, "counters": selectors.counters(actor, point), "may_set": actor.may("affairs.set_point", point.area),
    }  # fmt: skip
    return _fresh(render(request, "affairs/hall/line.html", facts))


def _shown(one: Ticket | None) -> Facts | None:
    if one is None:
        return None
    return {"ticket": one, "why": PRIORITIES.get(one.priority), "matters": [GUIDES[key].name for key in one.guides if key in GUIDES]}  # fmt: skip


@require_POST
@only(Kind.STAFF)
def seat(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    _may(actor)
    point = selectors.own_point(actor, pk)
    told = request.POST.get("number", "0")
    actions.sit(actor=actor, point=point, number=int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0, at=at)  # fmt: skip
    return redirect("affairs:line", point.pk)


@require_POST
@only(Kind.STAFF)
def call(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Call the next, or the same again."""
    actor, at = acting(request)
    _may(actor)
    point = selectors.own_point(actor, pk)
    called = actions.call_next(actor=actor, point=point, at=at)
    messages.success(request, _("Called: %(code)s") % {"code": called.code})
    return redirect("affairs:line", point.pk)


@require_POST
@only(Kind.STAFF)
def turn(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The one at the counter is done, or did not come."""
    actor, at = acting(request)
    _may(actor)
    point = selectors.own_point(actor, pk)
    mine = selectors.own_counter(actor)
    found = selectors.at_counter(actor, mine) if mine else None
    if found is None:
        raise Refused("ticket_over")
    actions.end_turn(actor=actor, ticket=found, came=request.POST.get("came") == "1", at=at)
    return redirect("affairs:line", point.pk)


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
