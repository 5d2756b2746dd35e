from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("cases.CaseReported")
class CaseReported:
    case: UUID
    matter: str
    level: str
    source: str
    at: datetime


@event("cases.CaseJoined")
class CaseJoined:
    case: UUID
    reporter: UUID
    at: datetime


@event("cases.CaseMoved")
class CaseMoved:
    """Every step of every case: what lists, screens and counts follow."""

    case: UUID
    move: str
    from_state: str
    to_state: str
    at: datetime


@event("cases.CaseAccepted")
class CaseAccepted:
    case: UUID
    at: datetime


@event("cases.CaseRefused")
class CaseRefused:
    case: UUID
    reason: str
    at: datetime


@event("cases.CaseDispatched")
class CaseDispatched:
    case: UUID
    lead: UUID
    assists: list[UUID]
    due_at: datetime | None
    at: datetime


@event("cases.CaseReturned")
class CaseReturned:
    case: UUID
    unit: UUID
    reason: str
    disputed: bool
    at: datetime


@event("cases.CaseFedBack")
class CaseFedBack:
    case: UUID
    unit: UUID
    at: datetime


@event("cases.DelayAsked")
class DelayAsked:
    case: UUID
    delay: UUID
    at: datetime


@event("cases.DelayDecided")
class DelayDecided:
    case: UUID
    delay: UUID
    granted: bool
    due_at: datetime | None
    at: datetime


@event("cases.CasePressed")
class CasePressed:
    case: UUID
    at: datetime


@event("cases.CaseClosed")
class CaseClosed:
    case: UUID
    outcome: str
    self_handled: bool
    at: datetime


@event("cases.CaseReopened")
class CaseReopened:
    case: UUID
    round: int
    at: datetime


@event("cases.CaseMerged")
class CaseMerged:
    case: UUID
    into: UUID
    at: datetime


@event("cases.CaseRated")
class CaseRated:
    case: UUID
    stars: int
    at: datetime


@event("cases.CaseTakenOver")
class CaseTakenOver:
    """A past case came in from another system with its own times; nobody is to be told of what it went through."""

    case: UUID
    matter: str
    state: str
    at: datetime


@event("cases.LimitsRevised")
class LimitsRevised:
    """Cases of this matter opened from then on have other limits; earlier ones keep theirs."""

    revision: UUID
    matter: str
    valid_from: datetime
    at: datetime


@event("cases.RevisionWithdrawn")
class RevisionWithdrawn:
    revision: UUID
    matter: str
    at: datetime
