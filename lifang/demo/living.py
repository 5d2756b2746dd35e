"""What households owe in the demo county: prices, two months of bills, payments in every way."""

import random
from datetime import datetime, timedelta
from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts import actions as accounts
from lifang.core.accounts.terms import DEMO_PASSWORD
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
