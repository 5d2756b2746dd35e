"""What is charged for: see `data/`."""

from typing import Literal

import msgspec

from lifang.core.calendar import Limit
from lifang.core.catalogue import catalogue
from lifang.core.flow.shape import flow
from lifang.core.i18n import Text


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of charge."""

    key: str
    name: Text
    icon: str
    bases: list[Literal["area", "door", "reading"]]
    unit: Text  # what the price is for
    utility: bool = False  # a public utility bills it itself; its bills come by import
    source: str
    confirmed: bool


class RepairKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be broken, where, how long the company has, and what it is at the street."""

    key: str
    name: Text
    icon: str
    at: list[Literal["home", "common"]]
    take: Limit
    fix: Limit
    street: Limit  # after it is late: so much more, then the street is told
    matter: str  # of the case it becomes then
    urgent: bool = False
    words: bool = False  # has to be described
    source: str
    confirmed: bool


class CommunityItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a community takes in or spends."""

    key: str
    name: Text
    way: Literal["income", "expense"]
    source: str
    confirmed: bool


class Round(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is looked at, every so many days."""

    key: str
    name: Text
    icon: str
    days: int
    source: str
    confirmed: bool


class MachineKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A self-service machine: the papers it needs, how often it is looked at."""

    key: str
    name: Text
    icon: str
    papers: list[str]  # machine_papers.yaml
    days: int
    source: str
    confirmed: bool


class MachinePaper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A licence, permit, report or agreement that a machine may need."""

    key: str
    name: Text
    source: str
    confirmed: bool


class Need(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What homes may miss."""

    key: str
    name: Text
    icon: str
    trade: str = ""  # trades.yaml: of the fifteen-minute circle
    source: str
    confirmed: bool


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a complaint is about."""

    key: str
    name: Text
    matter: str
    of: Literal["company", "shop", "machine"] = "company"


class Carrier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who brings parcels."""

    key: str
    name: Text


class OutageKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be off."""

    key: str
    name: Text
    icon: str
    words: list[str] = []  # how it is asked


class Trade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of shop of the fifteen-minute circle."""

    key: str
    name: Text
    icon: str
    level: Literal["basic", "quality"]
    one: Literal["", "shop", "breakfast", "market", "repair", "old", "young"] = ""
    source: str
    confirmed: bool


class Subsidy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a street pays of an order for people of a group."""

    key: str
    name: Text
    trades: list[str]
    groups: list[str]  # of the register, the first that fits names it
    share: int  # per cent of the price
    most: int  # fen a piece
    times: int  # pieces a month
    at_home: bool = False
    source: str
    confirmed: bool


class GateKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a gate is, whom it may admit, and what of it comes set."""

    key: str
    name: Text
    icon: str
    vehicles: bool = False  # barriers read plates
    building: bool = False  # of one building or stair
    admits: list[Literal["household", "vehicle", "visitor"]]
    source: str
    confirmed: bool


class Business(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who runs the business door, and the edition of its terms."""

    key: str
    name: Text
    telephone: str = ""
    terms: str


class VenueKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be booked, with what a new one comes set to."""

    key: str
    name: Text
    icon: str
    slot_minutes: int
    places: int
    per_week: int
    source: str
    confirmed: bool


class Reminder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stage of what is owed, and what a household is told then."""

    key: str
    name: Text
    days: int  # after the day it was due; negative: before
    message: str
    source: str
    confirmed: bool


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    value: int


ITEMS = catalogue("living", "items", Item)
REPAIR_KINDS = catalogue("living", "repair_kinds", RepairKind)
REPAIR = flow("living", "repair")
COMMUNITY_ITEMS = catalogue("living", "community_items", CommunityItem)
ROUNDS = catalogue("living", "inspections", Round)
MACHINE_KINDS = catalogue("living", "machine_kinds", MachineKind)
MACHINE_PAPERS = catalogue("living", "machine_papers", MachinePaper)
NEEDS = catalogue("living", "needs", Need)
TOPICS = catalogue("living", "complaint_topics", Topic)
CARRIERS = catalogue("living", "carriers", Carrier)
OUTAGE_KINDS = catalogue("living", "outage_kinds", OutageKind)
TRADES = catalogue("living", "trades", Trade)
BUSINESS = catalogue("living", "business", Business)
SUBSIDIES = catalogue("living", "subsidies", Subsidy)
ORDER = flow("living", "order")
SHOP = flow("living", "shop")
GATE_KINDS = catalogue("living", "gate_kinds", GateKind)
VENUE_KINDS = catalogue("living", "venue_kinds", VenueKind)
REMINDERS = catalogue("living", "reminders", Reminder)
POLICY = catalogue("living", "policy", Policy)


def operator() -> Business:
    return BUSINESS["operator"]


def policy(key: str) -> int:
    return POLICY[key].value
