"""The fifteen-minute circle for everybody: figures of a street's communities, one community with its gaps on the map."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lifang.core.access import Actor, Refusal, insist
from lifang.core.site import site
from lifang.core.web.kept import MEGABYTE, Kept
from lifang.core.web.show import Chip
from lifang.living import selectors
from lifang.living.catalogue import TRADES, policy
from lifang.living.web import shop_shown as shown
from lifang.living.web.here import moment, who
from lifang.orgs import selectors as orgs

STREET, COMMUNITY = 9, 12
ALL, MANY = 0.995, 0.5
SECONDS, BYTES = 600, 700  # a building with its trades, roughly
CIRCLES: Kept[list[selectors.Circle]] = Kept(each=6 * MEGABYTE)


def _method() -> dict[str, Any]:
    """How it is counted, with the numbers in force."""
    return {"minutes": policy("walk_minutes"), "metres": policy("walk_metres"), "detour": f"{policy('walk_detour') / 100:.2f}"}  # fmt: skip


def _counted(actor: Actor, area: str, at: datetime) -> list[selectors.Circle]:
    """Anew when a shop came or went, and every ten minutes for what was built: the same for everybody."""
    key = (area, int(at.timestamp()) // SECONDS, selectors.shops_revision(actor))
    found = CIRCLES.get(key)
    if found is None:
        found = selectors.circles(actor, area)
        if found:
            CIRCLES.put(key, found, sum(len(one.spots) for one in found) * BYTES)
    return found


@require_GET
def street(request: HttpRequest) -> HttpResponse:
    """Community by community of one street."""
    actor = who(request)
    streets = orgs.codes_inside(site().county, STREET)
    own = [area[:STREET] for area in selectors.own_communities(actor)] if actor.id else []
    asked = request.GET.get("street", "")
    chosen = next((one for one in (asked, *own, *streets) if one in streets), "")
    found = _counted(actor, chosen, moment(request)) if chosen else []
    rows = [
        {"circle": one, "name": orgs.place_name(one.area, 1), "basic": f"{one.basic:.0%}", "whole": f"{one.whole:.0%}", "gaps": [TRADES[r.trade].name for r in one.trades if TRADES[r.trade].level == "basic" and r.share < MANY]}
        for one in found
    ]  # fmt: skip
    facts = {"rows": rows, "streets": [(one, orgs.place_name(one, 1)) for one in streets], "chosen": chosen, **_method()}  # fmt: skip
    return render(request, "living/life/circle.html", facts)


@require_GET
def community(request: HttpRequest, area: str) -> HttpResponse:
    """One community: trade by trade, and the buildings from which something is too far."""
    actor = who(request)
    insist(None if area.isascii() and area.isdigit() and len(area) == COMMUNITY else Refusal("not_found"))  # fmt: skip
    found = next(iter(_counted(actor, area, moment(request))), None)
    insist(None if found else Refusal("not_found"))
    assert found is not None  # noqa: S101 -- insisted
    trade = request.GET.get("trade", "")
    trade = trade if trade in TRADES else ""
    rows = [(TRADES[one.trade], one, f"{one.share:.0%}", _chip(one.share)) for one in found.trades]
    facts = {
        "area": area, "name": orgs.place_name(area, 2), "circle": found, "trade": TRADES[trade] if trade else None, "basic": f"{found.basic:.0%}",
        "whole": f"{found.whole:.0%}", "levels": [(level, [row for row in rows if row[0].level == level]) for level in ("basic", "quality")],
        "ones": _ones(found), "map": _map(found, trade, selectors.listed(actor, area)), **_method(),
    }  # fmt: skip
    return render(request, "living/life/community.html", facts)


def _chip(share: float) -> Any:
    if share >= ALL:
        return Chip("done", _("everybody reaches it"))
    return Chip("waiting", _("some do not")) if share >= MANY else Chip("late", _("a gap"))  # fmt: skip


def _ones(found: selectors.Circle) -> list[tuple[str, bool]]:
    """One shop, one breakfast, one market, one repair, one for the old, one for the young: is there one that half the homes reach?"""
    names = {"shop": _("one shop"), "breakfast": _("one breakfast"), "market": _("one market"), "repair": _("one repair"), "old": _("one for the old"), "young": _("one for the young")}  # fmt: skip
    there = {TRADES[one.trade].one for one in found.trades if one.share >= MANY}
    return [(name, key in there) for key, name in names.items()]


def _map(found: selectors.Circle, trade: str, shops: list[Any]) -> dict[str, Any]:
    """Buildings by what they lack, shops by name; it opens at the whole community."""
    basic = {one.key for one in TRADES.all() if one.level == "basic"}
    points = []
    for n, spot in enumerate(found.spots):
        lacks = {trade} - spot.trades if trade else basic - spot.trades
        state = "done" if not lacks else "late" if trade or len(lacks) > len(basic) // 2 else "waiting"  # fmt: skip
        note = _("lacks: %(trades)s") % {"trades": _(", ").join(str(TRADES[one].name) for one in sorted(lacks))} if lacks else _("reaches all")  # fmt: skip
        points.append(shown.point(spot.building.lon, spot.building.lat, f"b{n}", len(lacks) or "✓", spot.building.name, state, note=note))  # fmt: skip
    for n, shop in enumerate(shops):
        if not trade or shop.trade == trade:
            points.append(shown.point(shop.lon, shop.lat, f"s{n}", "S", f"{shop.what.name} · {shop.name}", "progress", reverse("living:shop", args=[shop.pk])))  # fmt: skip
    return {"points": shown.collection(points), "areas": f"{reverse('orgs:shapes', args=[found.area])}?level=15", "link": True, "list": True}  # fmt: skip
