"""Outside systems as a list, for the programs of those who keep them."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from lifang.core.access import Actor, Refusal, insist
from lifang.core.api.paging import Paging, listing
from lifang.exchange import selectors

router = Router(tags=["exchange"])
LISTED = ["id", "number", "name", "body", "state", "area", "personal", "level", "asked_at", "expires_at"]  # fmt: skip


@router.get("")
def list_systems(request: HttpRequest, page: Query[Paging]) -> Any:
    """Systems that applied in one's areas, newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("exchange.see_systems") else Refusal("not_allowed"))
    return listing(request, selectors.systems(actor), LISTED, page, order="-asked_at")
