"""What the walk of `access.yaml` needs a row of."""

from datetime import time, timedelta
from typing import Any
from uuid import UUID

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.ids import short_code
from lifang.core.pay.models import Difference
from lifang.core.testing import cast, places
from lifang.core.testing.rows import a_row
from lifang.living import actions
from lifang.living.models import (
    Bill,
    Booking,
    Gate,
    Inspection,
    LedgerLine,
    Machine,
    NeedSurvey,
    Neighbour,
    Offer,
    Order,
    Outage,
    Parcel,
    Pass,
    Permit,
    Repair,
    Run,
    Shop,
    Venue,
)
from lifang.living.tests.make import MONTH, SPOT, a_code, make_doors, make_firm, make_homes
from lifang.orgs.tests.make import MONDAY

FIRM = f"unit:{cast.FIRM}"


def run_of(area: str) -> Run:
    """Of the cast's company where it works, of another one elsewhere."""
    with behind(SYSTEM):
        made = a_row(Run, area=area, holders=_whose(area), unit=make_firm(), month=MONTH, doors=1, gone=0)  # fmt: skip
    assert isinstance(made, Run)
    return made


def bill_at(area: str, holders: list[str] | None = None) -> Bill:
    with behind(SYSTEM):
        door = make_doors(1, area=area)[0]
        made = a_row(
            Bill, area=area, holders=_whose(area) if holders is None else holders, unit=make_firm(), dwelling=door, month=MONTH,
            amount=100, source="import", address="walk", credited=0, paid=0,
        )  # fmt: skip
    assert isinstance(made, Bill)
    return made


def bill_and_number(area: str) -> tuple[UUID, str]:
    return bill_at(area).pk, "P261127WALK"


def own_bill(account: Account) -> Bill:
    return bill_at(places.AWAY_GRID, [f"account:{account.pk}"])


def own_receipt(account: Account) -> tuple[str]:
    bill = own_bill(account)
    with behind(SYSTEM):
        return (actions.take_part(actor=SYSTEM, bill=bill, amount=50, at=MONDAY).number,)


def repair_at(area: str, holders: list[str] | None = None) -> Repair:
    with behind(SYSTEM):
        door = make_doors(1, area=area)[0]
        made = a_row(
            Repair, area=area, holders=_whose(area) if holders is None else holders, unit=make_firm(), dwelling=door, number=short_code(12),
            kind="water_leak", spot="home", address="walk", state="closed", opened_at=MONDAY,
        )  # fmt: skip
    assert isinstance(made, Repair)
    return made


def own_repair(account: Account) -> Repair:
    return repair_at(places.AWAY_GRID, [f"account:{account.pk}"])


def line_at(area: str) -> LedgerLine:
    with behind(SYSTEM):
        made = a_row(LedgerLine, area=area[:12], item="fund", amount=100, party="walk", number=short_code(12), day=MONDAY.date())  # fmt: skip
    assert isinstance(made, LedgerLine)
    return made


def published(area: str) -> tuple[str]:
    return (line_at(area).area,)


def round_at(area: str) -> Inspection:
    with behind(SYSTEM):
        made = a_row(Inspection, area=area, holders=_whose(area), unit=make_firm(), kind="lift", due_on=MONDAY.date())  # fmt: skip
    assert isinstance(made, Inspection)
    return made


def parcel_at(area: str) -> Parcel:
    """Its household has no account: handed over without a code."""
    with behind(SYSTEM):
        door = make_doors(1, area=area)[0]
        made = a_row(Parcel, area=area, holders=_whose(area), unit=make_firm(), dwelling=door, address="walk", carrier="other", code="79ACDE", noted_at=MONDAY)  # fmt: skip
    assert isinstance(made, Parcel)
    return made


def outage_at(area: str) -> Outage:
    with behind(SYSTEM):
        made = a_row(
            Outage, area=area, holders=_whose(area), unit=make_firm(), kind="water", starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=2),
        )  # fmt: skip
    assert isinstance(made, Outage)
    return made


def own_neighbour(account: Account) -> Neighbour:
    with behind(SYSTEM):
        doors = make_doors(2, area=places.AWAY_GRID)
        made = a_row(
            Neighbour, area=places.AWAY_GRID, holders=[f"account:{account.pk}"], dwelling=doors[0], neighbour=doors[1], address="walk",
            neighbour_address="walk", account=account, code="79ACDE", until=MONDAY.date(),
        )  # fmt: skip
    assert isinstance(made, Neighbour)
    return made


def shop_at(area: str, account: Account | None = None, state: str = "asked") -> Shop:
    with behind(SYSTEM):
        made = a_row(
            Shop, area=area, holders=[f"account:{account.pk}"] if account else [], account=account, state=state, number=short_code(12), name="walk", trade="hair",
            code=a_code(), address="walk", lon=SPOT[0], lat=SPOT[1], opens=time(8), closes=time(20), days="1234567", telephone="10099000123", asked_at=MONDAY,
        )  # fmt: skip
    assert isinstance(made, Shop)
    return made


def listed_shop(area: str) -> Shop:
    return shop_at(area, state="listed")


