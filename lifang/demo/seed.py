"""Build the county: areas, people, ninety days. The same dice give the same county."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from lifang.cases.models import Case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.geo.shapes import geometry_of
from lifang.core.relay import hearing
from lifang.demo import geography, people, waiting
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


def build(at: datetime, *, people_count: int | None = None, days: int | None = None) -> Built:
    """Seed the demo county as of `at`."""
    plan = county()
    dice = random.Random(SEED)
    start = at - timedelta(days=days or plan.days) - LEAD
    with behind(SYSTEM), _progress() as bar:
        shapes = dict(geography.outlines(plan, dice))
        with bar("Areas", 1) as step:
            _areas(plan, shapes, start)
            step(1)
        with bar("Staff", 140) as step:
            cast = people.hire(plan, start, dice, step)
        cast.at = at
        with bar("Places", 1) as step:
            people.settle(plan, cast, shapes, start, dice)
            step(1)
        count = plan.people if people_count is None else people_count
        with bar("Residents", count) as step:
            people.populate(plan, cast, shapes, count, start, dice, step)
        player = Days(plan, cast, at, dice)
        if days is not None:
            player.county = msgspec.structs.replace(plan, days=days)
        with bar("Ninety days of cases", player.county.days) as step:
            player.play(step)
        waiting.leave(cast, at, SEED)
        hearing.lay_by(before=at - timedelta(hours=6), at=at)
        return Built(
            len(shapes), len(cast.accounts), count, Case.objects.count(), dict(player.refused)
        )


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
