"""Shops in words and as points of a map; every find says who is behind it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.core.access import Actor
from lifang.core.flow import selectors as flow
from lifang.core.flow.lines import Line, tells
from lifang.core.pay.rules import yuan
from lifang.core.web.show import TONES, Chip, Entry
from lifang.living import selectors
from lifang.living.catalogue import SHOP
from lifang.living.models import Offer, Shop
from lifang.living.rules.shops import open_at
from lifang.living.terms import Side
from lifang.living.web.shop_forms import DAYS
from lifang.orgs.selectors import place_name

SIDES: dict[str, tuple[str, Any]] = {
    Side.PUBLIC: ("progress", gettext_lazy("Public service")),
    Side.NEIGHBOUR: ("open", gettext_lazy("Among neighbours")),
    Side.CHARITY: ("done", gettext_lazy("Charity")),
    Side.BUSINESS: ("waiting", gettext_lazy("Business")),
}
SIGNS = {"start": "send", "list": "check", "refuse": "x", "remove": "ban", "again": "arrow-back-up", "change": "edit", "leave": "door"}  # fmt: skip
WEEK = 7
GOOD = 4


@tells("shop")
def shops_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    rows = selectors.shops_by_id(actor, ids)
    return {pk: Line(f"{row.what.name} · {row.name}", place_name(row.area, 2), row.what.icon) for pk, row in rows.items()}  # fmt: skip


def side(key: str) -> Chip:
    return Chip(*SIDES[key])


def chip(row: Shop) -> Chip:
    return Chip(TONES[row.stage.tone], row.stage.name)


def hours(row: Shop) -> str:
    days = _("all days") if len(row.days) == WEEK else _(", ").join(str(name) for key, name in DAYS if key in row.days)  # fmt: skip
    return f"{days} {row.opens:%H:%M}–{row.closes:%H:%M}"


def open_now(row: Shop, at: datetime) -> Chip:
    if open_at(row.opens, row.closes, row.days, timezone.localtime(at)):
        return Chip("done", _("Open at this time"))
    return Chip("idle", _("Closed now"))


def offers(row: Shop) -> list[tuple[Offer, str]]:
    return [(one, price(one)) for one in row.offers.all()]


def price(one: Offer) -> str:
    amount = f"¥ {yuan(one.price)}" if one.price else _("free of charge")
    return f"{amount} / {one.unit}"


def entries(actor: Actor, row: Shop) -> list[Entry]:
    """What happened, newest first."""
    made = [
        Entry(at=one.at, title=SHOP().move[one.move].done, who="", icon=SIGNS.get(one.move, "point"), text=one.note)
        for one in flow.steps(actor, row.pk)
    ]  # fmt: skip
    return made[::-1]


def reasons(row: Shop, standing: selectors.Standing) -> list[str]:
    """Why it is recommended: facts alone, each said. Nothing is recommended below four stars or with a complaint."""
    if standing.stars is None or standing.stars < GOOD or standing.complaints:
        return []
    told = {"stars": f"{standing.stars:.1f}", "n": standing.rated, "orders": standing.orders}
    found = [
        _("%(stars)s of 5 by %(n)s who ordered in the last half year") % told,
        _("no complaint about %(orders)s orders") % told,
    ]
    if row.step_free:
        found.append(_("Reached without steps"))
    if any(one.at_home for one in row.offers.all()):
        found.append(_("comes to the home"))
    if row.side == Side.CHARITY:
        found.append(_("registered as a charity"))
    return found


def facts(actor: Actor, row: Shop, at: datetime) -> dict[str, Any]:
    return {
        "shop": row, "chip": chip(row), "side": side(row.side), "hours": hours(row), "open": open_now(row, at), "offers": offers(row),
        "where": place_name(row.area, 2), "map": spot(row),
    }  # fmt: skip


def spot(row: Shop) -> dict[str, Any]:
    """Where it is."""
    areas = f"{reverse('orgs:shapes', args=[row.area[:12]])}?level=15"
    return {"points": collection([point(row.lon, row.lat, str(row.pk), 1, row.name, "progress")]), "areas": areas, "centre": [row.lon, row.lat], "zoom": 16}  # fmt: skip


def point(lon: float, lat: float, key: str, number: int | str, name: str, state: str, url: str = "", note: str = "") -> dict[str, Any]:  # fmt: skip
    told = {"id": key, "number": str(number), "name": name, "state": state} | ({"url": url} if url else {}) | ({"note": note} if note else {})  # fmt: skip
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}, "properties": told}  # fmt: skip


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
