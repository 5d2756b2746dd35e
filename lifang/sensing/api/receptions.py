"""Files of reception for other systems, and a match for its named viewers: a look with its purpose."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from lifang.core.access import Actor, Refusal, insist
from lifang.core.api.paging import Paging, listing
from lifang.sensing import actions, selectors
from lifang.sensing.api.alarms import answering, moment

router = Router(tags=["receptions"])
KEEPS = ("sensing.ask_reception", "sensing.approve_reception", "sensing.suspend_reception")
LISTED = {name: name for name in ("id", "number", "area", "state", "system", "operator", "purpose", "basis", "document", "assessment", "starts_on", "ends_on", "asked_at")}  # fmt: skip


class LookIn(Schema):
    purpose: Annotated[str, Field(max_length=30)]


class MatchOut(Schema):
    """What was told; never of whom."""

    alarm: UUID
    kind: str
    device: UUID
    area: str
    at: AwareDatetime
    received_at: AwareDatetime


class CountsOut(Schema):
    """What came on a file and what became of it."""

    taken: int
    refused: dict[str, int]
    judged: int
    right: int
    wrong: int


def keeping(request: HttpRequest) -> Actor:
    """Who asks, if files of reception are theirs to keep."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if any(actor.may(one) for one in KEEPS) else Refusal("not_allowed"))
    return actor


@router.get("", summary="Files by which match alarms of outside systems are received")
def list_receptions(request: HttpRequest, page: Query[Paging]) -> Any:
    """Newest first, a page at a time."""
    rows = selectors.receptions(keeping(request)).select_related(None)
    return listing(request, rows, LISTED, page, order="-asked_at")


@router.get("{uuid:pk}/counts", response=CountsOut, summary="What came on a file")
def reception_counts(request: HttpRequest, pk: UUID) -> Any:
    """Taken, refused by reason, judged right and wrong."""
    actor = keeping(request)
    told = selectors.tally(actor, selectors.reception(actor, pk))
    return {**told._asdict(), "refused": dict(told.refused)}


@router.post("matches/{uuid:pk}/looks", response=MatchOut, summary="Look at a match for a purpose")
def look_match(request: HttpRequest, response: HttpResponse, pk: UUID, body: LookIn) -> Any:
    """For its named viewers; each look leaves a trace."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    shown = actions.look_match(actor=actor, alarm=found, purpose=body.purpose, at=moment(request))
    response["Cache-Control"] = "no-store"
    return {
        "alarm": found.pk, "kind": shown.kind, "device": shown.device.pk, "area": shown.grid, "at": shown.at,
        "received_at": shown.received_at,
    }  # fmt: skip
