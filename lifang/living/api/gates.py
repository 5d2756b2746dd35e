"""Gates ask whom to let in: a reader, a barrier's camera, the screen of a porter."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from lifang.core.access import Refusal, insist
from lifang.core.api.paging import Paging, listing
from lifang.living import actions, selectors

router = Router(tags=["living"])
MAY = "living.check_pass"
Said = Annotated[str, Field(max_length=40)]


class Asked(Schema):
    """Exactly one of code, card and plate."""

    model_config = ConfigDict(extra="forbid")
    direction: Literal["in", "out"] = "in"
    code: Said = ""
    card: Said = ""
    plate: Said = ""


class Answered(Schema):
    """What the gate does. Of a household nothing more is said than that it may pass."""

    open: bool
    who: Literal["household", "vehicle", "visitor", ""]
    reason: str
    message: str
    to: str  # of a visitor: where to
    until: AwareDatetime | None
    left: int | None  # times in


@router.get("gates", summary="Gates of one's company")
def gates(request: HttpRequest, page: Query[Paging]) -> Any:
    """Those that one may ask about."""
    _asking(request)
    columns = ["id", "name", "kind", "area", "admits", "device"]
    return listing(request, selectors.gates(request.actor), columns, page, order="made_at")  # type: ignore[attr-defined]


@router.post("gates/{uuid:pk}/checks", response=Answered, summary="May they pass?")
def check_pass(request: HttpRequest, pk: UUID, body: Asked) -> Any:
    """Answered for the one who stands there; the passage is counted, and forgotten after its term."""
    _asking(request)
    found = selectors.gate(request.actor, pk)  # type: ignore[attr-defined]
    said = actions.check_pass(actor=request.actor, gate=found, at=request.at, **body.dict())  # type: ignore[attr-defined]
    visit = said.visit if said.opened else None
    return {
        "open": said.opened, "who": said.who, "reason": said.refusal.reason if said.refusal else "", "message": str(said.refusal) if said.refusal else "",
        "to": visit.address if visit else "", "until": visit.ends_at if visit else None, "left": visit.entries - visit.used if visit else None,
    }  # fmt: skip


def _asking(request: HttpRequest) -> None:
    insist(None if request.actor.may(MAY) else Refusal("not_allowed"))  # type: ignore[attr-defined]
