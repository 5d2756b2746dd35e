"""What households of the demo county had repaired: some dozens, in every state, one late at its manager, one at the street."""

import random
from datetime import datetime, timedelta
from typing import Any

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.grants import actor_of
from lifang.demo.people import Cast
from lifang.living import actions, selectors
from lifang.living.models import Repair
from lifang.orgs import selectors as orgs

FATES = ("ordered", "taken", "quoted", "agreed", "done", "closed", "closed", "late", "closed", "refused", "quoted", "closed")  # fmt: skip
BROKEN = (
    ("drain", "home", None, "厨房下水慢，水槽积水。", 8_000), ("lighting", "floor", 1, "", 0), ("water_leak", "home", None, "卫生间水管接口滴水。", 12_000),
    ("door", "entrance", None, "单元门关不严。", 0), ("power", "home", None, "空气开关老跳闸。", 6_000), ("lift", "lift", None, "", 0),
    ("wall", "roof", None, "顶层屋面下雨渗水。", 0), ("other", "yard", None, "健身器材螺丝松了。", 0),
)  # fmt: skip


def leave(cast: Cast, at: datetime, seed: int, most: int = 36) -> int:
    """As of today: orders of the last two weeks; how many."""
    dice = random.Random(seed)
    made = 0
    for grid in [one for one in sorted(cast.residents) if _looked_after(one)]:
        for account in cast.residents[grid][:6]:
            if made >= most:
                return made
            begun = at - timedelta(days=dice.randrange(1, 12), hours=dice.randrange(1, 8))
            row = _ordered(actor_of(account.pk, begun), made, dice, begun)
            if row is not None:
                _lived(row, FATES[made % len(FATES)], BROKEN[made % len(BROKEN)][4], begun, at)
                made += 1
    return made


def _looked_after(grid: str) -> bool:
    """By a company whose manager is there."""
    unit = selectors.company_of(SYSTEM, grid)
    return unit is not None and bool(orgs.people_at("property_manager", unit.area, unit))


def _ordered(actor: Actor, number: int, dice: random.Random, at: datetime) -> Repair | None:
    homes = selectors.own_homes(actor)
    if not homes:
        return None
    kind, spot, floor, text, _price = BROKEN[number % len(BROKEN)]
    try:
        return actions.order_repair(
            actor=actor, home=homes[0], kind=kind, spot=spot, floor=floor and dice.randint(1, homes[0].floors), text=text,
            telephone="10099000321", photos=[], at=at,
        )  # fmt: skip
    except Refused:
        return None  # nobody looks after this estate


def _lived(row: Repair, fate: str, price: int, begun: datetime, now: datetime) -> None:
    unit = orgs.unit(SYSTEM, row.unit_id)
    people = orgs.people_at("property_manager", unit.area, unit)
    if not people or fate in ("ordered", "late"):
        return
    boss, owner = actor_of(people[0].pk, begun), actor_of(row.account_id, begun)  # type: ignore[arg-type]
    at = begun + timedelta(minutes=25)
    if fate == "refused":
        actions.refuse_repair(
            actor=boss, repair=row, note="属于自来水公司管道，已代为转报。", at=at
        )
        return
    row = actions.take_repair(actor=boss, repair=row, at=at)
    if fate == "taken":
        return
    visit = max(at, now) if fate in ("quoted", "agreed") else at
    start = visit.replace(minute=0) + timedelta(hours=3)
    row = actions.quote_repair(actor=boss, repair=row, amount=price, start=start, end=start + timedelta(hours=2), note="含材料和人工。" if price else "公共部位免费维修。", at=visit)  # fmt: skip
    if fate == "quoted":
        return
    if price:
        row = actions.answer_quote(actor=owner, repair=row, agreed=True, note="", at=visit + timedelta(minutes=9))  # fmt: skip
    if fate in ("done", "closed"):
        _fixed(row, boss, owner, price, min(start + timedelta(hours=1), now), fate == "closed")


def _fixed(row: Repair, boss: Actor, owner: Actor, price: int, at: datetime, rated: bool) -> None:
    parts: list[Any] = [("软管", 1, 2_500)] if price else []
    row = actions.finish_repair(actor=boss, repair=row, charged=price, parts=parts, note="已更换并试水、试电正常。", photos=[], at=at)  # fmt: skip
    if rated:
        stars = 5 if row.number[-1] in "0123456789ABCDEFGH" else 3
        actions.rate_repair(actor=owner, repair=row, stars=stars, note="", at=at)
