"""Legal holds beside the row they keep: a panel that contexts put on their own pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime

from lifang.core.access import Actor
from lifang.core.retention import selectors

Filling = tuple[str, dict[str, Any]] | None


def holds_on(request: HttpRequest, kind: str, row: Any) -> Filling:
    """Holds in force on a row, and the way to set one; nothing for who may do neither where there is none."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    on = localtime(request.at).date()  # type: ignore[attr-defined]
    may = actor.may("retention.set_hold", row.area)
    holds = selectors.holds_on(actor, kind, row.pk, row.area, on)
    if not may and not holds:
        return None
    new = f"{_page('new_hold')}?kind={kind}&subject={row.pk}" if may else ""
    opens = may or actor.may("retention.lift_hold", row.area)
    shown = [(one, _page("hold", one.pk) if opens else "") for one in holds]
    return "retention/holds.html", {"holds": shown, "new_hold": new}


def _page(name: str, *args: Any) -> str:
    """The pages of holds stand in orgs, which knows areas by name."""
    return reverse(f"orgs:{name}", args=args)
