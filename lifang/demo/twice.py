"""Troubles that somebody reports a second time instead of joining; what reports are one is learnt from these."""

from collections.abc import Generator
from datetime import datetime, timedelta
from random import Random

from lifang.cases import actions
from lifang.cases.models import Case
from lifang.core.access.grants import actor_of
from lifang.demo.county import Trouble
from lifang.demo.people import Cast

TWICE = 0.14  # of what nobody joins


def reported_again(
    cast: Cast, dice: Random, case: Case, trouble: Trouble, at: datetime
) -> Generator[datetime, None, datetime]:
    """A neighbour does not look whether it is known; the desk takes both for one."""
    at += timedelta(minutes=dice.uniform(4, 90))
    yield at
    neighbour = actor_of(dice.choice(cast.residents[case.area]).pk, at)
    near = dice.uniform(-0.00005, 0.00005), dice.uniform(-0.00005, 0.00005)
    second = actions.report(
        actor=neighbour, matter=case.matter, text=dice.choice(trouble.said), place=case.place, area=case.area,
        lon=(case.lon or 0) + near[0], lat=(case.lat or 0) + near[1], at=at,
    )  # fmt: skip
    at += timedelta(minutes=dice.uniform(3, 30))
    yield at
    desk = cast.actor("street_dispatcher", case.desk)
    actions.merge(actor=desk, case=second, into=case, at=at)
    return at
