"""Utility lines for programs of those who may see them."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from lifang.core.access import Actor, Refusal, insist
from lifang.core.api.paging import Paging, listing
from lifang.sensing import selectors

router = Router(tags=["lines"])
LISTED = [
    "id", "area", "kind", "code", "keeper", "path", "metres", "material", "diameter", "voltage", "depth", "laid_on", "years", "state", "source",
    "accuracy",
]  # fmt: skip


class Asked(Schema):
    """What is narrowed."""

    kind: Annotated[str, Field(max_length=20)] = ""
    area: Annotated[str, Field(max_length=15, pattern=r"^([0-9]{6,15})?$")] = ""


@router.get("")
def list_lines(request: HttpRequest, page: Query[Paging], asked: Query[Asked]) -> Any:
    """Lines of one's areas, newest first; `path` is `[[lon, lat], …]` in WGS-84."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("sensing.see_lines") else Refusal("not_allowed"))
    rows = selectors.lines(actor).filter(area__startswith=asked.area)
    rows = rows.filter(kind=asked.kind) if asked.kind else rows
    return listing(request, rows, LISTED, page, order="-entered_at")
