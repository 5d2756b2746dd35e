"""Utility lines of the demo county: some of every kind past the devices of a few communities, one planned, one past its years; an estate that is being taken over with them."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from shapely import Point, Polygon

from lifang.core.access import SYSTEM
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import policy
from lifang.sensing.catalogue.lines import LINE_KINDS
from lifang.sensing.models import Device, UtilityLine
from lifang.sensing.rules.utility import NewLine
from lifang.sensing.rules.works import WORKS_MARK
from lifang.sensing.terms import LineState

KEEPERS = {"water": "里坊清源水务有限公司", "rain": "里坊市政养护中心", "sewage": "里坊市政养护中心", "gas": "里坊燃气有限公司", "heat": "里坊热力有限公司", "power": "里坊供电公司", "telecom": "里坊通信管道公司"}  # fmt: skip
MATERIALS = {"water": "球墨铸铁", "rain": "混凝土", "sewage": "混凝土", "gas": "PE", "heat": "钢", "power": "电缆", "telecom": "光缆"}  # fmt: skip
STANDS_AT = {"sewage": "manhole", "power": "street_lamp"}  # kind of line → type of device
COMMUNITIES = 6
OFFSET = 0.00003  # degrees between lines of one street
LACKING = 40  # metres that were planned and are on no line yet


def leave(shapes: dict[str, Polygon], at: datetime, seed: int) -> int:
    """As of today; how many lines."""
    dice, made = random.Random(seed), 0
    grids = {grid[:12]: grid for grid in sorted(shapes, reverse=True) if len(grid) == 15}
    for number, area in enumerate(sorted(grids)[:COMMUNITIES]):
        devices = list(selectors.devices(SYSTEM, area).filter(type__in=STANDS_AT.values(), lon__isnull=False).order_by("code"))  # fmt: skip
        grid = next((one.area for one in devices if one.area in shapes), grids[area])
        lines = _lines(dice, shapes, grid, devices, made, at)
        made += len(lines)
        _tie(lines, at)
        if number == 0 and lines:
            _works(area, lines, devices, at)
    return made


def _lines(dice: random.Random, shapes: dict[str, Polygon], grid: str, devices: Sequence[Device], made: int, at: datetime) -> list[UtilityLine]:  # fmt: skip
    """One of every kind, past a device that stands in the grid."""
    shape = shapes[grid].buffer(-0.0003)
    if shape.is_empty:
        return []
    west, south, east, north = shape.bounds
    here = (Point(one.lon, one.lat) for one in devices if one.area == grid)
    middle = shape.centroid
    begin = next((one for one in here if shape.contains(one)), Point(west + (east - west) * 0.25, middle.y))  # fmt: skip
    lines = []
    for n, kind in enumerate(LINE_KINDS):
        shift = (n - 3) * OFFSET
        path = ((begin.x + shift, begin.y + shift), (middle.x + shift, middle.y + shift), (middle.x + shift, south + (north - south) * 0.75))  # fmt: skip
        planned = (made + n) % 9 == 8
        new = NewLine(
            kind.key, f"{kind.words[-1]}-{grid[6:]}-{n + 1}", KEEPERS[kind.key], path, "市政管线普查 2024-07", material=MATERIALS[kind.key],
            state=LineState.PLANNED if planned else LineState.INSTALLED, diameter=dice.choice((110, 200, 300)) if kind.measure == "diameter" else None,
            voltage=10_000 if kind.measure == "voltage" else None, depth=round(dice.uniform(0.7, 2.4), 1), accuracy=0.5,
            laid_on=None if planned else date(dice.choice((1991, 2004, 2015, 2022)), 6, 1),
        )  # fmt: skip
        lines.append(actions.enter_line(actor=SYSTEM, new=new, area=grid[:12], at=at))
    return lines


def _tie(lines: Sequence[UtilityLine], at: datetime) -> None:
    """What stands at a line belongs to it."""
    for line in lines:
        if line.kind in STANDS_AT:
            near = selectors.near_line(SYSTEM, line, policy("line_near_metres"), [STANDS_AT[line.kind]])  # fmt: skip
            if near:
                actions.tie_devices(actor=SYSTEM, line=line, devices=[one.device.pk for one in near], at=at)  # fmt: skip


def _works(
    area: str, lines: Sequence[UtilityLine], devices: Sequence[Device], at: datetime
) -> None:
    """A new estate: its devices stand, of one kind of line some metres lack."""
    planned = dict(Counter(one.type for one in devices))
    metres = {one.kind: int(one.metres) for one in lines if one.state == LineState.INSTALLED}
    planned |= {f"{WORKS_MARK}{kind}": many + LACKING * (kind == "water") for kind, many in metres.items()}  # fmt: skip
    works = actions.open_works(
        actor=SYSTEM, kind="new_estate", name="和悦新苑配套验收", area=area, planned=planned, investment=3_260_000, begun_on=(at - timedelta(days=300)).date(),
        builder="里坊智能工程队", at=at,
    )  # fmt: skip
    actions.fill_works(actor=SYSTEM, works=works, at=at, everything=True)
