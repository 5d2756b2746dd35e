"""Utility lines of the demo county: some of every kind along the streets of a few communities, one planned, one past its years."""

import random
from datetime import date, datetime

from shapely import Polygon

from lifang.core.access import SYSTEM
from lifang.sensing import actions
from lifang.sensing.catalogue.lines import LINE_KINDS
from lifang.sensing.rules.utility import NewLine
from lifang.sensing.terms import LineState

KEEPERS = {"water": "里坊清源水务有限公司", "rain": "里坊市政养护中心", "sewage": "里坊市政养护中心", "gas": "里坊燃气有限公司", "heat": "里坊热力有限公司", "power": "里坊供电公司", "telecom": "里坊通信管道公司"}  # fmt: skip
MATERIALS = {"water": "球墨铸铁", "rain": "混凝土", "sewage": "混凝土", "gas": "PE", "heat": "钢", "power": "电缆", "telecom": "光缆"}  # fmt: skip
COMMUNITIES = 6
OFFSET = 0.00004  # degrees between lines of one street


def leave(shapes: dict[str, Polygon], at: datetime, seed: int) -> int:
    """As of today; how many."""
    dice, made = random.Random(seed), 0
    grids = {grid[:12]: grid for grid in sorted(shapes, reverse=True) if len(grid) == 15}
    for grid in sorted(grids.values())[:COMMUNITIES]:
        shape = shapes[grid].buffer(-0.0003)
        if shape.is_empty:
            continue
        west, south, east, north = shape.bounds
        middle = shape.centroid
        for n, kind in enumerate(LINE_KINDS):
            shift = (n - 3) * OFFSET
            path = ((west + (east - west) * 0.25, middle.y + shift), (middle.x + shift, middle.y + shift), (middle.x + shift, south + (north - south) * 0.75))  # fmt: skip
            planned = (made + n) % 9 == 8
            new = NewLine(
                kind.key, f"{kind.words[-1]}-{grid[6:]}-{n + 1}", KEEPERS[kind.key], path, "市政管线普查 2024-07", material=MATERIALS[kind.key],
                state=LineState.PLANNED if planned else LineState.INSTALLED, diameter=dice.choice((110, 200, 300)) if kind.measure == "diameter" else None,
                voltage=10_000 if kind.measure == "voltage" else None, depth=round(dice.uniform(0.7, 2.4), 1), accuracy=0.5,
                laid_on=None if planned else date(dice.choice((1991, 2004, 2015, 2022)), 6, 1),
            )  # fmt: skip
            actions.enter_line(actor=SYSTEM, new=new, area=grid[:12], at=at)
            made += 1
    return made
