"""What registry tells."""

from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("registry.PlaceAdded")
class PlaceAdded:
    place: UUID
    kind: str
    at: datetime


@event("registry.ResidentEnrolled")
class ResidentEnrolled:
    resident: UUID
    account: UUID
    at: datetime


@event("registry.AccountLinked")
class AccountLinked:
    person: UUID
    account: UUID
    at: datetime


@event("registry.PersonRegistered")
class PersonRegistered:
    person: UUID
    at: datetime


@event("registry.BatchRegistered")
class BatchRegistered:
    """Many rows at once: by a list, an import, the demo."""

    batch: UUID
    persons: int
    at: datetime


@event("registry.ValueChanged")
class ValueChanged:
    """A value of a data element is another one now; what it was and is stands in the facts."""

    kind: str
    subject: UUID
    element: str
    at: datetime


@event("registry.HouseholdFounded")
class HouseholdFounded:
    household: UUID
    at: datetime


@event("registry.MovedIn")
class MovedIn:
    person: UUID
    household: UUID
    at: datetime


@event("registry.MovedOut")
class MovedOut:
    person: UUID
    household: UUID
    at: datetime


@event("registry.PersonsMerged")
class PersonsMerged:
    """References to `dropped` mean `kept` from now on."""

    kept: UUID
    dropped: UUID
    at: datetime


@event("registry.MergeUndone")
class MergeUndone:
    kept: UUID
    dropped: UUID
    at: datetime


@event("registry.UnionUndone")
class UnionUndone:
    """Two households again, where a union had made one."""

    kept: UUID
    ended: UUID
    at: datetime


@event("registry.Tagged")
class Tagged:
    person: UUID
    tag: str
    at: datetime


@event("registry.TagEnded")
class TagEnded:
    """Whoever used the tag for this person stops: at once when consent was withdrawn."""

    person: UUID
    tag: str
    ended: str
    at: datetime


@event("registry.VisitMade")
class VisitMade:
    visit: UUID
    household: UUID
    kind: str
    at: datetime


@event("registry.VisitMissed")
class VisitMissed:
    plan: UUID
    household: UUID
    at: datetime


@event("registry.CorrectionAsked")
class CorrectionAsked:
    correction: UUID
    person: UUID
    at: datetime


@event("registry.CorrectionDecided")
class CorrectionDecided:
    correction: UUID
    person: UUID
    verified: bool
    at: datetime


@event("registry.FieldSeen")
class FieldSeen:
    """A sensitive field of somebody was looked at, for a purpose."""

    kind: str
    subject: UUID
    element: str
    purpose: str
    at: datetime
