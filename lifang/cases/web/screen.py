"""`/screen`: an area on the wall, for the staff who may see it. Every number opens its list, every area its own page."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lifang.cases import selectors
from lifang.cases.catalogue import CASE
from lifang.cases.models import Case
from lifang.cases.selectors import screen as asked
from lifang.cases.selectors.counts import DEPTH
from lifang.cases.selectors.points import points as points_of
from lifang.core.access import Actor, Kind, Refused
from lifang.core.access.posts import post_name
from lifang.core.config import config
from lifang.core.geo.divisions import Level, ancestors
from lifang.core.site import site
from lifang.core.web.nav import Entry, register
from lifang.core.web.show import TONES, Chip
from lifang.core.web.times import exact
from lifang.orgs import selectors as orgs
from lifang.orgs.terms import WATCH_NAMES, WatchRole

register(
    Entry("screen", "cases.screen", gettext_lazy("Big screen"), "cases:screen", capability="cases.see", order=10),
    Entry("me", "cases.screen", gettext_lazy("Big screen"), "cases:screen", icon="device-tv", capability="cases.see", order=60),
)  # fmt: skip

LEVELS = {6: "county", 9: "street", 12: "community", 15: "grid"}
ON_DUTY = 3
POLL_SECONDS = 15


def _reader(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind is Kind.ANONYMOUS:
        raise Refused("not_signed_in")
    if not actor.may("cases.see"):
        raise Refused("not_allowed")
    return actor


def home(request: HttpRequest) -> HttpResponseBase:
    """The widest area one answers for."""
    return redirect("cases:screen_area", _widest(_reader(request)))


def _reach(actor: Actor) -> list[str]:
    """The areas of one's posts that look after cases, the widest first."""
    areas = {grant.area for grant in actor.grants if "cases.see" in grant.capabilities}
    return sorted(areas, key=lambda area: (len(area), area))


def _widest(actor: Actor) -> str:
    widest = next(iter(_reach(actor)), "")
    return widest if len(widest) >= Level.COUNTY else site().county


def _area(actor: Actor, code: str) -> Any:
    """The division, if it lies in one's reach; else the answer that there is none."""
    if not any(code.startswith(area) for area in _reach(actor)) or len(code) not in LEVELS:
        raise Refused("not_found")
    return orgs.division(actor, code)


def area(request: HttpRequest, code: str) -> HttpResponse:
    """The wall of one area. The live parts come again from this same address."""
    actor = _reader(request)
    wall = Wall(actor, _area(actor, code), request.at)  # type: ignore[attr-defined]
    return render(request, "cases/screen/area.html", {"wall": wall})


@dataclass
class Wall:
    """Everything on the screen."""

    actor: Actor
    area: Any
    at: datetime

    @property
    def code(self) -> str:
        return str(self.area.code)

    @property
    def path(self) -> list[dict[str, str]]:
        """The way back up, as far as one may see."""
        codes = [code for code in ancestors(self.code) if len(code) >= Level.COUNTY]
        seen = [code for code in codes if any(code.startswith(top) for top in _reach(self.actor))]
        names = orgs.names_of(seen, 1)
        return [{"name": names[code], "url": _url(code)} for code in seen]

    @cached_property
    def counts(self) -> selectors.Counts:
        midnight = localtime(self.at).replace(hour=0, minute=0, second=0, microsecond=0)
        return selectors.counts(self.actor, self.code, self.at, midnight)

    @cached_property
    def alarms(self) -> list[dict[str, Any]]:
        """Life at stake: what, where, since when."""
        return [_line(case, self.code) for case in asked.alarms(self.actor, self.code)]

    @property
    def calm(self) -> bool:
        return not (self.alarms or self.counts.overdue)

    @property
    def numbers(self) -> list[dict[str, Any]]:
        """At most nine, each with the list it counts."""
        one = self.counts
        rate = f"{one.on_time_month / one.handled_month:.0%}" if one.handled_month else "—"
        handled = (
            _("of %(n)s handled") % {"n": f"{one.handled_month:,}"} if one.handled_month else ""
        )
        shown = [
            ("overdue", _("Overdue"), one.overdue, "late" if one.overdue else "done", ""),
            ("due_today", _("Due today"), one.due_today, "waiting" if one.due_today else "", ""),
            ("urgent", _("Urgent"), one.urgent, "waiting" if one.urgent else "", ""),
            ("open", _("Open now"), one.open, "", ""),
            ("new_today", _("New today"), one.new_today, "", ""),
            ("closed_today", _("Closed today"), one.closed_today, "", ""),
            ("on_time_month", _("In time, 30 days"), rate, "done" if one.handled_month else "", handled),
        ]  # fmt: skip
        return [
            {"label": label, "value": value, "kind": kind, "of": of, "url": listed(self.code, show)}
            for show, label, value, kind, of in shown
        ]

    @cached_property
    def clocks(self) -> list[dict[str, Any]]:
        """What runs out next, and what just did."""
        found = asked.clocks(self.actor, self.code, self.at)
        return [{**_line(case, self.code), **_left(case.due_at, self.at)} for case in found]

    @cached_property
    def happening(self) -> list[dict[str, Any]]:
        """What happened last, in the past tense, without anybody's name or words."""
        return [
            {
                **_line(one.case, self.code),
                "at": one.at,
                "when": exact(one.at, self.at),
                "done": one.move.done,
            }
            for one in asked.happening(self.actor, self.code)
        ]

    @cached_property
    def on_duty(self) -> list[dict[str, str]]:
        """Office and post here, and the colleague who holds it."""
        awake = orgs.on_watch(self.actor, self.code, self.at)[:ON_DUTY]
        if awake:
            return [
                {"post": str(WATCH_NAMES[WatchRole(one.role)]), "name": one.account.name}
                for one in awake
            ]
        rows = orgs.postings(self.actor, self.code, at=self.at).filter(area=self.code, unit=None)
        return [
            {"post": post_name(row.post), "name": row.account.name}
            for row in rows.order_by("valid_from", "pk")[:ON_DUTY]
        ]

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """The areas one level down with what is open there, the worst first: the map in words."""
        return [
            {**part._asdict(), "url": _url(part.code)}
            for part in selectors.open_by_part(self.actor, self.code, self.at)
        ]

    @property
    def list_url(self) -> str:
        return listed(self.code, "open")

    @property
    def map(self) -> dict[str, Any]:
        bounds = self.area.bounds
        return {
            "areas": reverse("cases:screen_areas", args=[self.code]),
            "points": reverse("cases:screen_points", args=[self.code]),
            "link": True,
            "refresh": "live:case",
            **({"bounds": bounds} if bounds else {}),
        }

    @property
    def stream(self) -> dict[str, Any]:
        query = urlencode({"areas": self.code, "names": "cases."})
        url = f"{config().streams_origin}/streams/events?{query}"
        return {"url": url, "poll": POLL_SECONDS, "events": ["case"]}


