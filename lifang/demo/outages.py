"""What is off in the demo county, what will be, what was over sooner: one of each at every company that bills."""

import random
from datetime import datetime, timedelta
from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.ids import new_id
from lifang.demo.people import Cast
from lifang.living import actions, selectors

TOLD = (
    ("water", -3, 6, "清洗二次供水水箱，请提前储水。"),
    ("power", 20, 8, "更换配电柜，请提前关闭电器。"),
    ("lift", -60, 30, "电梯年检，请走楼梯，行动不便可联系物业。"),
)  # kind, begins in so many hours, takes so many, why


def leave(cast: Cast, at: datetime, seed: int) -> int:
    """As of today; how many."""
    dice = random.Random(seed)
    made = 0
    for unit in cast.units["property_company"]:
        buildings = [one for one in selectors.buildings(SYSTEM, unit) if selectors.company_of(SYSTEM, one.area) == unit]  # fmt: skip
        if len(buildings) < len(TOLD):
            continue
        for n, (kind, begins, hours, reason) in enumerate(TOLD):
            _told(
                unit,
                buildings[n :: len(TOLD)][: dice.randint(1, 3)],
                kind,
                at + timedelta(hours=begins),
                hours,
                reason,
                at,
            )
            made += 1
    return made


def _told(
    unit: Any,
    buildings: list[Any],
    kind: str,
    begins: datetime,
    hours: int,
    reason: str,
    now: datetime,
) -> None:
    starts = begins.replace(minute=0, second=0, microsecond=0)
    when = min(starts - timedelta(hours=20), now)
    row = actions.note_outage(
        actor=SYSTEM, unit=unit, kind=kind, buildings=buildings, starts=starts, ends=starts + timedelta(hours=hours), reason=reason, batch=new_id(), at=when,
    )  # fmt: skip
    if kind == "lift":
        actions.end_outage(actor=SYSTEM, outage=row, at=starts + timedelta(hours=hours - 4))
