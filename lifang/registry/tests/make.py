"""Places and residents for tests."""

from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.accounts.models import Account
from lifang.orgs.tests.make import COUNTY, MONDAY, SOUTH, WEST, make_account
from lifang.registry import actions
from lifang.registry.models import Place, Resident

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
