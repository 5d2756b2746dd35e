"""What affairs put into the doors: navigation, verbs, search."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.affairs import selectors
from lifang.core.access import Actor
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.core.web.panels import panel

Filling = tuple[str, dict[str, Any]] | None
HITS = 8

register(
    Entry("public", "affairs.guides", _("Do a matter"), "affairs:guides", icon="file-check", order=15, short=_("Matters")),
    Entry("my", "affairs.guides", _("Do a matter"), "affairs:guides", icon="file-check", order=15, short=_("Matters")),
    Entry("my", "affairs.mine", _("My applications"), "affairs:mine", icon="files", order=25, short=_("Applied")),
    Entry("me", "affairs.mandates", _("Acting for one another"), "affairs:mandates", icon="user-check", order=30),
    Entry("desk", "affairs.applications", _("Applications"), "affairs:applications", icon="file-check", capability="affairs.see", order=22),
    Entry("desk", "affairs.reception", _("Window"), "affairs:reception", icon="building-store", capability="affairs.receive", order=21),
    Entry("desk", "affairs.lines", _("Queue"), "affairs:lines", icon="ticket", capability="affairs.call_next", order=21),
    Entry("kiosk", "affairs.halls", _("Take a ticket"), "affairs:kiosk_ticket", icon="ticket", order=4),
    Entry("desk", "affairs.unanswered", _("Unanswered questions"), "affairs:unanswered", icon="message-question", capability="affairs.settle_question", order=23),
    Entry("desk", "affairs.benefits", _("Due and not claimed"), "affairs:benefits", icon="gift", capability="affairs.find_due", order=24),
    Entry("kiosk", "affairs.ask", _("Ask a question"), "affairs:ask", icon="message-question", order=6),
    Entry("kiosk", "affairs.query", _("How far is it?"), "affairs:kiosk_query", icon="search", order=7),
    Entry("desk", "affairs.terminals", _("Terminals"), "affairs:terminals", icon="device-desktop", capability="affairs.see_terminals", order=25),
    Entry("me", "affairs.home_visits", _("Somebody comes to my home"), "affairs:own_home_visits", icon="home-heart", order=31),
    Entry("footer", "affairs.ask", _("Ask a question"), "affairs:ask", order=30),
    Entry("footer", "affairs.halls", _("Nearest window"), "affairs:halls", order=35),
    Entry("footer", "affairs.verify", _("Verify a document"), "affairs:verify", order=40),
    Entry("kiosk", "affairs.guides", _("Do a matter"), "affairs:guides", icon="file-check", order=5),
)  # fmt: skip


@panel("public.verbs", order=5)
def verb(request: HttpRequest) -> Filling:
    return "affairs/public/verb.html", {}


@panel("public.verbs", order=30)
def ask(request: HttpRequest) -> Filling:
    """Help in one press: asked in plain words, or a person phones back."""
    return "affairs/ask/verb.html", {}


@panel("public.help", order=10)
def ask_person(request: HttpRequest) -> Filling:
    return "affairs/ask/help.html", {}


def _guides(actor: Actor, text: str) -> list[Hit]:
    return [
        Hit(one.name, reverse("affairs:guide", args=[one.key]), one.lead, one.icon)
        for one in selectors.find_guides(actor, text, HITS)
    ]


finder(_("Do a matter"), _guides, door="public", key="affairs.guides")
finder(_("Matters to apply for"), _guides, key="affairs.guides")
