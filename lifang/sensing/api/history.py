"""What a device observed, for other systems: reading by reading, also of days that lie in the archive."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.sensing import selectors
from lifang.sensing.selectors.archived import MOST_DAYS

router = Router(tags=["devices"])


class Asked(Schema):
    """Which measure, from when to when; at most 31 days at once."""

    measure: Annotated[str, Field(max_length=40)]
    since: AwareDatetime
    until: AwareDatetime
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000


class ReadingOut(Schema):
    at: AwareDatetime
    value: float
    quality: int


class HistoryOut(Schema):
    """Oldest first. `next`: ask again with this as `since`; none: that was all."""

    items: list[ReadingOut]
    next: AwareDatetime | None


@router.get("{uuid:pk}/observations", response=HistoryOut, summary="What a device observed")
def history(request: HttpRequest, pk: UUID, asked: Query[Asked]) -> Any:
    """One measure in order of event time, from the days at hand and from the archive alike; what was of a home is not in it any more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(Refusal("not_allowed") if actor.kind == Kind.RESIDENT else None)
    span = asked.until - asked.since
    fits = timedelta(0) < span <= timedelta(days=MOST_DAYS)
    insist(None if fits else Refusal("history_span", {"field": "until", "most": MOST_DAYS}))
    found = selectors.device(actor, pk)
    series = next((one for one in selectors.series(actor, found) if one.measure == asked.measure), None)  # fmt: skip
    if series is None:
        raise Refused("not_found")
    rows = selectors.readings(actor, series, asked.since, asked.until, asked.limit)
    items = [{"at": one.at, "value": one.value, "quality": one.quality} for one in rows.items]
    return {"items": items, "next": rows.next}
