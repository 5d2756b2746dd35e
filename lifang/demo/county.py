"""The demo county as data."""

from functools import cache
from pathlib import Path

import msgspec

from lifang.core.catalogue.lines import read_map
from lifang.core.i18n import Text


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


@cache
def county() -> County:
    """The county of `lifang/demo/data/county.yaml`."""
    return msgspec.convert(
        read_map(Path(__file__).parent / "data/county.yaml"), County, strict=False
    )
