from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("pay.OrderPaid")
class OrderPaid:
    order: UUID
    purpose: str
    subject: UUID
    amount: int
    taken: int
    at: datetime


@event("pay.RefundGiven")
class RefundGiven:
    refund: UUID
    order: UUID
    purpose: str
    subject: UUID
    amount: int
    at: datetime


@event("pay.DayDiffers")
class DayDiffers:
    way: str
    day: str
    differences: int
    at: datetime
