from datetime import datetime
from uuid import UUID

from lifang.core.events.registry import event


@event("accounts.AccountOpened")
class AccountOpened:
    account: UUID
    kind: str
    at: datetime


@event("accounts.AccountClosed")
class AccountClosed:
    account: UUID
    at: datetime


@event("accounts.AccountReset")
class AccountReset:
    account: UUID
    at: datetime


@event("accounts.SignedInElsewhere")
class SignedInElsewhere:
    """One staff account has live sessions at two places."""

    account: UUID
    sessions: int
    at: datetime
