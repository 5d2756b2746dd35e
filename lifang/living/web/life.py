"""One list and one search over public services, neighbours, charities and businesses; each find says which it is."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lifang.affairs import selectors as affairs
from lifang.core.access import Actor
from lifang.core.site import site
from lifang.core.web import private
from lifang.living import selectors
from lifang.living.catalogue import TRADES
from lifang.living.models import Shop
from lifang.living.rules import walking
from lifang.living.terms import Side
from lifang.living.web import shop_shown as shown
from lifang.living.web.here import moment, who
from lifang.orgs.selectors import place_name

Row = dict[str, Any]
MOST = 40
GUIDES = 12
STATES = {Side.PUBLIC: "progress", Side.NEIGHBOUR: "open", Side.CHARITY: "done", Side.BUSINESS: "waiting"}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def life(request: HttpRequest) -> HttpResponse:
    """Words are posted and stay out of the address."""
    asked = private.asked(request, 60)
    if asked.away:
        return HttpResponseRedirect(asked.away)
    actor, at, text = who(request), moment(request), asked.text.strip()
    trade = request.GET.get("trade", "")
    trade = trade if trade in TRADES else ""
    here = selectors.own_spot(actor)
    rows = _found(actor, text, trade, here, at)
    counts = Counter(row["key"] for row in rows)
    only = request.GET.get("side", "")
    only = only if only in set(Side) else ""
    kept = [row for row in rows if not only or row["key"] == only][:MOST]
    facts = {
        "text": text, "rows": kept, "map": _map(kept, here), "only": only, "trade": trade, "trades": TRADES.all(),
        "sides": [(one.value, shown.side(one), counts[one]) for one in Side],
    }  # fmt: skip
    return render(request, "living/life/life.html", facts)


def _found(actor: Actor, text: str, trade: str, here: walking.Spot | None, at: datetime) -> list[Row]:  # fmt: skip
    found = selectors.listed(actor, trade=trade, text=text)
    standing = selectors.standing(actor, [row.pk for row in found], at)
    rows = [_shop(row, here, at) | {"good": "; ".join(shown.reasons(row, standing[row.pk]))} for row in found]  # fmt: skip
    if not trade:
        rows += _public(actor, text, here, at) + _neighbours(actor, text)
    return sorted(rows, key=lambda row: (row["minutes"] is None, row["minutes"] or 0, row["name"]))


def _shop(row: Shop, here: walking.Spot | None, at: datetime) -> Row:
    return _row(row.side, row.name, f"{row.what.name} · {place_name(row.area, 2)} · {row.address}", reverse("living:shop", args=[row.pk]), (row.lon, row.lat), here) | {"open": shown.open_now(row, at)}  # fmt: skip


def _public(actor: Actor, text: str, here: walking.Spot | None, at: datetime) -> list[Row]:
    """Halls and stations; with words also the matters that they name."""
    points = [one for one in affairs.points(actor) if not text or text in str(one.name) or text in one.address]  # fmt: skip
    found = [
        _row(Side.PUBLIC, str(one.name), f"{place_name(one.area, 2)} · {one.address}", reverse("affairs:hall", args=[one.pk]), (one.lon, one.lat), here)
        for one in points
    ]  # fmt: skip
    guides = affairs.find_guides(actor, text, GUIDES) if text else []
    return found + [_row(Side.PUBLIC, str(one.name), str(one.lead), reverse("affairs:guide", args=[one.key]), None, here) for one in guides]  # fmt: skip


def _neighbours(actor: Actor, text: str) -> list[Row]:
    """What neighbours do for one another here."""
    offered = [(_("A neighbour fetches your parcels"), _("Name a neighbour, who gets a code of their own"), reverse("living:parcels"))]  # fmt: skip
    return [_row(Side.NEIGHBOUR, name, note, url, None, None) for name, note, url in offered if not text or text in f"{name} {note}"]  # fmt: skip


def _row(key: Side, name: str, note: str, url: str, there: walking.Spot | None, here: walking.Spot | None) -> Row:  # fmt: skip
    minutes = walking.minutes(here, there) if here and there else None
    return {"key": key, "side": shown.side(key), "name": name, "note": note, "url": url, "there": there, "minutes": minutes, "open": None}  # fmt: skip


def _map(rows: list[Row], here: walking.Spot | None) -> dict[str, Any]:
    points = [
        shown.point(lon, lat, str(number), number, row["name"], STATES[row["key"]], row["url"], str(row["side"].label))
        for number, row in enumerate(rows, 1) if row["there"] for lon, lat in [row["there"]]
    ]  # fmt: skip
    areas = f"{reverse('orgs:shapes', args=[site().county])}?level=12"
    props: dict[str, Any] = {"points": shown.collection(points), "areas": areas, "link": True}
    return props | ({"centre": list(here), "zoom": 15} if here else {})
