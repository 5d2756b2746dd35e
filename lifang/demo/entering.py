"""Gates of the demo county with visitors of today, cards and codes; rooms and courts with what is booked. One of each at every company that bills."""

import random
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of
from lifang.demo.people import Cast
from lifang.living import actions, selectors

PLATES = ("鲁C99X01", "鲁C99X02", "鲁CD99003")
VENUES = (("room", "邻里活动室", "二号楼一层，用后请关灯。", 1, 2, 0), ("gym", "阳光健身房", "请自带毛巾。", 8, 5, 0), ("charging", "汽车充电位", "地下一层 B 区。", 4, 4, 500))  # fmt: skip
FATES = ("came", "waits", "car", "tomorrow", "revoked", "over")


class Lives(NamedTuple):
    actor: Any
    door: Any


def leave(cast: Cast, at: datetime, seed: int) -> int:
    """As of today; how many passes."""
    dice = random.Random(seed)
    made = 0
    for unit in cast.units["property_company"]:
        homes = _homes(cast, unit, at)
        if not homes:
            continue
        gates = _gates(unit, homes[0].door.area[:12], at - timedelta(days=60))
        for n, one in enumerate(homes[:12]):
            made += _visit(one, FATES[n % len(FATES)], PLATES[n % len(PLATES)], gates, at)
        code = actions.make_code(
            actor=homes[0].actor, home=homes[0].door, at=at - timedelta(days=20)
        )
        for n, one in enumerate(homes[:6]):
            actions.give_card(actor=SYSTEM, unit=unit, door=one.door, number=f"04{dice.randrange(16**8):08X}", at=at - timedelta(days=30 + n))  # fmt: skip
        for n in range(14):
            actions.check_pass(actor=SYSTEM, gate=gates[0], direction="in", code=code.number or "", at=at - timedelta(minutes=9 * n))  # fmt: skip
        _venues(unit, homes, at, dice)
    return made


def _homes(cast: Cast, unit: Any, at: datetime) -> list[Lives]:
    """Residents of the community that this company looks after, by account."""
    found = []
    for grid in sorted(cast.residents):
        if grid.startswith(unit.area) and selectors.company_of(SYSTEM, grid) == unit:
            for account in cast.residents[grid][:6]:
                actor = actor_of(account.pk, at)
                homes = selectors.own_homes(actor)
                if homes:
                    found.append(Lives(actor, homes[0].door))
    return [one for one in found if one.door.area[:12] == found[0].door.area[:12]]


def _gates(unit: Any, area: str, at: datetime) -> list[Any]:
    make = partial(actions.set_gate, actor=SYSTEM, unit=unit, area=area, at=at)
    building = next((one for one in selectors.buildings(SYSTEM, unit) if one.area.startswith(area)), None)  # fmt: skip
    made = [
        make(name="东门", kind="estate_walk", admits=["household", "visitor"]),
        make(name="南门车行口", kind="estate_drive", admits=["vehicle", "visitor"]),
        make(name="地下车库", kind="garage", admits=["vehicle"]),
    ]  # fmt: skip
    if building is not None:
        made.append(make(name=f"{building.name}单元门", kind="entrance", admits=["household", "visitor"], building=building))  # fmt: skip
    return made


def _visit(one: Lives, fate: str, plate: str, gates: list[Any], now: datetime) -> int:
    starts = {"tomorrow": now + timedelta(hours=20), "over": now - timedelta(days=3)}.get(fate, now - timedelta(hours=3))  # fmt: skip
    made = actions.make_pass(
        actor=one.actor, home=one.door, starts=starts, ends=starts + timedelta(hours=9), entries=2, at=min(starts, now), plate=plate if fate == "car" else "",
    )  # fmt: skip
    when = starts + timedelta(minutes=50)
    if fate in ("came", "over"):
        actions.check_pass(
            actor=SYSTEM, gate=gates[0], direction="in", code=made.code or "", at=when
        )
        actions.check_pass(actor=SYSTEM, gate=gates[0], direction="out", code=made.code or "", at=when + timedelta(hours=1))  # fmt: skip
    elif fate == "car":
        actions.check_pass(actor=SYSTEM, gate=gates[1], direction="in", plate=plate, at=when)
    elif fate == "revoked":
        actions.revoke_pass(actor=one.actor, visit=made, at=now)
        actions.check_pass(
            actor=SYSTEM, gate=gates[0], direction="in", code=made.code or "", at=now
        )
    return 1


def _venues(unit: Any, homes: list[Lives], at: datetime, dice: random.Random) -> None:
    area = homes[0].door.area[:12]
    for kind, name, about, places, per_week, fee in VENUES:
        told = {
            "kind": kind, "name": name, "about": about, "opens": time(8), "closes": time(22), "slot_minutes": 60, "places": places, "days_ahead": 7,
            "per_week": per_week, "cancel_hours": 2, "fee": fee,
        }  # fmt: skip
        venue = actions.set_venue(actor=SYSTEM, unit=unit, area=area, told=told, at=at - timedelta(days=30))  # fmt: skip
        for one in homes[:6]:
            day = localtime(at) + timedelta(days=dice.randint(1, 5))
            slot = day.replace(hour=dice.randint(9, 20), minute=0, second=0, microsecond=0)
            try:
                actions.book_venue(actor=one.actor, venue=venue, home=one.door, slot_at=slot, at=at)
            except Refused:
                continue  # somebody else was there first
