"""What happened to applications. Ids and codes only; names are for ever."""

from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("affairs.ApplicationMade")
class ApplicationMade:
    application: UUID
    guide: str
    channel: str
    at: datetime


@event("affairs.ApplicationMoved")
class ApplicationMoved:
    application: UUID
    move: str
    to_state: str
    at: datetime


@event("affairs.ResultIssued")
class ResultIssued:
    application: UUID
    result: UUID
    at: datetime
