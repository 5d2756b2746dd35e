"""What households owe in the demo county: prices, two months of bills, payments in every way."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.accounts import actions as accounts
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.pay import actions as pay
from lifang.core.pay.adapters.local import Local
from lifang.core.pay.adapters.local.actions import charge
from lifang.demo.county import county
from lifang.demo.people import Cast, a_name
from lifang.living import actions, selectors
from lifang.orgs import actions as posts
from lifang.orgs import selectors as orgs

PRICES = (("property_fee", "area", (16_500, 18_500, 21_000)), ("waste_fee", "door", (60_000,)))
PAID, PART = (
    0.62,
    0.74,
)  # of the bills of the month before, whole and at least in part; of this month half as many
SHOWN = 24  # bills of a month that somebody pays


def bill(cast: Cast, at: datetime, seed: int) -> None:
    """Each company bills the first community that nobody bills yet: last month and this one. Its manager is `wm01` and on."""
    dice = random.Random(seed)
    taken: set[str] = set()
    for number, unit in enumerate(cast.units["property_company"], 1):
        area = next((code for code in orgs.codes_inside(unit.area, 12) if code not in taken), "")
        if not area:
            continue
        taken.add(area)
        _manager(unit, f"wm{number:02d}", a_name(county(), dice), at - timedelta(days=90))
        for item, basis, prices in PRICES:
            actions.set_tariff(
                actor=SYSTEM, unit=unit, area=area, item=item, basis=basis, price=dice.choice(prices),
                since=f"{at - timedelta(days=60):%Y-%m}", at=at - timedelta(days=60),
            )  # fmt: skip
        first = at.replace(day=1, hour=1)
        _month(unit, area, (first - timedelta(days=20)), at, 1.0, dice)
        _month(unit, area, min(first, at), at, 0.5, dice)


def compare(cast: Cast, at: datetime) -> None:
    """Some paid a part online in the last days; of one the channel has another amount. Each day was compared."""
    with behind(SYSTEM):
        rows = selectors.bills(SYSTEM).filter(source="run", paid=0).order_by("-id")
        theirs = [one for one in rows if any(h.startswith("account:") for h in one.holders)]
        bills = [one for unit in cast.units["property_company"] for one in [row for row in theirs if row.unit_id == unit.pk][:4]]  # fmt: skip
    for n, one in enumerate(bills):
        who = actor_of(UUID(next(h for h in one.holders if h.startswith("account:"))[8:]), at)
        when = at - timedelta(days=n % 4 + 1)
        order = actions.to_pay(actor=who, bill=one, amount=1_000, way="local", at=when)
        with behind(SYSTEM):
            charge(order.number, 900 if n % 4 == 1 else 1_000, when)
            if n % 4 != 1:
                told = Local().ask(order.number)
                assert told is not None  # noqa: S101 -- just charged
                pay.take_notice(actor=SYSTEM, way="local", told=told, at=when)
    for n in range(4, -1, -1):
        pay.reconcile_yesterday(system=SYSTEM, at=at - timedelta(days=n))


def publish(cast: Cast, at: datetime, seed: int) -> None:
    """Each community that is billed publishes what it takes in and spends; its company makes its rounds."""
    dice = random.Random(seed)
    taken: set[str] = set()
    for unit in cast.units["property_company"]:
        area = next((code for code in orgs.codes_inside(unit.area, 12) if code not in taken), "")
        if not area:
            continue
        taken.add(area)
        for n, (item, party, low) in enumerate(LINES * 2):
            when = at - timedelta(days=60 - 4 * n)
            line = actions.enter_line(actor=SYSTEM, area=area, item=item, amount=dice.randrange(low, 3 * low, 100), party=party, note="", day=when.date(), at=when)  # fmt: skip
            if n == 5:
                actions.counter_line(actor=SYSTEM, line=line, note="重复登记，予以冲销。", at=when + timedelta(days=1))  # fmt: skip
        begun = at - timedelta(days=21)
        actions.plan_rounds(actor=SYSTEM, unit=unit, area=area, until=(begun + timedelta(days=30)).date(), at=begun)  # fmt: skip
        with behind(SYSTEM):
            due = [one for one in selectors.all_rounds(SYSTEM, unit.pk) if one.due_on <= at.date()]
        for one in due[:-1]:
            fine = dice.random() < 0.9
            actions.do_round(actor=SYSTEM, inspection=one, fine=fine, found="" if fine else "一处灭火器压力不足，已更换。", at=at)  # fmt: skip


LINES = (
    ("charging_rent", "飞马充电服务有限公司", 80_000), ("locker_rent", "邻里快递柜有限公司", 30_000), ("advert", "和平传媒有限公司", 60_000),
    ("parking_common", "临时停车", 50_000), ("greening", "青禾保洁服务部", 40_000), ("maintenance", "安固维修服务部", 50_000), ("activity", "重阳节活动物资", 20_000),
)  # fmt: skip


def _manager(unit: Any, login: str, name: str, at: datetime) -> None:
    account = accounts.open_account(actor=SYSTEM, login=login, name=name, area=unit.area, password=DEMO_PASSWORD, at=at)  # fmt: skip
    posts.post(actor=SYSTEM, account=account, post="property_manager", at=at, area=unit.area, unit=unit)  # fmt: skip


def _month(unit: Any, area: str, when: datetime, now: datetime, share: float, dice: random.Random) -> None:  # fmt: skip
    made = actions.start_run(actor=SYSTEM, unit=unit, month=f"{when:%Y-%m}", area=area, at=when)
    with behind(SYSTEM):
        actions.work_run(system=SYSTEM, run=made.pk, at=when)
        bills = list(selectors.bills(SYSTEM).filter(run=made.pk)[:SHOWN])
    for one in bills:
        luck = dice.random()
        if luck < PART * share:
            amount = one.left if luck < PAID * share else one.left // 2
            at = min(when + timedelta(hours=luck * 90), now)
            actions.take_part(actor=SYSTEM, bill=one, amount=amount, at=at)
