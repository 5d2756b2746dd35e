"""Where the pages of outside systems stand: in the rail, in the search over everything, in the list of what is to be done."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.api.models import ApiKey
from lifang.core.flow import lines
from lifang.core.flow.lines import Line
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.core.web.panels import Filling, panel
from lifang.exchange import selectors
from lifang.exchange.web.shown import chip
from lifang.orgs import selectors as orgs

HITS = 8
MAY = "exchange.see_systems"

register(
    Entry("desk", "exchange.systems", _("Outside systems"), "exchange:systems", icon="plug-connected", capability=MAY, order=64),
    Entry("footer", "exchange.door", _("Connect a system"), "exchange:door", icon="plug-connected", order=81),
)  # fmt: skip


def _systems(actor: Actor, text: str) -> list[Hit]:
    if not actor.may(MAY):
        return []
    rows = selectors.find_systems(actor, text)[:HITS]
    return [Hit(one.name, reverse("exchange:system", args=[one.pk]), one.body, "plug-connected") for one in rows]  # fmt: skip


finder(_("Outside systems"), _systems)


@lines.tells("system_admission")
def lines_of(actor: Actor, pks: list[UUID]) -> dict[UUID, Line]:
    rows = selectors.systems(actor).filter(pk__in=pks)
    return {one.pk: Line(one.name, orgs.place_name(one.area, 2) or one.area, "plug-connected") for one in rows}  # fmt: skip


@panel("api.reference", order=10)
def how_to_connect(request: HttpRequest, **_facts: Any) -> Filling:
    """On the page of interfaces: how a system of others gets a key."""
    return "exchange/public/of_reference.html", {}


@panel("api.key", order=10)
def system_of(request: HttpRequest, key: ApiKey, **_facts: Any) -> Filling:
    """On the page of a key: which outside system uses it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.system_of_key(actor, key)
    if found is None:
        return None
    may = actor.may(MAY) and selectors.systems(actor).filter(pk=found.pk).exists()
    return "exchange/desk/of_key.html", {"system": found, "chip": chip(found), "place": orgs.place_name(found.area, 2), "may_open": may}  # fmt: skip
