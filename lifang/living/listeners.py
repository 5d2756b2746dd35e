"""What living does when something is told. Each is one line."""

from lifang.core.access import Actor
from lifang.core.events import listens
from lifang.core.flow.events import StageOverdue
from lifang.living import actions
from lifang.living.events import BookingEnded, OrderMoved, OrderPlaced, RepairMoved
from lifang.registry.events import AccountLinked, MovedIn
from lifang.sensing.events import AlarmRaised, DeviceRetired


@listens(AccountLinked)
def on_account_linked(told: AccountLinked, system: Actor) -> None:
    actions.concern_homes(actor=system, person=told.person, at=told.at)


@listens(AccountLinked)
def on_account_linked_for_parcels(told: AccountLinked, system: Actor) -> None:
    actions.concern_parcels(actor=system, person=told.person, at=told.at)


@listens(MovedIn)
def on_moved_in(told: MovedIn, system: Actor) -> None:
    actions.concern_homes(actor=system, person=told.person, at=told.at)


@listens(RepairMoved)
def on_repair_moved(told: RepairMoved, system: Actor) -> None:
    actions.tell_household(system, told.repair, told.move, told.at)


@listens(StageOverdue)
def on_stage_overdue(told: StageOverdue, system: Actor) -> None:
    actions.warn_late(actor=system, flow=told.flow, repair=told.subject, at=told.at)


@listens(OrderPlaced)
def on_order_placed(told: OrderPlaced, system: Actor) -> None:
    actions.tell_order(system, told.order, "placed", told.at)


@listens(OrderMoved)
def on_order_moved(told: OrderMoved, system: Actor) -> None:
    actions.tell_order(system, told.order, told.move, told.at)


@listens(OrderMoved)
def on_order_moved_for_money(told: OrderMoved, system: Actor) -> None:
    actions.return_order(actor=system, order=told.order, step=told.step, at=told.at)


@listens(BookingEnded)
def on_booking_ended(told: BookingEnded, system: Actor) -> None:
    actions.return_booking(actor=system, booking=told.booking, at=told.at)


@listens(DeviceRetired)
def on_device_retired(told: DeviceRetired, system: Actor) -> None:
    actions.free_gate(actor=system, device=told.device, at=told.at)


@listens(AlarmRaised)
def on_alarm_raised(told: AlarmRaised, system: Actor) -> None:
    actions.warn_gate(actor=system, alarm=told.alarm, at=told.at)
