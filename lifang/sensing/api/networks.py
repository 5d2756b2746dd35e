"""Coverage of networks by community, with the numbers of its formula."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.sensing import selectors

router = Router(tags=["networks"])


class Asked(Schema):
    """A county, street or community of one's own."""

    area: Annotated[str, Field(max_length=15, pattern=r"^[0-9]{6,15}$")]


class RateOut(Schema):
    """`covered` of `homes`; of `unknown` nobody has said anything, and they count as not covered."""

    area: str
    kind: str
    homes: int
    covered: int
    unknown: int
    share: float | None


@router.get("", response=list[RateOut], summary="Coverage of networks")
def network_coverage(request: HttpRequest, asked: Query[Asked]) -> Any:
    """Homes of buildings where one operator's newest finding says covered, of all registered homes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(
        None if actor.kind is not Kind.ANONYMOUS and actor.scope.areas else Refusal("not_allowed"),
        None if actor.scope.covers(asked.area) else Refusal("not_found"),
    )
    return [
        RateOut(area=area, share=one.share, **one._asdict())
        for area, found in selectors.network_rates(actor, asked.area).items()
        for one in found
    ]
