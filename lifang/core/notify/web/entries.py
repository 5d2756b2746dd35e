"""Where the pages of messages are found."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lifang.core.notify import selectors
from lifang.core.web.nav import Entry, register


def register_entries() -> None:
    mail = {"icon": "mail", "capability": "notify.prefer", "count": _unread}
    register(
        Entry("me", "messages", _("Messages"), "notify:inbox", order=10, **mail),  # type: ignore[arg-type]
        Entry("my", "messages", _("Messages"), "notify:inbox", order=40, bar=True, **mail),  # type: ignore[arg-type]
        Entry(
            "desk",
            "outbox",
            _("Outbox"),
            "notify:outbox",
            icon="send",
            capability="notify.see_outbox",
            order=90,
        ),
        Entry(
            "desk",
            "webhooks",
            _("Webhooks"),
            "notify:webhooks",
            icon="webhook",
            capability="notify.add_endpoint",
            order=91,
        ),
    )


def _unread(request: HttpRequest) -> int | None:
    return selectors.unread(request.actor) or None  # type: ignore[attr-defined]
