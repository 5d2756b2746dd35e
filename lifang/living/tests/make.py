"""A company, its estate, a household with an account, bills."""

from datetime import date, time
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.numbers import credit_check, organisation_fault
from lifang.core.files.darkroom import develop
from lifang.core.files.tests.samples import camera
from lifang.core.testing import cast
from lifang.living import actions
from lifang.living.catalogue import operator
from lifang.living.models import Bill, Run, Shop, Tariff
from lifang.living.rules.shops import Told
from lifang.orgs.models import Unit
from lifang.orgs.tests.make import MONDAY, SOUTH, STEP, WEST
from lifang.registry import actions as registry
from lifang.registry.actions import NewPlace
from lifang.registry.models import Place
from lifang.registry.tests.make import GRID, make_building, make_household, make_linked, number

MONTH = "2026-11"
SPOT = (WEST + STEP / 2, SOUTH + STEP / 2)  # the middle of GRID
_serial = count(1)


def a_code(first: str = "92") -> str:
    """A right credit code of the division that belongs to nobody."""
    inner = f"MA{next(_serial):06d}"
    inner += next(one for one in "0123456789X" if organisation_fault(inner + one) is None)
    head = f"{first}990101{inner}"
    return head + credit_check(head)


def told_of(row: Shop) -> Told:
    return Told(**{name: getattr(row, name) for name in Told._fields})


def make_shop(keeper: cast.Member, told: Told | None = None, *, trade: str = "hair", code: str = "", spot: tuple[float, float] = SPOT, listed: bool = False) -> Shop:  # fmt: skip
    lon, lat = spot
    told = told or Told("和平理发店", trade, code or a_code(), "", "和平路 1 号", lon, lat, time(8), time(20), "1234567", "10099000123", True)  # fmt: skip
    made = actions.enter_shop(actor=keeper.actor, told=told, terms=operator().terms, licence=[_photo()], at=MONDAY)  # fmt: skip
    if listed:
        with behind(SYSTEM):
            actions.list_shop(actor=SYSTEM, shop=made, note="", at=MONDAY)
            made.refresh_from_db()
    return made


@cache
def _photo() -> Any:
    return develop(SimpleUploadedFile("licence.jpg", camera(), "image/jpeg"))


def make_firm(area: str = GRID[:12]) -> Unit:
    """The property company of the cast: `property_handler` stands for it."""
    with behind(SYSTEM):
        found = Unit.objects.filter(pk=cast.FIRM).first()
        if found:
            return found
        return Unit.objects.create(pk=cast.FIRM, name_zh="和平物业", name_en="Heping Property", kind="property_company", area=area, opened=date(2020, 1, 1))  # fmt: skip


def make_doors(count: int = 2, area: str = GRID, m2: int = 80) -> list[Place]:
    estate = make_building(area, floors=0)
    rows = [
        NewPlace("dwelling", f"{n + 1}", area, estate[2], floor=1, number=f"{n + 1}", address=f"和平小区1号楼{area[-3:]}-{n + 1}", area_m2=m2)
        for n in range(count)
    ]  # fmt: skip
    return registry.add_places(actor=SYSTEM, rows=rows, at=MONDAY)


def make_homes(count: int, lon: float, lat: float, area: str = GRID) -> Place:
    """So many homes in a building that stands there."""
    stair = make_doors(count, area)[0].parent
    assert stair is not None
    building = stair.parent if stair.kind == "stair" else stair
    assert building is not None
    with behind(SYSTEM):
        building.stand(lon, lat)
        building.save()
    return building


def make_tariff(unit: Unit, item: str = "property_fee", basis: str = "area", price: int = 18_500, since: str = "2026-01") -> Tariff:  # fmt: skip
    return actions.set_tariff(actor=SYSTEM, unit=unit, area=unit.area, item=item, basis=basis, price=price, since=since, at=MONDAY)  # fmt: skip


def lives_in(member: Any, door: Place, sequence: int = 321) -> None:
    """A resident of the cast keeps house behind this door, by the register."""
    person = make_linked(member, area=door.area, identity=number(sequence=sequence))
    make_household(person, area=door.area, door=door)


def issued(unit: Unit, month: str = MONTH) -> Run:
    made = actions.start_run(actor=SYSTEM, unit=unit, month=month, area=unit.area, at=MONDAY)
    with behind(SYSTEM):
        actions.work_run(system=SYSTEM, run=made.pk, at=MONDAY)
        made.refresh_from_db()
    return made


def manager(area: str = GRID[:12], unit: UUID = cast.FIRM) -> cast.Member:
    return cast.member("property_manager", area, unit=unit, sees="unit")


def bill_of(door: Place) -> Bill:
    with behind(SYSTEM):
        return Bill.objects.get(dwelling=door)
