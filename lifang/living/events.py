from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("living.RunEnded")
class RunEnded:
    run: UUID
    month: str
    bills: int
    at: datetime


@event("living.BillPaid")
class BillPaid:
    bill: UUID
    amount: int
    left: int
    at: datetime


@event("living.BillCredited")
class BillCredited:
    bill: UUID
    amount: int
    at: datetime
