"""Places and residents for tests."""

from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.accounts.models import Account
from lifang.core.crypto.numbers import identity_check
from lifang.orgs.tests.make import COUNTY, MONDAY, SOUTH, WEST, make_account
from lifang.registry import actions
from lifang.registry.actions import Member, Newcomer, NewPlace
from lifang.registry.models import Household, Person, Place, Resident

GRID = f"{COUNTY}001001001"


def make_place(
    name: str = "和平小区",
    kind: str = "estate",
    area: str = GRID,
    lon: float | None = WEST + 0.001,
    lat: float | None = SOUTH + 0.001,
    **more: Any,
) -> Place:
    """A place on the map."""
    return actions.add_place(
        actor=SYSTEM, name=name, kind=kind, area=area, lon=lon, lat=lat, at=MONDAY, **more
    )


def make_resident(area: str = GRID, account: Account | None = None, **more: Any) -> Resident:
    """An enrolled resident with an account."""
    return actions.enrol_resident(
        actor=SYSTEM,
        account=account or make_account(kind="resident"),
        name=more.pop("name", "居民甲"),
        area=area,
        at=MONDAY,
        **more,
    )


def number(birth: str = "19900307", sequence: int = 123, region: str = "990101") -> str:
    """An identity number that belongs to nobody."""
    first = f"{region}{birth}{sequence:03d}"
    return first + identity_check(first)


def make_person(area: str = GRID, name: str = "张小明", **more: Any) -> Person:
    """A person of the register."""
    at = more.pop("at", MONDAY)
    actor = more.pop("actor", SYSTEM)
    despite = more.pop("despite", "")
    if "identity" in more:
        more.setdefault("document", "citizen")
    return actions.register(
        actor=actor, newcomer=Newcomer(name, **more), area=area, at=at, despite=despite
    )


def make_building(area: str = GRID, floors: int = 2, doors: int = 2) -> list[Place]:
    """An estate, a building with one stair, and its doors (in this order)."""
    rows = [
        NewPlace("estate", "和平小区", area),
        NewPlace("building", "1号楼", area, 0, number="1"),
        NewPlace("stair", "1单元", area, 1, number="1"),
        *(
            NewPlace("dwelling", f"{floor}0{door}", area, 2, floor=floor, number=f"{floor}0{door}", address=f"和平小区1号楼1单元{floor}0{door}")
            for floor in range(1, floors + 1)
            for door in range(1, doors + 1)
        ),
    ]  # fmt: skip
    return actions.add_places(actor=SYSTEM, rows=rows, at=MONDAY)


def make_household(
    *people: Person, area: str = GRID, door: Place | None = None, **more: Any
) -> Household:
    """A household behind a door; the first person is its head."""
    people = people or (make_person(area),)
    home = door or make_building(area)[3]
    members = [Member(people[0]), *(Member(person, "other_kin") for person in people[1:])]
    return actions.found_household(actor=SYSTEM, dwelling=home, members=members, at=MONDAY, **more)


def make_linked(member: Any, **more: Any) -> Person:
    """The record of a resident of the cast, linked to the account."""
    resident = make_resident(account=member.account)
    person = make_person(**more)
    return actions.link_account(actor=SYSTEM, person=person, resident=resident, at=MONDAY)
