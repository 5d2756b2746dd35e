"""Coming in: photos, reports, what staff write down for others, one more voice."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File
from ninja.files import UploadedFile
from ninja.responses import Status

from lifang.cases import actions
from lifang.cases.api import schemas
from lifang.cases.api.router import router
from lifang.cases.api.shown import One, asked, near_or_own, photos, shown
from lifang.core.access import Refused
from lifang.core.files.darkroom import develop
from lifang.core.files.store import stash
from lifang.orgs import selectors as orgs


@router.post("photos", response={201: dict[str, str]}, summary="Put a photo aside")
def stash_photo(request: HttpRequest, photo: File[UploadedFile]) -> Any:
    """Multipart field `photo`; the answer's `photo` goes into `photos` of a report or an act within a day."""
    return Status(201, {"photo": stash(develop(photo), request.at)})  # type: ignore[attr-defined]


@router.post("", response={201: One}, summary="Report a trouble")
def report(request: HttpRequest, body: schemas.Report) -> Any:
    """In one's own name. With an `Idempotency-Key` a repeated request reports once."""
    made = actions.report(**asked(request), **_facts(request, body))
    return Status(201, shown(request.actor, made))  # type: ignore[attr-defined]


@router.post("records", response={201: One}, summary="Write down what somebody told")
def record(request: HttpRequest, body: schemas.Told) -> Any:
    """By telephone, at the window, on a patrol, by another platform: `reference` is its number there, taken once."""
    made = actions.record(**asked(request), **_facts(request, body))
    return Status(201, shown(request.actor, made))  # type: ignore[attr-defined]


@router.post("self-handled", response={201: One}, summary="Found, solved and closed on the spot")
def self_handle(request: HttpRequest, body: schemas.SelfHandled) -> Any:
    facts = _facts(request, body)
    for name in ("before", "after"):
        facts[name] = photos(request, facts[name])
    made = actions.self_handle(**asked(request), **facts)
    return Status(201, shown(request.actor, made))  # type: ignore[attr-defined]


def _facts(request: HttpRequest, body: schemas.Placed) -> dict[str, Any]:
    facts = body.dict()
    if "photos" in facts:
        facts["photos"] = photos(request, facts["photos"])
    if facts["area"]:
        try:
            orgs.division(request.actor, facts["area"])  # type: ignore[attr-defined]
        except Refused as unknown:
            raise Refused("out_of_area") from unknown
    return facts


@router.post("{uuid:pk}/reports", response={201: dict[str, Any]}, summary="Join a case")
def join(request: HttpRequest, pk: UUID, body: schemas.Joined) -> Any:
    """One more voice, and one more person kept informed; `receipt` opens what became of it."""
    case = near_or_own(request, pk)
    facts = {**body.dict(), "photos": photos(request, body.photos)}
    reporter = actions.join(**asked(request), case=case, **facts)
    return Status(201, {"case": case.pk, "receipt": reporter.token})
