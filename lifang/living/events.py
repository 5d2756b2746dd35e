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


@event("living.RepairOrdered")
class RepairOrdered:
    repair: UUID
    kind: str
    at: datetime


@event("living.RepairMoved")
class RepairMoved:
    repair: UUID
    move: str
    to_state: str
    at: datetime


@event("living.RepairEscalated")
class RepairEscalated:
    """Late, and late again after its manager was told: the street should know."""

    repair: UUID
    matter: str
    at: datetime


@event("living.ComplaintMade")
class ComplaintMade:
    complaint: UUID
    matter: str
    at: datetime


@event("living.ParcelNoted")
class ParcelNoted:
    parcel: UUID
    at: datetime


@event("living.ParcelHanded")
class ParcelHanded:
    parcel: UUID
    way: str
    at: datetime


@event("living.OutageTold")
class OutageTold:
    """Told for the first time, or again because it changed."""

    outage: UUID
    kind: str
    edition: int
    at: datetime


@event("living.ShopAsked")
class ShopAsked:
    """Somebody asks for a shop to be listed."""

    shop: UUID
    trade: str
    at: datetime


@event("living.ShopMoved")
class ShopMoved:
    shop: UUID
    move: str
    to_state: str
    at: datetime


@event("living.OrderPlaced")
class OrderPlaced:
    order: UUID
    shop: UUID
    at: datetime


@event("living.OrderMoved")
class OrderMoved:
    order: UUID
    move: str
    to_state: str
    step: int
    at: datetime


@event("living.SubsidyPaidOut")
class SubsidyPaidOut:
    payout: UUID
    shop: UUID
    amount: int
    at: datetime


@event("living.PassMade")
class PassMade:
    pass_: UUID
    at: datetime


@event("living.PassRevoked")
class PassRevoked:
    pass_: UUID
    at: datetime


@event("living.VisitorCame")
class VisitorCame:
    """A pass opened a gate inwards."""

    pass_: UUID
    gate: UUID
    at: datetime


@event("living.GateClosed")
class GateClosed:
    """The gate is not one any more; its device is free for another."""

    gate: UUID
    at: datetime


@event("living.BookingMade")
class BookingMade:
    booking: UUID
    venue: UUID
    at: datetime


@event("living.BookingEnded")
class BookingEnded:
    """Given back by whoever booked, or by the company that closed the place."""

    booking: UUID
    venue: UUID
    at: datetime
