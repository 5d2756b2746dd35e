from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("api.KeyIssued")
class KeyIssued:
    """A program got a way in."""

    key: UUID
    account: UUID
    at: datetime


@event("api.KeyRevoked")
class KeyRevoked:
    """A program's way in was closed."""

    key: UUID
    account: UUID
    at: datetime
