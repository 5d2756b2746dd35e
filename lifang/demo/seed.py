"""Build the county: areas, people, ninety days. The same dice give the same county."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from shapely import Polygon

from lifang.cases.models import Case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files import disk
from lifang.core.geo.shapes import geometry_of
from lifang.core.relay import hearing
from lifang.demo import geography, people, waiting
from lifang.demo.beside import album, beside, unhurried
from lifang.demo.county import County, county
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
    """Seed the demo county as of `at`. Not `alone`: the register and the pictures are made beside the days."""
    plan, dice = county(), random.Random(SEED)
    given = {"people": people_count, "days": days}
    plan = msgspec.structs.replace(plan, **{name: n for name, n in given.items() if n is not None})
    start = at - timedelta(days=plan.days) - LEAD
    with nullcontext() if alone else unhurried():
        cast, shapes = _peopled(plan, start, dice)
        cast.at = at
        register = partial(people.register_all, plan, cast, shapes, start)
        with beside(register, alone=alone), album(SEED, alone=alone) as pictures, disk.unsettled():
            player = Days(plan, cast, at, dice, pictures)
            with behind(SYSTEM), _progress() as bar, bar("Days of cases", plan.days) as step:
                player.play(step)
    with behind(SYSTEM):
        waiting.leave(cast, at, SEED)
        hearing.lay_by(before=at - timedelta(hours=6), at=at)  # this commit waits for the disk
        cases = Case.objects.count()
    return Built(len(shapes), len(cast.accounts), plan.people, cases, dict(player.refused))


def _peopled(
    plan: County, start: datetime, dice: random.Random
) -> tuple[people.Cast, dict[str, Polygon]]:
    """Areas, staff, places and residents' accounts: what the days and the register need."""
    with behind(SYSTEM), _progress() as bar:
        shapes = dict(geography.outlines(plan, dice))
        with bar("Areas", 1) as step:
            _areas(plan, shapes, start)
            step(1)
        with bar("Staff", 140) as step:
            cast = people.hire(plan, start, dice, step)
        with bar("Places", 1) as step:
            people.settle(plan, cast, shapes, start, dice)
            step(1)
        with bar("Residents", plan.people) as step:
            people.enrol(plan, cast, plan.people, start, dice, step)
    return cast, shapes


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


Step = Callable[[int], None]


@contextmanager
def _progress() -> Iterator[Callable[..., Any]]:
    columns = (
        TextColumn("{task.description:24}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as shown:

        @contextmanager
        def bar(name: str, total: int) -> Iterator[Step]:
            task = shown.add_task(name, total=total)
            yield lambda done: shown.advance(task, done)
            shown.update(task, completed=total)

        yield bar