def _url(code: str) -> str:
    return reverse("cases:screen_area", args=[code])


def listed(area: str, show: str) -> str:
    """The desk's list of exactly what a number counts."""
    return f"/desk/cases?{urlencode({'show': show, 'area': area})}"


def _case_url(pk: Any) -> str:
    try:
        return reverse(CASE().page, args=[pk])
    except NoReverseMatch:  # a site may run the wall without the desk
        return ""


def _line(case: Case, within: str) -> dict[str, Any]:
    """A case as the wall tells it: matter, place by area, whose it is."""
    below = min(2, max(1, (len(case.area) - len(within)) // 3))
    return {
        "title": case.title,
        "where": orgs.place_name(case.area, below),
        "unit": case.lead.name if case.lead else orgs.place_name(case.desk, 1),
        "due_at": case.due_at,
        "opened_at": case.opened_at,
        "chip": Chip(TONES[case.stage.tone], case.stage.name),
        "level": case.level,
        "url": _case_url(case.pk),
    }


def _left(due_at: datetime | None, at: datetime) -> dict[str, Any]:
    assert due_at is not None  # noqa: S101 -- only cases with a clock are asked for
    return {"late": due_at < at, "length": abs(due_at - at)}


def areas(request: HttpRequest, code: str) -> JsonResponse:
    """The parts of an area as GeoJSON, coloured by how much is open and whether anything is overdue."""
    actor = _reader(request)
    wall = Wall(actor, _area(actor, code), request.at)  # type: ignore[attr-defined]
    lines = {line["code"]: line for line in wall.parts}
    found = orgs.shapes(actor, code, DEPTH.get(len(code), len(code)))
    if not found["features"]:  # nobody drew the parts: the area itself
        found = orgs.shapes(actor, code, len(code))
    most = max((int(line["open"]) for line in lines.values()), default=0) or 1
    for feature in found["features"]:
        feature["properties"] = _painted(feature["properties"], lines, most)
    return JsonResponse(found, headers={"Cache-Control": "private, no-store"})


def _painted(facts: dict[str, Any], lines: dict[str, dict[str, Any]], most: int) -> dict[str, Any]:
    line = lines.get(facts["code"])
    painted = {"name": facts["name"], "level": LEVELS[facts["level"]], "code": facts["code"]}
    if line is None:
        return {**painted, "url": listed(facts["code"], "open")}
    return {
        **painted,
        "name": _label(line),
        "value": round(line["open"] / most, 3),
        "tone": "late" if line["overdue"] else "open",
        "url": line["url"],
    }


def _label(line: dict[str, Any]) -> str:
    """Name and numbers; a grid's own points are drawn beside its name and tell them."""
    if len(line["code"]) == Level.GRID or not line["open"]:
        return str(line["name"])
    told = [line["name"], ngettext("%(n)s open", "%(n)s open", line["open"]) % {"n": line["open"]}]
    if line["overdue"]:
        told.append(_("%(n)s overdue") % {"n": line["overdue"]})
    return "\n".join(told)


def points(request: HttpRequest, code: str) -> JsonResponse:
    """Open cases as points; each shows how many reported it. From afar only those that cannot wait: areas tell the rest."""
    actor = _reader(request)
    _area(actor, code)
    pressing = len(code) < Level.COMMUNITY
    found = points_of(actor, code, request.at, pressing=pressing)  # type: ignore[attr-defined]
    nobody = UUID(int=0)
    page = _case_url(nobody)
    for feature in found["features"]:
        facts = feature["properties"]
        facts["url"] = page.replace(str(nobody), facts["id"])
        facts["number"] = facts.pop("reports")
    return JsonResponse(found, headers={"Cache-Control": "private, no-store"})
