"""Orders of the demo county from its shops: the last weeks, in every state, some subsidised, one complained about."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.demo.people import Cast
from lifang.living import actions, selectors
from lifang.living.catalogue import SUBSIDIES
from lifang.living.models import Order
from lifang.registry import selectors as registry

FATES = ("closed", "closed", "placed", "closed", "taken", "done", "closed", "declined", "closed", "off", "closed", "withdrawn")  # fmt: skip
SAID = ("很及时，服务好。", "师傅认真。", "", "价格实在。", "老人很满意。")
BUYERS = 5  # of each grid
SUBSIDISED = {trade for one in SUBSIDIES.all() for trade in one.trades}
PAID_FOR = {group for one in SUBSIDIES.all() for group in one.groups}


def leave(cast: Cast, at: datetime, seed: int, most: int = 90) -> int:
    """As of today: the last four weeks; how many."""
    dice = random.Random(seed)
    shops = [row for row in selectors.listed(SYSTEM) if row.offers.all() and row.account_id]
    made = 0
    for grid in sorted(cast.residents):
        # Those of a group first: what they order is subsidised.
        groups = {account.pk: _groups(account.pk, at) for account in cast.residents[grid][:20]}
        for account in sorted(cast.residents[grid][:20], key=lambda one: not groups[one.pk])[
            :BUYERS
        ]:
            if not shops or made >= most:
                return made
            near = [row for row in shops if row.area[:12] == grid[:12]] or shops
            helped = [row for row in shops if row.area[:9] == grid[:9] and row.trade in SUBSIDISED]
            near = helped if groups[account.pk] and helped else near
            shop = dice.choice(near)
            begun = at - timedelta(days=dice.randint(2, 27), hours=dice.randint(0, 9))
            row = _placed(actor_of(account.pk, begun), shop, dice, begun)
            if row is not None:
                _lived(row, actor_of(account.pk, begun), actor_of(shop.account_id, begun), FATES[made % len(FATES)], begun, dice)  # fmt: skip
                made += 1
    return made


def _groups(account: UUID, at: datetime) -> set[str]:
    with behind(SYSTEM):
        return selectors.groups_of(actor_of(account, at)) & PAID_FOR


def _placed(who: Actor, shop: Any, dice: random.Random, at: datetime) -> Order | None:
    offer = dice.choice(list(shop.offers.all()))
    homes = registry.own_doors(who) if offer.at_home else []
    try:
        return actions.place_order(
            actor=who, offer=offer, count=dice.randint(1, 3), home=homes[0] if homes else None, wanted=at + timedelta(hours=dice.randint(3, 40)), wish="",
            telephone="", batch=new_id(), at=at,
        )  # fmt: skip
    except Refused:
        return None  # one's own shop


def _lived(row: Order, who: Actor, keeper: Actor, fate: str, at: datetime, dice: random.Random) -> None:  # fmt: skip
    later = at + timedelta(hours=2)
    if fate == "withdrawn":
        actions.withdraw_order(actor=who, order=row, at=later)
    elif fate == "declined":
        actions.decline_order(actor=keeper, order=row, note="当天人手不够，抱歉。", at=later)
    elif fate != "placed":
        actions.take_order(actor=keeper, order=row, at=later)
    if fate == "off":
        actions.call_off_order(actor=who, order=row, note="临时有事。", at=later + timedelta(hours=1))  # fmt: skip
    if fate in ("done", "closed"):
        actions.finish_order(actor=keeper, order=row, note="", at=later + timedelta(hours=20))
    if fate == "closed":
        stars = dice.choice((5, 5, 4, 5, 3))
        actions.confirm_order(actor=who, order=row, stars=stars, note=dice.choice(SAID), at=later + timedelta(hours=22))  # fmt: skip
        if stars == 3:
            actions.complain_order(actor=who, order=row, topic="shop_quality", text="比约定晚到一个多小时。", at=later + timedelta(hours=23))  # fmt: skip


def settle(at: datetime) -> int:
    """Half of the shops got the subsidies of their confirmed orders."""
    made = 0
    for number, shop in enumerate(selectors.listed(SYSTEM)):
        if number % 2 and selectors.owed_to(SYSTEM, shop):
            with behind(SYSTEM):
                actions.pay_out(actor=SYSTEM, shop=shop, area=shop.area, token=new_id(), at=at)
            made += 1
    return made
