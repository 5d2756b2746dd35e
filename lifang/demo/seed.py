"""Build the county: areas, people, ninety days. The same dice give the same county."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec
from shapely import Polygon

from lifang.cases.actions import learn, learn_matters
from lifang.cases.models import Case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files import disk
from lifang.core.geo.shapes import geometry_of
from lifang.core.relay import hearing
from lifang.demo import (
    applying,
    devices,
    entering,
    geography,
    halls,
    joint,
    living,
    machines,
    needs,
    networks,
    ordering,
    outages,
    parcels,
    partners,
    people,
    pipes,
    repairing,
    safety,
    shops,
    sites,
    waiting,
    wards,
)
from lifang.demo.bars import bars
from lifang.demo.beside import side_by_side, silent, unhurried
from lifang.demo.county import County, Part, county, parts
from lifang.demo.days import Days
from lifang.orgs import actions as orgs
from lifang.orgs import selectors

SEED = 990101
LEAD = timedelta(days=40)  # the county stood a while before the first case


class Built(NamedTuple):
    areas: int
    staff: int
    residents: int
    cases: int
    refused: dict[str, int]


def empty() -> bool:
    """Is there no county yet?"""
    with behind(SYSTEM):
        return not selectors.divisions(SYSTEM).exists()


def build(
    at: datetime, *, people_count: int | None = None, days: int | None = None, alone: bool = True
) -> Built:
    """Seed the demo county as of `at`. Not `alone`: its parts live side by side, each in a process."""
    plan = county()
    given = {"people": people_count, "days": days}
    plan = msgspec.structs.replace(plan, **{name: n for name, n in given.items() if n is not None})
    start = at - timedelta(days=plan.days) - LEAD
    with nullcontext() if alone else unhurried():
        cast, shapes = _founded(plan, start, random.Random(SEED))
        cast.at = at
        lives = [partial(_lived, plan, cast, shapes, start, at, part) for part in parts(plan)]
        refused = sum(side_by_side(lives, alone=alone), Counter())
    with behind(SYSTEM):
        waiting.leave(cast, at, SEED)
        applying.leave(cast, at, SEED)
        halls.leave(plan, cast, shapes, at)
        joint.leave(cast, plan.code, at)
        learn(actor=SYSTEM, at=at - timedelta(hours=7))
        learn_matters(actor=SYSTEM, at=at - timedelta(hours=7))
        wards.leave(cast, at, SEED)
        living.bill(cast, at, SEED)
        repairing.leave(cast, at, SEED)
        parcels.leave(cast, at, SEED)
        outages.leave(cast, at, SEED)
        safety.leave(cast, at)
        sites.leave(at)
        networks.leave(plan, at, SEED)
        entering.leave(cast, at, SEED)
        living.compare(cast, at)
        shops.leave(cast, shapes, at, SEED)
        machines.leave(cast, shapes, at, SEED)
        needs.leave(cast, at, SEED)
        partners.leave(cast, plan.code, at)
        pipes.leave(shapes, at, SEED)
        ordering.leave(cast, at, SEED)
        ordering.settle(at)
        living.publish(cast, at, SEED)
        hearing.lay_by(before=at - timedelta(hours=6), at=at)  # this commit waits for the disk
        cases = Case.objects.count()
    return Built(len(shapes), len(cast.accounts), plan.people, cases, dict(refused))


def _founded(
    plan: County, start: datetime, dice: random.Random
) -> tuple[people.Cast, dict[str, Polygon]]:
    """Areas, staff and places: what everybody needs."""
    with behind(SYSTEM), bars() as bar:
        shapes = dict(geography.outlines(plan, dice))
        with bar("Areas", 1) as step:
            _areas(plan, shapes, start)
            step(1)
        with bar("Staff", 140) as step:
            cast = people.hire(plan, start, dice, step)
        with bar("Places", 1) as step:
            people.settle(plan, cast, shapes, start, dice)
            step(1)
    return cast, shapes


def _lived(
    plan: County,
    cast: people.Cast,
    shapes: dict[str, Polygon],
    start: datetime,
    at: datetime,
    part: Part,
) -> Counter[str]:
    """One part of the county: its residents, its register, its days; what was refused on the way."""
    shown = bars() if part.number == 0 else _unseen()
    with behind(SYSTEM), disk.unsettled(), shown as bar:
        with bar("Residents", plan.people // part.of) as step:
            people.enrol(plan, cast, part, start, SEED, step)
        with bar("Register", len(part.grids)) as step:
            people.register_all(plan, cast, shapes, part, start, step)
        with bar("Devices", 1) as step:
            devices.install(at, part, SEED)
            step(1)
        player = Days(plan, cast, part, at, SEED)
        with bar("Days of cases", plan.days) as step:
            player.play(step)
    return player.refused


def _areas(plan: County, shapes: dict[str, Any], at: datetime) -> None:
    rows = [
        {"code": plan.code[:4], "name": plan.city.zh, "name_en": plan.city.en},
        {"code": plan.code, "name": plan.county.zh, "name_en": plan.county.en},
    ]
    for s, street in enumerate(plan.streets, 1):
        code = f"{plan.code}{s:03d}"
        rows.append({"code": code, "name": street.name.zh, "name_en": street.name.en})
        for c, community in enumerate(street.communities, 1):
            inner = f"{code}{c:03d}"
            rows.append({"code": inner, "name": community.zh, "name_en": community.en})
            rows += [
                {"code": f"{inner}{g:03d}", "name": f"第{g}网格", "name_en": f"Grid {g}"}
                for g in range(1, geography.GRIDS + 1)
            ]
    orgs.import_divisions(actor=SYSTEM, rows=rows, root=plan.code[:4], at=at)
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": geometry_of(shape)}
        for code, shape in shapes.items()
    ]
    top = selectors.division(SYSTEM, plan.code)
    orgs.draw_all(
        actor=SYSTEM,
        within=top,
        outlines={"type": "FeatureCollection", "features": features},
        at=at,
    )
    selectors.forget()


@contextmanager
def _unseen() -> Iterator[Callable[..., Any]]:
    """In a fork, beside another part that shows how far both are."""
    step = silent()
    yield lambda _name, _total: nullcontext(step)
