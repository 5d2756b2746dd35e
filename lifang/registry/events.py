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
