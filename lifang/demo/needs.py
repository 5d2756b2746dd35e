"""Surveys of needs in the demo county: one that ended in each community, one that runs in the first; homes answer as people would."""

import random
from datetime import datetime, timedelta

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.grants import actor_of
from lifang.demo.people import Cast
from lifang.living import actions, selectors
from lifang.living.catalogue import NEEDS, policy
from lifang.living.models import NeedSurvey

OFTEN = {"canteen": 6, "lift": 5, "parking": 4, "clinic": 4, "charging": 3, "elder_care": 3}
DAYS, AGO = 21, 60


def leave(cast: Cast, at: datetime, seed: int) -> int:
    """As of today; how many homes answered."""
    dice, answered = random.Random(seed), 0
    communities = sorted({grid[:12] for grid in cast.residents})
    for n, area in enumerate(communities):
        begun = at - timedelta(days=AGO)
        answered += _asked(cast, area, begun, begun + timedelta(days=5), 0.7, dice)
        if n == 0:
            answered += _asked(cast, area, at - timedelta(days=3), at - timedelta(days=1), 0.3, dice)  # fmt: skip
    return answered


def _asked(cast: Cast, area: str, begun: datetime, when: datetime, share: float, dice: random.Random) -> int:  # fmt: skip
    survey = actions.ask_needs(actor=SYSTEM, area=area, until=(begun + timedelta(days=DAYS)).date(), at=begun)  # fmt: skip
    answered = 0
    for grid in sorted(one for one in cast.residents if one.startswith(area)):
        for account in cast.residents[grid]:
            if dice.random() < share:
                answered += _answered(survey, actor_of(account.pk, when), when, dice)
    return answered


def _answered(survey: NeedSurvey, who: Actor, when: datetime, dice: random.Random) -> int:
    keys = [one.key for one in NEEDS.all()]
    homes = [one for one in selectors.own_homes(who) if one.door.area.startswith(survey.area)]
    if not homes:
        return 0
    chosen = set(dice.choices(keys, [OFTEN.get(key, 1) for key in keys], k=dice.randint(1, policy("needs_most"))))  # fmt: skip
    actions.answer_needs(actor=who, survey=survey, home=homes[0].door, chosen=sorted(chosen), at=when)  # fmt: skip
    return 1
