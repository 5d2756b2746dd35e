"""What is known of networks in the demo county: an operator's letters, measurements on stairs, and gaps."""

import random
from datetime import datetime, timedelta

from lifang.core.access import SYSTEM
from lifang.core.ids import new_id
from lifang.demo.county import County
from lifang.orgs import selectors as orgs
from lifang.sensing import actions, selectors


def leave(plan: County, at: datetime, seed: int) -> int:
    """As of today, in the first communities; how many findings."""
    dice = random.Random(seed)
    made = 0
    for area in orgs.codes_inside(plan.code, 12)[:6]:
        found = selectors.network_homes(SYSTEM, area)
        for kind, operator, evidence, value in (
            ("fibre", "里坊联通", "里坊联通函〔2026〕18 号", None),
            ("fibre", "里坊移动", "楼道网线测速，千兆终端", 936.0),
            ("mobile_5g", "里坊移动", "一层电梯厅路测", -97.0),
            ("mobile_5g", "里坊电信", "地下室路测", -112.0),
            ("broadcast", "里坊广电", "广电入网台账 2026-09", None),
        ):
            named = [one for one in found if dice.random() < 0.7]
            if named:
                made += actions.note_network(
                    actor=SYSTEM, area=area, kind=kind, operator=operator, evidence=evidence, found_on=(at - timedelta(days=dice.randint(5, 90))).date(),
                    measured=value, covered=None if value is not None else True, buildings=named, batch=new_id(), at=at,
                )  # fmt: skip
    return made
