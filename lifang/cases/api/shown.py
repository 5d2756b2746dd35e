"""What goes out: codes, ids and times; the catalogues give the names."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import AwareDatetime

from lifang.cases import selectors
from lifang.cases.models import Case
from lifang.core.access import Actor, Refused
from lifang.core.files.darkroom import Print
from lifang.core.files.store import unstash
from lifang.core.i18n import Text

LISTED = {
    "id": "id", "number": "number", "matter": "matter", "level": "level", "state": "state",
    "area": "area", "place": "place", "lon": "lon", "lat": "lat", "source": "source",
    "reference": "reference", "opened_at": "opened_at", "promised_at": "promised_at", "due_at": "due_at",
    "handled_at": "handled_at", "closed_at": "closed_at", "outcome": "outcome", "reports": "reports",
    "round": "round", "unit": "lead_id",
}  # fmt: skip


class CaseOut(Schema):
    """A case. Times are ISO 8601 with their offset; `due_at` is of the running stage, `promised_at` what the reporter was told."""

    id: UUID
    number: str
    matter: str
    level: str
    state: str
    area: str
    place: str
    lon: float | None
    lat: float | None
    source: str
    reference: str
    opened_at: AwareDatetime
    promised_at: AwareDatetime | None
    due_at: AwareDatetime | None
    handled_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    outcome: str
    reports: int
    round: int
    unit: UUID | None


class CasePage(Schema):
    items: list[CaseOut]
    next: str | None


class One(CaseOut):
    """With its words, and what the asking actor may do to it now."""

    text: str
    answer: str
    on_time: bool | None
    merged_into: UUID | None
    acts: list[str]


def shown(actor: Actor, case: Case) -> dict[str, Any]:
    """One case as the API tells it."""
    facts = {name: getattr(case, path) for name, path in LISTED.items()}
    return {
        **facts, "text": case.text, "answer": case.answer, "on_time": case.on_time,
        "merged_into": case.merged_into_id,
        "acts": [act.capability for act in selectors.acts(actor, case)],
    }  # fmt: skip


def both(words: Text) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def photos(request: HttpRequest, words: list[str]) -> list[Print]:
    """Photos by the words `POST photos` gave for them."""
    at = request.at  # type: ignore[attr-defined]
    return [unstash(word, at) for word in words]


def asked(request: HttpRequest) -> dict[str, Any]:
    """Who acts, when."""
    return {"actor": request.actor, "at": request.at}  # type: ignore[attr-defined]


def found(request: HttpRequest, pk: UUID) -> Case:
    """The case, or the answer that there is none."""
    return selectors.case(request.actor, pk)  # type: ignore[attr-defined]


def near_or_own(request: HttpRequest, pk: UUID) -> Case:
    """A case one sees, or one that everybody may know."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        return selectors.case(actor, pk)
    except Refused:
        return selectors.public_case(actor, pk)
