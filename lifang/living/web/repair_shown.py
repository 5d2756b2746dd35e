"""Repairs in words and as a picture of the building."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from lifang.core.access import Actor
from lifang.core.files import store
from lifang.core.files.models import Attachment
from lifang.core.files.terms import Kind as Kept
from lifang.core.flow import selectors as flow
from lifang.core.flow.lines import Line, tells
from lifang.core.pay.rules import yuan
from lifang.core.web.show import TONES, Chip, Entry, Photo
from lifang.living import selectors
from lifang.living.catalogue import REPAIR
from lifang.living.models import Repair
from lifang.living.terms import Spot
from lifang.living.web.repair_forms import ICONS, SPOTS, spot_name
from lifang.orgs.selectors import place_name
from lifang.registry.selectors import Home

MOST_ROWS = 12  # floors drawn one by one; a tower shows those around one's own
SIGNS = {
    "start": "send", "take": "check", "quote": "file-invoice", "free": "check", "agree": "thumb-up", "object": "thumb-down", "book": "calendar", "finish": "tool",
    "rate": "star", "again": "arrow-back-up", "lapse": "clock", "refuse": "x", "withdraw": "x", "warn": "alert-triangle", "escalate": "arrow-up",
}  # fmt: skip


@tells("repair")
def repairs_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    rows = selectors.repairs_by_id(actor, ids)
    return {pk: Line(f"{row.what.name} · {row.address}", place_name(row.area, 2), row.what.icon) for pk, row in rows.items()}  # fmt: skip


def chip(row: Repair) -> Chip:
    if row.warned_at and row.stage.kind == "open":
        return Chip("late", _("%(state)s, late") % {"state": row.stage.name})
    return Chip(TONES[row.stage.tone], row.stage.name)


def where(row: Repair, home: str = "") -> str:
    return spot_name(row.spot, row.floor, home)


def entries(actor: Actor, row: Repair) -> list[Entry]:
    """What happened, newest first."""
    made = [
        Entry(at=one.at, title=REPAIR().move[one.move].done, who="", icon=SIGNS.get(one.move, "point"), text=one.note)
        for one in flow.steps(actor, row.pk)
    ]  # fmt: skip
    return made[::-1]


def lent(found: Iterable[Attachment], until: datetime) -> dict[str, Any]:
    """The same by links that hold until then: for a helper, who sees them for somebody."""
    told: dict[str, Any] = {"before": [], "after": []}
    for one in found:
        links = {"url": store.link(one, until), "thumb": store.link(one, until, "thumb"), "middle": store.link(one, until, "middle")}  # fmt: skip
        told["after" if one.kind == Kept.AFTER else "before"].append(Photo(**links, at=one.taken_at or one.added_at))  # fmt: skip
    return told


def photos(actor: Actor, row: Repair) -> dict[str, Any]:
    found: dict[str, Any] = {"before": [], "after": []}
    for one in store.of_subject(actor, row):
        found["after" if one.kind == Kept.AFTER else "before"].append(
            Photo(
                url=reverse("files:file", args=[one.pk]), thumb=reverse("files:thumb", args=[one.pk]),
                middle=reverse("files:middle", args=[one.pk]), at=one.taken_at or one.added_at,
            )
        )  # fmt: skip
    return found


def facts(actor: Actor, row: Repair, home: str = "") -> dict[str, Any]:
    parts = [{"name": one.name, "count": one.count, "price": yuan(one.price), "sum": yuan(one.price * one.count)} for one in selectors.parts(actor, row)]  # fmt: skip
    return {
        "repair": row, "chip": chip(row), "where": where(row, home), "entries": entries(actor, row), "photos": photos(actor, row), "parts": parts,
        "quoted": yuan(row.quoted), "charged": yuan(row.charged), "kind": row.what,
    }  # fmt: skip


def picture(home: Home, name: str) -> dict[str, Any]:
    """The building from the roof to the basement; the own door at its floor, no neighbour's."""
    top = home.floors
    own = home.floor or 1
    low = max(1, min(own - MOST_ROWS // 2, top - MOST_ROWS + 1)) if top > MOST_ROWS else 1
    high = min(top, low + MOST_ROWS - 1)
    rows = [{"floor": n, "value": f"floor:{n}", "own": n == own} for n in range(high, low - 1, -1)]
    sides = [{"value": str(one), "name": SPOTS[one], "icon": ICONS[one]} for one in (Spot.LIFT, Spot.ENTRANCE, Spot.YARD)]  # fmt: skip
    return {
        "home": home, "name": name, "rows": rows, "sides": sides, "top": top, "cut": top > high, "under": low > 1,
        "roof": {"value": "roof", "name": SPOTS[Spot.ROOF], "icon": ICONS[Spot.ROOF]},
        "basement": {"value": "basement", "name": SPOTS[Spot.BASEMENT], "icon": ICONS[Spot.BASEMENT]},
    }  # fmt: skip
