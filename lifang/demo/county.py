"""The demo county as data."""

from functools import cache
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import msgspec

from lifang.core.catalogue.lines import read_map
from lifang.core.i18n import Text

PARTS: Final = 3


class Street(msgspec.Struct, frozen=True):
    name: Text
    communities: list[Text]


class UnitName(msgspec.Struct, frozen=True):
    kind: str
    name: Text


class Trouble(msgspec.Struct, frozen=True):
    matter: str
    weight: int
    photo: str
    said: list[str]


class County(msgspec.Struct, frozen=True):
    """What `data/county.yaml` says."""

    code: str
    city: Text
    county: Text
    centre: tuple[float, float]
    width_km: float
    height_km: float
    days: int
    cases_a_day: float
    people: int
    streets: list[Street]
    estates: list[str]
    roads: list[str]
    key_places: list[str]
    units: list[UnitName]
    property: list[str]
    surnames: list[str]
    given: list[str]
    troubles: list[Trouble]
    notes: dict[str, list[str]]


class Part(NamedTuple):
    """Neighbouring communities that live in one process: every part has dice of its own."""

    number: int  # from 0
    of: int
    grids: tuple[str, ...]

    def dice(self, seed: int) -> Random:
        """Dice that fall alike in every county made with this seed."""
        return Random(f"{seed}/{self.number}")


@cache
def county() -> County:
    """The county of `lifang/demo/data/county.yaml`."""
    return msgspec.convert(
        read_map(Path(__file__).parent / "data/county.yaml"), County, strict=False
    )


def codes(plan: County, length: int) -> list[str]:
    """The codes of its streets (9 digits), communities (12) or grids (15)."""
    found = [plan.code]
    counts = {9: len(plan.streets), 12: 4, 15: 5}
    for level, count in counts.items():
        if level <= length:
            found = [f"{code}{n:03d}" for code in found for n in range(1, count + 1)]
    return found


def parts(plan: County) -> list[Part]:
    """The county in `PARTS` parts of as many grids, whoever makes it."""
    grids = codes(plan, 15)
    size = len(grids) // PARTS
    return [Part(n, PARTS, tuple(grids[n * size : (n + 1) * size])) for n in range(PARTS)]