def own_shop(account: Account) -> tuple[()]:
    _kept_by(account)
    return ()


def own_offer(account: Account) -> Offer:
    with behind(SYSTEM):
        return Offer.objects.create(shop=_kept_by(account), name="walk", unit="x", price=1, since=MONDAY)  # fmt: skip


def offer_at(area: str) -> Offer:
    with behind(SYSTEM):
        return Offer.objects.create(shop=listed_shop(area), name="walk", unit="x", price=1, since=MONDAY)  # fmt: skip


def order_of(shop: Shop, account: Account | None = None) -> Order:
    with behind(SYSTEM):
        offer = Offer.objects.create(shop=shop, name="walk", unit="x", price=1, since=MONDAY)
        made = a_row(
            Order, area=places.AWAY_GRID, holders=[f"account:{one}" for one in (account and account.pk, shop.account_id) if one], shop=shop, offer=offer, number=short_code(12),
            state="closed", price=1, count=1, amount=1, subsidy=0, credited=0, paid=0, account=account, wanted_at=MONDAY, ordered_at=MONDAY,
        )  # fmt: skip
    assert isinstance(made, Order)
    return made


def own_order(account: Account) -> Order:
    return order_of(listed_shop(places.AWAY_GRID), account)


def kept_order(account: Account) -> Order:
    return order_of(_kept_by(account))


def homes_at(area: str) -> tuple[str]:
    with behind(SYSTEM):
        make_homes(1, *SPOT, area)
    return (area[:12],)


def _kept_by(account: Account) -> Shop:
    """An account keeps one shop."""
    with behind(SYSTEM):
        found = Shop.objects.filter(account=account).first()
    return found or shop_at(places.AWAY_GRID, account, "listed")


def _whose(area: str) -> list[str]:
    return [FIRM] if area.startswith(places.COMMUNITY) else ["unit:another"]


def gate_at(area: str) -> Gate:
    with behind(SYSTEM):
        made = a_row(Gate, area=area, holders=_whose(area), unit=make_firm(), kind="estate_walk", name=short_code(8), admits=["visitor"], made_at=MONDAY)  # fmt: skip
    assert isinstance(made, Gate)
    return made


def permit_at(area: str, holders: list[str] | None = None, door: Any = None) -> Permit:
    with behind(SYSTEM):
        made = a_row(
            Permit, area=area, holders=_whose(area) if holders is None else holders, unit=make_firm(), dwelling=door or make_doors(1, area=area)[0], address="walk",
            medium="card", number=short_code(12), made_at=MONDAY,
        )  # fmt: skip
    assert isinstance(made, Permit)
    return made


def own_pass(account: Account) -> Pass:
    with behind(SYSTEM):
        made = a_row(
            Pass, area=places.AWAY_GRID, holders=[f"account:{account.pk}"], unit=make_firm(), dwelling=make_doors(1, area=places.AWAY_GRID)[0], address="walk",
            account=account, code=short_code(8), starts_at=MONDAY, ends_at=MONDAY + timedelta(hours=8), entries=1, made_at=MONDAY,
        )  # fmt: skip
    assert isinstance(made, Pass)
    return made


def venue_at(area: str) -> Venue:
    with behind(SYSTEM):
        made = a_row(
            Venue, area=area, holders=_whose(area), unit=make_firm(), kind="room", name=short_code(8), opens=time(9), closes=time(21), slot_minutes=60, per_week=2,
            made_at=MONDAY,
        )  # fmt: skip
    assert isinstance(made, Venue)
    return made


def own_booking(account: Account) -> Booking:
    with behind(SYSTEM):
        made = a_row(
            Booking, area=places.AWAY_GRID, holders=[f"account:{account.pk}"], venue=venue_at(places.AWAY_GRID), account=account, address="walk",
            slot_at=MONDAY + timedelta(days=900), ends_at=MONDAY + timedelta(days=901), made_at=MONDAY, week=MONDAY.date(),
        )  # fmt: skip
    assert isinstance(made, Booking)
    return made


def difference_at(area: str) -> Difference:
    with behind(SYSTEM):
        made = a_row(
            Difference, area=area, holders=_whose(area), way="local", day=MONDAY.date(), number=short_code(12), theirs=5, found_at=MONDAY, reason="",
        )  # fmt: skip
    assert isinstance(made, Difference)
    return made


def machine_at(area: str) -> Machine:
    with behind(SYSTEM):
        made = a_row(
            Machine, area=area, number=short_code(12), kind="vending", spot="walk", operator="walk", code=a_code(), telephone="10099000123", lon=SPOT[0], lat=SPOT[1],
            added_at=MONDAY,
        )  # fmt: skip
    assert isinstance(made, Machine)
    return made


def machine_number(area: str) -> tuple[str]:
    return (machine_at(area).number,)


def survey_at(area: str) -> NeedSurvey:
    with behind(SYSTEM):
        made = a_row(NeedSurvey, area=area[:12], asked_at=MONDAY, until=MONDAY.date(), doors=10)
    assert isinstance(made, NeedSurvey)
    return made


def surveyed(area: str) -> tuple[str]:
    return (survey_at(area).area,)
