"""Safety notices for other systems: the police's own platform tells, others read."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.api.paging import Paging, listing
from lifang.sensing import actions, selectors
from lifang.sensing.api.alarms import moment
from lifang.sensing.models import SafetyNotice

router = Router(tags=["safety"])
LISTED = {
    "id": "id", "kind": "kind", "title": "title", "text": "text", "happened_on": "happened_on", "area": "area", "noted_at": "noted_at",
    "until": "until", "ended_at": "ended_at", "outcome": "outcome", "told": "told",
}  # fmt: skip


class Asked(Schema):
    """What is narrowed."""

    kind: Annotated[str, Field(max_length=20)] = ""
    area: Annotated[str, Field(max_length=15, pattern=r"^([0-9]{6,15})?$")] = ""


class TellIn(Schema):
    """`id` is the sender's: the same one sent twice is told once."""

    id: UUID
    area: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    kind: Annotated[str, Field(max_length=20)]
    title: Annotated[str, Field(max_length=80)]
    text: Annotated[str, Field(max_length=500)]
    happened_on: date | None = None
    until: AwareDatetime
    buildings: Annotated[list[UUID], Field(max_length=600)] = []  # none: all of the community


class EndIn(Schema):
    outcome: Annotated[str, Field(max_length=200)] = ""


class SafetyOut(Schema):
    id: UUID
    kind: str
    title: str
    text: str
    happened_on: date | None
    area: str
    noted_at: AwareDatetime
    until: AwareDatetime
    ended_at: AwareDatetime | None
    outcome: str
    told: int


class SafetyListOut(Schema):
    items: list[SafetyOut]
    next: str | None


def _asking(request: HttpRequest, capability: str) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may(capability) else Refusal("not_allowed"))
    return actor


@router.get("", response=SafetyListOut, summary="Safety notices you may see")
def list_safety(request: HttpRequest, asked: Query[Asked], page: Query[Paging]) -> Any:
    """Newest first, a page at a time."""
    rows = selectors.safety_notices(_asking(request, "sensing.see_safety"), asked.area)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return listing(request, rows, LISTED, page, order="-noted_at")


@router.post("", response=SafetyOut, summary="Tell people of safety")
def tell(request: HttpRequest, body: TellIn) -> Any:
    """Published at once; every account of its buildings is told."""
    actor = _asking(request, "sensing.tell_safety")
    station = next((one for one in selectors.stations(actor) if body.area.startswith(one.area)), None)  # fmt: skip
    if station is None:
        raise Refused("safety_station")
    standing = selectors.buildings_of(actor, body.area)
    named = [one for one in standing if not body.buildings or one.pk in set(body.buildings)]
    insist(Refusal("safety_place", {"field": "buildings"}) if len(named) < len(set(body.buildings)) else None)  # fmt: skip
    made = actions.tell_safety(
        actor=actor, unit=station, area=body.area, kind=body.kind, title=body.title, text=body.text, happened_on=body.happened_on,
        buildings=named, until=body.until, batch=body.id, at=moment(request),
    )  # fmt: skip
    return _out(made)


@router.post("{uuid:pk}/ending", response=SafetyOut, summary="End a safety notice")
def end(request: HttpRequest, pk: UUID, body: EndIn) -> Any:
    actor = _asking(request, "sensing.end_safety")
    found = selectors.safety_notice(actor, pk)
    return _out(actions.end_safety(actor=actor, notice=found, outcome=body.outcome, at=moment(request)))  # fmt: skip


def _out(row: SafetyNotice) -> SafetyOut:
    return SafetyOut(**{name: getattr(row, name) for name in LISTED})
