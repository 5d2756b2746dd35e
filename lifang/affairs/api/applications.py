"""Applications: how one goes, for whoever holds its receipt; those in sight, for a key; a department's opinion."""

import re
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import AwareDatetime, ConfigDict, Field

from lifang.affairs import actions, selectors
from lifang.affairs.api.router import router
from lifang.affairs.api.shown import Words, both
from lifang.affairs.catalogue import APPLICATION, CHANNELS, GUIDES, MATERIALS
from lifang.affairs.models import Application
from lifang.core.access import SYSTEM, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.api.faults import bad_input
from lifang.core.api.paging import Paging, listing
from lifang.core.flow import selectors as flow

WORD = re.compile(r"[34679ACDEFGHJKMNPQRTWXY]{16}")
NUMBER = re.compile(r"[0-9A-Z]{10,24}")
LISTED = {
    "id": "id", "number": "number", "guide": "guide", "edition": "edition", "channel": "channel", "state": "state", "area": "area",
    "window": "desk", "submitted_at": "submitted_at", "accepted_at": "accepted_at", "promised_at": "promised_at", "due_at": "due_at",
    "decided_at": "decided_at", "closed_at": "closed_at", "outcome": "outcome", "known": "known", "asked": "asked",
}  # fmt: skip


class ApplicationOut(Schema):
    """Codes and times; whose it is and what was written stands in no answer. `window` is the area of the desk."""

    id: UUID
    number: str
    guide: str
    edition: int
    channel: str
    state: str
    area: str
    window: str
    submitted_at: AwareDatetime
    accepted_at: AwareDatetime | None
    promised_at: AwareDatetime | None
    due_at: AwareDatetime | None
    decided_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    outcome: str
    known: int
    asked: int


class ApplicationPage(Schema):
    items: list[ApplicationOut]
    next: str | None


class PartState(Schema):
    key: str
    unit: UUID
    due_at: AwareDatetime
    done_at: AwareDatetime | None
    agrees: bool | None


class LaidState(Schema):
    key: str
    met: str


class ApplicationWhole(ApplicationOut):
    """With the departments' parts and how each material is met."""

    parts: list[PartState]
    materials: list[LaidState]
    wanted: list[str]


class StepOut(Schema):
    move: str
    name: Words
    at: AwareDatetime


class ReceiptOut(Schema):
    """How it goes: no name, no paper, nothing that was written."""

    number: str
    guide: str
    name: Words
    state: str
    plain: Words
    channel: str
    submitted_at: AwareDatetime
    promised_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    wanted: list[Words]
    steps: list[StepOut]


class Filters(Schema):
    state: Annotated[list[str], Field(max_length=20, default_factory=list)]
    guide: Annotated[list[str], Field(max_length=50, default_factory=list)]
    channel: Annotated[str, Field(max_length=12)] = ""
    area: Annotated[str, Field(max_length=15, pattern=r"^([0-9]{6,15})?$")] = ""
    submitted_from: AwareDatetime | None = None
    submitted_to: AwareDatetime | None = None


@router.get("receipts/{token}", auth=None, response=ReceiptOut, summary="How an application goes")
def receipt(request: HttpRequest, token: str) -> Any:
    """By the word on the printed receipt (`/a/<word>`), which is the permission."""
    row = selectors.receipt(request.actor, _like(WORD, token))  # type: ignore[attr-defined]
    plain = ("number", "guide", "state", "channel", "submitted_at", "promised_at", "closed_at")
    with behind(SYSTEM):  # the receipt itself is the permission
        steps = flow.steps(SYSTEM, row.pk)
        made = [{"move": one.move, "name": both(APPLICATION().move[one.move].done), "at": one.at} for one in steps]  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain}, "name": both(row.matter.name), "plain": both(row.stage.plain or row.stage.name), "steps": made,
        "wanted": [both(MATERIALS[key].name) for key in row.wanted if key in MATERIALS],
    }  # fmt: skip


class ResultOut(Schema):
    """What the paper itself shows; the name masked."""

    number: str
    guide: str
    name: str
    issued_on: date
    holds_until: date | None
    revoked: bool
    sha256: str


@router.get("results/{number}", auth=None, response=ResultOut, summary="Is this paper ours?")
def result(request: HttpRequest, number: str) -> Any:
    """By the number on it. Whoever holds the file compares its SHA-256."""
    row = selectors.verified(request.actor, _like(NUMBER, number))  # type: ignore[attr-defined]
    plain = ("number", "issued_on", "holds_until", "sha256")
    return {
        **{name: getattr(row, name) for name in plain}, "guide": row.application.guide, "name": str(row.application.name),
        "revoked": row.revoked_at is not None,
    }  # fmt: skip


def _like(shape: re.Pattern[str], told: str) -> str:
    if not shape.fullmatch(told):
        raise Refused("not_found")
    return told


@router.get("applications", response=ApplicationPage, summary="Applications you may see")
def applications(request: HttpRequest, filters: Query[Filters], page: Query[Paging]) -> Any:
    """Newest first, a page at a time."""
    for name, told, known in (("state", filters.state, APPLICATION().state), ("guide", filters.guide, GUIDES), ("channel", [filters.channel] if filters.channel else [], CHANNELS)):  # fmt: skip
        if any(one not in known for one in told):
            raise bad_input(name, **{name: "not in the catalogue"})
    equal = {
        "state__in": filters.state, "guide__in": filters.guide, "channel": filters.channel,
        "submitted_at__gte": filters.submitted_from, "submitted_at__lte": filters.submitted_to,
    }  # fmt: skip
    rows = Application.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    rows = rows.filter(within(filters.area), **{name: value for name, value in equal.items() if value})  # fmt: skip
    return listing(request, rows, LISTED, page, order="-submitted_at")


@router.get("applications/{uuid:pk}", response=ApplicationWhole, summary="One application")
def application(request: HttpRequest, pk: UUID) -> Any:
    return _whole(request, selectors.application(request.actor, pk))  # type: ignore[attr-defined]


class Opinion(Schema):
    model_config = ConfigDict(extra="forbid")

    agrees: bool
    note: Annotated[str, Field(min_length=1, max_length=1000)]


@router.post("applications/{uuid:pk}/opinion", response=ApplicationWhole, summary="Give a department's opinion")  # fmt: skip
def opine(request: HttpRequest, pk: UUID, body: Opinion) -> Any:
    """On the part of one's own unit; with the last one it is the window's turn again."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    row = selectors.application(actor, pk)
    return _whole(request, actions.opine(actor=actor, application=row, agrees=body.agrees, note=body.note, at=at))  # fmt: skip


def _whole(request: HttpRequest, row: Application) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    parts = selectors.parts(actor, row)
    return {
        **{out: getattr(row, field) for out, field in LISTED.items()}, "wanted": row.wanted,
        "parts": [{"key": one.key, "unit": one.unit_id, "due_at": one.due_at, "done_at": one.done_at, "agrees": one.agrees} for one in parts],
        "materials": [{"key": one.key, "met": one.met} for one in selectors.laid(actor, row)],
    }  # fmt: skip
