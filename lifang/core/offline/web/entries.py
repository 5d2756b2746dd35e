"""Where the telephone's page is found, and what every desk page says of it to the browser."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Kind
from lifang.core.web.nav import Entry, register
from lifang.core.web.panels import panel


def register_entries() -> None:
    register(
        Entry(
            "desk", "offline", _("Without a network"), "offline:phone", icon="wifi-off", order=90
        ),
        Entry("me", "offline", _("Without a network"), "offline:phone", icon="wifi-off", order=60),
    )

    @panel("desk.head")
    def head(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
        staff = request.actor.kind is Kind.STAFF  # type: ignore[attr-defined]
        return ("offline/head.html", {}) if staff else None
