"""Words of daily life: bills, what they are counted by; where something is broken."""

import re
from enum import StrEnum
from typing import Final

MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
BILL: Final = "living.bill"  # the purpose of its payments
ORDERED: Final = "living.order"  # likewise, of an order


class Basis(StrEnum):
    """What a tariff is multiplied with."""

    AREA = "area"  # square metres of the dwelling
    DOOR = "door"  # each dwelling
    READING = "reading"  # what a meter used


class RunState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Source(StrEnum):
    RUN = "run"  # of the property company's month
    REPAIR = "repair"  # of one repair
    IMPORT = "import"  # of a public utility
    BOOKED = "booked"  # of one booking


class Standing(StrEnum):
    """How far a bill is paid; read from its amounts and its day, kept nowhere."""

    OPEN = "open"
    PART = "part"
    LATE = "late"
    PAID = "paid"


class Spot(StrEnum):
    """Where in one's building."""

    HOME = "home"
    FLOOR = "floor"  # the corridor or stair of a floor
    LIFT = "lift"
    ENTRANCE = "entrance"
    ROOF = "roof"
    BASEMENT = "basement"
    YARD = "yard"


class Way(StrEnum):
    """How a parcel left the desk."""

    CODE = "code"  # the household's code was said
    NEIGHBOUR = "neighbour"  # the code of the neighbour whom the household named
    SEEN = "seen"  # nobody of the household has an account: the desk saw whose it is
    BACK = "back"  # to whoever brought it


class Side(StrEnum):
    """Who is behind a service: every find of the one search says so."""

    PUBLIC = "public"
    NEIGHBOUR = "neighbour"
    CHARITY = "charity"
    BUSINESS = "business"


class Who(StrEnum):
    """Whom a gate lets in."""

    HOUSEHOLD = "household"  # with a card or a code of its door
    VEHICLE = "vehicle"  # by the register
    VISITOR = "visitor"  # with a pass


class Medium(StrEnum):
    CARD = "card"
    CODE = "code"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class MachineStep(StrEnum):
    """What happens to a self-service machine."""

    ADDED = "added"
    CHECKED = "checked"
    STOPPED = "stopped"
    BACK = "back"  # in use again
    REMOVED = "removed"


class Act(StrEnum):
    """What a helper did for somebody."""

    ORDERED = "ordered"
    PAID_ORDER = "paid_order"
    TOOK_BACK = "took_back"
    CONFIRMED = "confirmed"
    REPORTED = "reported"
    PAID_BILL = "paid_bill"
    SAW_CODE = "saw_code"
    AGREED = "agreed"  # to the quote of a repair
    OBJECTED = "objected"
    SAW_PHOTOS = "saw_photos"


# Errands that may be entrusted (core.access.errands).
ORDERS_FOR = "living.orders"
REPAIRS_FOR = "living.repairs"
BILLS_FOR = "living.bills"
PARCELS_FOR = "living.parcels"
