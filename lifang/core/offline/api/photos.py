"""Photos in pieces: a connection that breaks in the middle loses at most one of them."""

from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from ninja import Query, Schema
from pydantic import Field

from lifang.core.access import Refused
from lifang.core.api.faults import bad_input
from lifang.core.offline import keeping
from lifang.core.offline.api.router import router, worker
from lifang.core.offline.models import Upload
from lifang.core.offline.terms import PART_BYTES

Count = Annotated[int, Field(ge=0, lt=2**31)]


class Piece(Schema):
    start: Count
    size: Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PhotoState(Schema):
    have: int
    whole: bool


@router.get("photos/{uuid:pk}", response=PhotoState, summary="How much of a photo is here")
def photo(request: HttpRequest, pk: UUID) -> Any:
    """`have` bytes from its beginning; 0 for a photo that nobody has begun or that lay too long. Go on from there."""
    return _told(keeping.photo_state(worker(request), pk, request.at))  # type: ignore[attr-defined]


@router.put("photos/{uuid:pk}", response=PhotoState, summary="Send a piece of a photo")
def add_part(request: HttpRequest, pk: UUID, piece: Query[Piece]) -> Any:
    """The body is the bytes from `start` on, at most 256 KiB. The id is made by the sender, `size` and `sha256` are of the whole.

    A piece that is here already changes nothing; one that leaves a gap is refused with `facts.have`.
    """
    actor = worker(request)
    try:
        data = request.body
    except RequestDataTooBig as wrong:
        raise Refused("too_large", most=PART_BYTES) from wrong
    except UnreadablePostError as cut:
        raise bad_input("body", body="cut off") from cut
    if len(data) > PART_BYTES:
        raise Refused("too_large", most=PART_BYTES)
    at = request.at  # type: ignore[attr-defined]
    return _told(keeping.add_part(actor, pk, **piece.dict(), data=data, at=at))


def _told(upload: Upload | None) -> dict[str, Any]:
    return {"have": upload.have if upload else 0, "whole": bool(upload and upload.word)}
