"""A resident's own cases, signed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lifang.cases import selectors
from lifang.cases.terms import OPEN, State
from lifang.cases.web import plain
from lifang.core.access import Actor, Kind
from lifang.core.web.tables import Column, Empty, Table
from lifang.core.web.views import only

TABS = {
    "all": _("All"),
    "open": _("Not closed yet"),
    "waiting": _("Waiting for me"),
    "closed": _("Over"),
}
DONE = (
    State.CLOSED,
    State.AWAITING_CALLBACK,
    State.ARCHIVED,
    State.REFUSED,
    State.VOID,
    State.MERGED,
)


def _url(row: Any) -> str:
    return reverse("cases:receipt", args=[row.token])


class OwnTable(Table):
    title = Column(_("Matter"), value=lambda case: case.title, link=_url, wide=True)
    place = Column(_("Place"), value=plain.place_of)
    state = Column(_("State"), cell="state", value=plain.chip_of, sort="state")
    promised_at = Column(_("Expected by"), cell="time", sort="promised_at")
    opened_at = Column(_("Reported on"), cell="time", sort="opened_at")
    number = Column(_("Number"), link=_url, sort="number", shown=False)

    key = "my-cases"
    private = True
    search = ("number", "place", "text")
    order = "-opened_at"
    per_page = 20
    empty = Empty(
        _("You have reported nothing yet."),
        _("What you report while signed in appears here, with its state."),
        act=(_("Report a trouble"), "cases:report"),
        icon="leaf",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only(Kind.RESIDENT)
def mine(request: HttpRequest) -> HttpResponse:
    """My reports: open, waiting for me, done; what asks for my stars stands on top."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    shown = request.GET.get("show", "all")
    shown = shown if shown in TABS else "all"
    rows = selectors.own_cases(actor).select_related("lead")
    chosen = {
        "all": rows,
        "open": rows.filter(state__in=OPEN),
        "waiting": selectors.waits_for_reporter(rows),
        "closed": rows.filter(state__in=DONE),
    }[shown]
    owed = list(selectors.waits_for_reporter(rows)[:3]) if shown == "all" else []
    table = OwnTable(request, chosen)
    return table.response(  # type: ignore[return-value]
        "cases/public/mine.html", {"tabs": TABS, "shown": shown, "owed": owed}
    )
