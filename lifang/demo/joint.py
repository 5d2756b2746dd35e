"""Joint actions of the demo county: one that is over and can be measured, one that is to come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import localtime

from lifang.cases import actions
from lifang.cases.models import Joint
from lifang.cases.selectors import joint as asked
from lifang.cases.selectors.measures import Frame
from lifang.cases.selectors.patterns import repeat_places, rising
from lifang.core.access import Actor
from lifang.demo.people import Cast

DAY = timedelta(days=1)
DONE = (
    "出动 6 人，清理现场，与周边商户签了门前责任书。",
    "增设警示牌，连续一周早晚巡查。",
    "现场普法，劝离 4 处。",
)
WORDS = "集中整治一天，事后两周每日巡查；谁的地段谁负责。"


def leave(cast: Cast, county: str, at: datetime) -> None:
    """As of today: what came again was acted on together three weeks ago; something else will be next week."""
    leader = cast.actor("county_leader", county)
    first = _order(cast, leader, county, at - 24 * DAY, 4)
    if first is not None:
        _reported(cast, first, at - 19 * DAY, len(DONE))
    second = _order(cast, leader, county, at - DAY, 6, beside=first)
    if second is not None:
        _reported(cast, second, at - timedelta(hours=3), 1)


def _order(
    cast: Cast, leader: Actor, county: str, at: datetime, ahead: int, beside: Joint | None = None
) -> Joint | None:
    frame = Frame(county, at - 60 * DAY, at, at)
    known = beside.matter if beside is not None else ""
    spot = next((one for one in repeat_places(leader, frame) if one.matter != known), None)
    rise = next((one for one in rising(leader, frame) if one.matter != known), None)
    against = spot or rise  # a small county has no place where the same came three times
    units = _units(cast, leader, frame, against.matter) if against else []
    if against is None or len(units) < 2:
        return None
    return actions.order_joint(
        actor=leader, area=county, matter=against.matter, cell=spot.cell if spot else None, place=spot.place if spot else "",
        units=units, on=localtime(at).date() + ahead * DAY, words=WORDS, at=at,
    )  # fmt: skip


def _units(cast: Cast, leader: Actor, frame: Frame, matter: str) -> Sequence[UUID]:
    """Who handles such cases, and the urban management beside them."""
    usual = asked.usual_units(leader, frame.narrowed(matter=matter))
    others = [unit.pk for kind in ("urban_management", "municipal_works") for unit in cast.units[kind]]  # fmt: skip
    known = [pk for pk in [*usual, *others] if ("department_handler", str(pk)) in cast.posts]
    return list(dict.fromkeys(known))[:3]


def _reported(cast: Cast, one: Joint, at: datetime, most: int) -> None:
    for number, part in enumerate(one.parts.order_by("id")[:most]):
        handler = cast.actor("department_handler", str(part.unit_id))
        actions.take_part(actor=handler, part=part, note=DONE[number % len(DONE)], at=at + number * timedelta(hours=2))  # fmt: skip
