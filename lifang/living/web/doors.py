"""Where bills stand in the doors: the company's rail, the household's pages."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lifang.core.pay.rules import yuan
from lifang.core.web.nav import Entry, register
from lifang.core.web.panels import panel
from lifang.living import selectors

register(
    Entry("desk", "living.bills", _("Bills"), "living:desk_bills", icon="receipt", capability="living.take_cash", order=45),
    Entry("desk", "living.repairs", _("Repairs"), "living:board", icon="tool", capability="living.see_repairs", order=44),
    Entry("desk", "living.rounds", _("Rounds"), "living:rounds", icon="checkup-list", capability="living.do_round", order=46),
    Entry("desk", "living.parcels", _("Parcels"), "living:desk_parcels", icon="package", capability="living.see_parcels", order=46),
    Entry("desk", "living.lines", _("Community accounts"), "living:lines", icon="scale", capability="living.enter_line", order=47, short=_("Accounts")),
    Entry("public", "living.accounts", _("Community accounts"), "living:accounts", icon="scale", order=40, short=_("Accounts")),
    Entry("my", "living.bills", _("Bills"), "living:bills", icon="receipt", order=25),
)  # fmt: skip


@panel("my.home", order=16)
def home(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """What one's property company is asked for; beside the bar, which is full."""
    return "living/my/home.html", {}


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
    return "living/my/panel.html", {"owed": yuan(owed), "newest": [(one, yuan(one.left)) for one in newest]}  # fmt: skip
