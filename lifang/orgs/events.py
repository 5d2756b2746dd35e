"""What orgs tells."""

from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("orgs.DivisionsImported")
class DivisionsImported:
    root: str
    added: int
    changed: int
    abolished: int
    at: datetime


@event("orgs.DivisionAdded")
class DivisionAdded:
    code: str
    at: datetime


@event("orgs.DivisionDrawn")
class DivisionDrawn:
    code: str
    at: datetime


@event("orgs.DivisionRetired")
class DivisionRetired:
    code: str
    successor: str
    at: datetime


@event("orgs.UnitAdded")
class UnitAdded:
    unit: UUID
    at: datetime


@event("orgs.UnitChanged")
class UnitChanged:
    unit: UUID
    at: datetime


@event("orgs.UnitClosed")
class UnitClosed:
    unit: UUID
    at: datetime


@event("orgs.DutySet")
class DutySet:
    duty: UUID
    matter: str
    unit: UUID
    at: datetime


@event("orgs.DutyEnded")
class DutyEnded:
    duty: UUID
    matter: str
    unit: UUID
    at: datetime


@event("orgs.Posted")
class Posted:
    posting: UUID
    account: UUID
    post: str
    at: datetime


@event("orgs.PostingEnded")
class PostingEnded:
    posting: UUID
    account: UUID
    post: str
    at: datetime


@event("orgs.AccountsOpened")
class AccountsOpened:
    accounts: list[UUID]
    at: datetime


@event("orgs.DeputyNamed")
class DeputyNamed:
    deputy: UUID
    posting: UUID
    account: UUID
    at: datetime


@event("orgs.DeputyEnded")
class DeputyEnded:
    deputy: UUID
    posting: UUID
    account: UUID
    at: datetime


@event("orgs.RosterSet")
class RosterSet:
    watches: list[UUID]
    at: datetime


@event("orgs.WatchDropped")
class WatchDropped:
    watch: UUID
    at: datetime
