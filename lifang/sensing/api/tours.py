"""Tours for other systems: a vehicle's, a robot's or a team's program notes what was found, others read."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from lifang.core.access import Actor, Refusal, insist
from lifang.core.api.paging import Paging, listing
from lifang.sensing import actions, selectors
from lifang.sensing.api.alarms import moment

router = Router(tags=["tours"])
MAY = "sensing.note_tour"
LISTED = {
    "id": "id", "kind": "kind", "area": "area", "who": "who", "begun_at": "begun_at", "ended_at": "ended_at", "total": "total", "good": "good",
    "missed": "missed", "note": "note", "stops": "stops",
}  # fmt: skip


class Asked(Schema):
    """What is narrowed."""

    kind: Annotated[str, Field(max_length=20)] = ""
    area: Annotated[str, Field(max_length=15, pattern=r"^([0-9]{6,15})?$")] = ""


class StopIn(Schema):
    """A device by its code; "" where the kind has no stops."""

    code: Annotated[str, Field(max_length=60)] = ""
    result: Annotated[str, Field(max_length=20)]


class TourIn(Schema):
    kind: Annotated[str, Field(max_length=20)]
    area: Annotated[str, Field(pattern=r"^([0-9]{12}|[0-9]{15})$")]
    who: Annotated[str, Field(max_length=60)]
    begun_at: AwareDatetime
    ended_at: AwareDatetime
    note: Annotated[str, Field(max_length=500)] = ""
    stops: Annotated[list[StopIn], Field(min_length=1, max_length=2_000)]


class TourOut(Schema):
    """`stops`: device (or ""), its code, what was found."""

    id: UUID
    kind: str
    area: str
    who: str
    begun_at: AwareDatetime
    ended_at: AwareDatetime
    total: int
    good: int
    missed: int
    note: str
    stops: list[list[str]]


class ToursOut(Schema):
    items: list[TourOut]
    next: str | None


def _asking(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may(MAY) else Refusal("not_allowed"))
    return actor


@router.get("", response=ToursOut, summary="Tours you may see")
def list_tours(request: HttpRequest, asked: Query[Asked], page: Query[Paging]) -> Any:
    """Newest first, a page at a time."""
    rows = selectors.tours(_asking(request), asked.area)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return listing(request, rows, LISTED, page, order="-begun_at")


@router.post("", response=TourOut, summary="Note a tour")
def note_tour(request: HttpRequest, body: TourIn) -> Any:
    """The same vehicle or team, kind, area and beginning count once: sent again it is refused as noted."""
    actor = _asking(request)
    stops = {one.code: str(one.pk) for one in selectors.tour_stops(actor, body.kind, body.area)}
    made = actions.note_tour(
        actor=actor, kind=body.kind, area=body.area, who=body.who, begun=body.begun_at, ended=body.ended_at, note=body.note, at=moment(request),
        found={stops.get(one.code, one.code): one.result for one in body.stops},
    )  # fmt: skip
    return TourOut(**{name: getattr(made, name) for name in LISTED})
