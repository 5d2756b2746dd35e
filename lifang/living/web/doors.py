"""Where bills stand in the doors: the company's rail, the household's pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.access.errands import Errand, errand
from lifang.core.pay.rules import yuan
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.core.web.panels import panel
from lifang.living import selectors
from lifang.living.terms import BILLS_FOR, ORDERS_FOR, PARCELS_FOR, REPAIRS_FOR
from lifang.living.web import helping, needs, outages, shop_shown, shown

HITS = 8

register(
    Entry("desk", "living.bills", _("Bills"), "living:desk_bills", icon="receipt", capability="living.take_cash", order=45),
    Entry("desk", "living.repairs", _("Repairs"), "living:board", icon="tool", capability="living.see_repairs", order=44),
    Entry("desk", "living.rounds", _("Rounds"), "living:rounds", icon="checkup-list", capability="living.do_round", order=46),
    Entry("desk", "living.parcels", _("Parcels"), "living:desk_parcels", icon="package", capability="living.see_parcels", order=46),
    Entry("desk", "living.gates", _("Gates"), "living:gates", icon="door-enter", capability="living.check_pass", order=46),
    Entry("desk", "living.venues", _("Bookings"), "living:desk_venues", icon="calendar-event", capability="living.see_bookings", order=47),
    Entry("desk", "living.outages", _("Outages"), "living:desk_outages", icon="bolt-off", capability="living.note_outage", order=47),
    Entry("desk", "living.lines", _("Published accounts"), "living:lines", icon="scale", capability="living.enter_line", order=48, short=_("Ledger")),
    Entry("desk", "living.days", _("Payments compared"), "living:days", icon="scale", capability="pay.watch_days", order=48, short=_("Payments")),
    Entry("desk", "living.shops", _("Shops"), "living:desk_shops", icon="building-store", capability="living.see_shops", order=49),
    Entry("footer", "living.life", _("Services near me"), "living:life", order=36),
    Entry("public", "living.accounts", _("Published accounts"), "living:accounts", icon="scale", order=40, short=_("Ledger")),
    Entry("my", "living.bills", _("Bills"), "living:bills", icon="receipt", order=25),
)  # fmt: skip


errand(Errand(ORDERS_FOR, _("Order from shops for them"), "living:orders_for", icon="shopping-bag", own=_("Order services and things from shops for me, with my subsidies")))  # fmt: skip
errand(Errand(REPAIRS_FOR, _("Report a repair for them"), "living:repairs_for", icon="tool", own=_("Report what is broken in my home to the property company")))  # fmt: skip
errand(Errand(BILLS_FOR, _("See and pay their bills"), "living:bills_for", icon="receipt", own=_("See my bills and pay them")))  # fmt: skip
errand(Errand(PARCELS_FOR, _("See their parcels"), "living:parcels_for", icon="package", own=_("See which parcels wait for my home, with the pick-up code")))  # fmt: skip


@panel("affairs.mandates", order=20)
def done_for_me(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What helpers did for whoever looks, newest first."""
    rows = selectors.deeds_for_me(request.actor)  # type: ignore[attr-defined]
    return ("living/helping/deeds.html", {"rows": helping.deeds(rows, own=True)}) if rows else None


@panel("affairs.mandates_of", order=20)
def done_for(request: HttpRequest, person: Any) -> tuple[str, dict[str, Any]] | None:
    """The same at the window, of somebody of one's area."""
    rows = selectors.deeds_of(request.actor, person.pk)  # type: ignore[attr-defined]
    return ("living/helping/deeds.html", {"rows": helping.deeds(rows, own=False)}) if rows else None


@panel("my.home", order=16)
def home(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What one's property company is asked for; beside the bar, which is full."""
    return "living/my/home.html", {}


@panel("my.home", order=5)
def off(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What is off or will be where one lives."""
    return _off(request, selectors.own_outages(request.actor, request.at))  # type: ignore[attr-defined]


@panel("orgs.community", order=5)
def off_here(request: HttpRequest, area: str = "", **_facts: Any) -> tuple[str, dict[str, Any]] | None:  # fmt: skip
    """The same of an area, for everybody."""
    return _off(request, selectors.public_outages(request.actor, request.at, area))  # type: ignore[attr-defined]


def _off(request: HttpRequest, rows: list[Any]) -> tuple[str, dict[str, Any]] | None:
    told = outages.shown(rows, request.at)  # type: ignore[attr-defined]
    return ("living/public/outages_panel.html", {"rows": told}) if told else None


@panel("my.home", order=17)
def to_answer(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """A survey of the community that one's home has not answered."""
    found = needs.asked(request.actor, request)  # type: ignore[attr-defined]
    return ("living/needs/panel.html", {"survey": found}) if found else None


@panel("my.home", order=14)
def to_fetch(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What waits at the company's desk."""
    waiting = selectors.count_waiting(request.actor)  # type: ignore[attr-defined]
    return ("living/my/parcels_panel.html", {"waiting": waiting}) if waiting else None


@panel("my.home", order=15)
def to_pay(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What is to be paid, one tap from its bill."""
    owed, newest = selectors.owed_by_me(request.actor)  # type: ignore[attr-defined]
    if not owed:
        return None
    return "living/my/panel.html", {"owed": yuan(owed), "newest": [(one, yuan(one.left), shown.item_name(one.item) if one.item else "") for one in newest]}  # fmt: skip


def _services(actor: Actor, text: str) -> list[Hit]:
    rows = selectors.listed(actor, text=text)[:HITS] if len(text) > 1 else []
    return [Hit(row.name, reverse("living:shop", args=[row.pk]), f"{shop_shown.side(row.side).label} · {row.what.name}", row.what.icon) for row in rows]  # fmt: skip


finder(_("Shops and suppliers"), _services, door="public", key="living.shops")
