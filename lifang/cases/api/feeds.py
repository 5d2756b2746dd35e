"""Public cases as feeds: everywhere, of one area, of one matter or major; RSS, Atom, calendar, GeoJSON."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import re_path, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lifang.cases import selectors
from lifang.cases.catalogue import MAJORS, MATTERS
from lifang.cases.selectors import Open
from lifang.cases.terms import CLOSED, OPEN
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.api.faults import bad_input, fault
from lifang.core.api.open.door import door, public
from lifang.core.api.open.feeds import KINDS, WRITERS, Feed, Item
from lifang.core.config import config
from lifang.core.site import site
from lifang.orgs import selectors as orgs

MOST = {"rss": 200, "atom": 200, "ics": 500, "geojson": 1000}
USUAL = 50
OVERDUE = timedelta(days=30)  # a calendar keeps what is late for so long
_AREA = re.compile("[0-9]{6}([0-9]{3}){0,3}")


def told(request: HttpRequest, refused: Refused, **parts: str) -> HttpResponse:
    return fault(request, refused.refusal)


@door("GET", told=told)
def feed(request: HttpRequest, shape: str) -> HttpResponse:
    """`?area=`, `?matter=` (a matter or a major), `?state=open|closed`, `?limit=`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    asked = {name: request.GET.get(name, "") for name in ("area", "matter", "state")}
    _insist(actor, asked)
    limit = _limit(request.GET.get("limit", ""), MOST[shape])
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        rows = selectors.open_rows(actor, asked["area"]).filter(_within(asked))
        if shape == "ics":
            rows = rows.filter(state__in=OPEN, promised_at__gte=at - OVERDUE)
        order = "promised_at" if shape == "ics" else "-opened_at"
        found = selectors.opened(actor, rows.order_by(order, "-id"), most=limit)
    made = _feed(request, asked, found)
    return public(request, WRITERS[shape](made), KINDS[shape], made.changed)


def _insist(actor: Actor, asked: dict[str, str]) -> None:
    area, matter, state = asked["area"], asked["matter"], asked["state"]
    if area:
        if not _AREA.fullmatch(area):
            raise bad_input("area", area="6, 9, 12, 15 digits")
        orgs.division(actor, area)
    if matter and not (matter in MAJORS or (matter in MATTERS and MATTERS[matter].public)):
        raise bad_input("matter", matter="not in the catalogue")
    if state not in ("", "open", "closed"):
        raise bad_input("state", state="open, closed")


def _limit(text: str, most: int) -> int:
    if not text:
        return min(USUAL, most)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise bad_input("limit", limit=f"1-{most}")
    return int(text)


def _within(asked: dict[str, str]) -> Q:
    matter = asked["matter"]
    within = Q()
    if matter in MAJORS:
        within &= Q(matter__in=[one.key for one in MATTERS if one.major == matter])
    elif matter:
        within &= Q(matter=matter)
    if asked["state"]:
        done = Q(state__in=CLOSED)
        within &= done if asked["state"] == "closed" else ~done
    return within


def _feed(request: HttpRequest, asked: dict[str, str], found: list[Open]) -> Feed:
    here = config().origin
    page = f"?{urlencode({'area': asked['area']})}" if asked["area"] else ""
    return Feed(
        title=f"{title_of(asked['area'], asked['matter'])} · {site().name}",
        text=_("Accepted reports, without names, words or photos of those who sent them."),
        link=f"{here}{reverse('cases:public')}{page}",
        own=f"{here}{request.get_full_path()}",
        language="en" if (translation.get_language() or "").startswith("en") else "zh-CN",
        items=[_item(case, here) for case in found],
    )


def title_of(area: str, matter: str) -> str:
    """What a feed is about, in words."""
    kind = (MAJORS.get(matter) or MATTERS.get(matter)) if matter else None
    parts = [orgs.place_name(area, 2) if area else "", str(kind.name) if kind else ""]
    return " · ".join(filter(None, parts)) or _("Public cases")


def _item(case: Open, here: str) -> Item:
    where = case.where
    return Item(
        id=f"urn:uuid:{case.id}",
        title=f"{case.kind.name} · {where}",
        text=case.said,
        link=f"{here}{reverse('cases:public_case', args=[case.number])}",
        at=case.opened_at,
        changed=case.updated_at,
        kind=str(case.kind.name),
        where=where,
        point=case.point,
        due=case.promised_at,
        facts={
            "number": case.number, "matter": case.matter, "area": case.area, "reports": case.reports,
            "state": "closed" if case.closed else "open",
            "due": case.promised_at.isoformat() if case.promised_at else None,
        },
    )  # fmt: skip


app_name = "feeds"
urlpatterns = [re_path(r"^cases\.(?P<shape>rss|atom|ics|geojson)$", feed, name="cases")]
