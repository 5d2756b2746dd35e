"""One county out of the published lists: provinces, cities, areas, streets and villages as CSV."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NotRequired, TypedDict

from lifang.core.geo.divisions import Level

LISTS = {
    Level.PROVINCE: "provinces.csv",
    Level.CITY: "cities.csv",
    Level.COUNTY: "areas.csv",
    Level.STREET: "streets.csv",
    Level.COMMUNITY: "villages.csv",
}


class Division(TypedDict):
    """One row of a list; the code is unpadded."""

    code: str
    name: str
    level: Level
    urban_rural: NotRequired[str]  # the three-digit class, where a list gives it


class UnknownCounty(LookupError):
    """The list has no county of this code."""


def county_rows(code: str, source_dir: Path) -> list[Division]:
    """The county, its streets and towns, its communities and villages, in the order of their codes."""
    if not (code.isascii() and code.isdigit() and len(code) == Level.COUNTY):
        raise ValueError(f"a county's code has six digits: {code!r}")
    levels = (Level.COUNTY, Level.STREET, Level.COMMUNITY)
    rows = [row for level in levels for row in _rows(level, code, source_dir)]
    if not rows:
        raise UnknownCounty(code)
    return sorted(rows, key=lambda row: row["code"])


def wider_rows(code: str, source_dir: Path) -> list[Division]:
    """The province and the city a county lies in."""
    return [
        row
        for level in (Level.PROVINCE, Level.CITY)
        for row in _rows(level, code[:level], source_dir)
    ]


def _rows(level: Level, prefix: str, source_dir: Path) -> Iterator[Division]:
    with (source_dir / LISTS[level]).open(encoding="utf-8", newline="") as lines:
        next(lines)
        # 620,573 villages: only the lines that begin with the code are taken apart.
        for code, name, *_ in csv.reader(line for line in lines if line.startswith(prefix)):
            yield Division(code=code, name=name.strip(), level=level)
