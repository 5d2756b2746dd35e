"""What a layer is, and where the contexts' layers are found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from django.apps import apps
from django.db.models import Q, QuerySet

from lifang.core.access import Actor
from lifang.core.geo.measure import Box, snapped
from lifang.core.i18n import Text

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Fact:
    """A property of a feature: where a row has it, and whether one may ask for it."""

    path: str
    kind: Literal["string", "integer", "number", "date-time"] = "string"
    filter: bool = True
    said: Callable[[Any], Any] | None = None  # the value as it is told


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One collection. `rows` are public to everybody; they are read behind no reader's wall."""

    key: str
    title: Text
    about: Text
    rows: Callable[[Actor], QuerySet[Any]]
    facts: Mapping[str, Fact]
    paths: tuple[str, ...]  # what `geometry` needs of a row
    geometry: Callable[[Row], dict[str, Any] | None]
    inside: Callable[[Box], Q]
    extent: Callable[[Actor], tuple[float, float, float, float] | None]
    instant: str = ""  # the path `datetime` asks for
    adds: Callable[[Row], dict[str, Any]] | None = None  # properties made of others, in words


@cache
def layers() -> dict[str, Layer]:
    """Every context's `api/layers.py`, by key."""
    found: dict[str, Layer] = {}
    for app in apps.get_app_configs():
        name = f"{app.name}.api.layers"
        if app.name.startswith("lifang.") and find_spec(f"{app.name}.api") and find_spec(name):
            found |= {layer.key: layer for layer in import_module(name).LAYERS}
    return found


def box_of_points(
    lon: str = "lon", lat: str = "lat", digits: int | None = None
) -> Callable[[Box], Q]:
    """Points inside a box, as they are shown with so many decimals; one whose west lies east of its east crosses the date line."""

    def inside(asked: Box) -> Q:
        box = asked if digits is None else snapped(asked, digits)
        up = Q(**{f"{lat}__range": (box.south, box.north)})
        if asked.west <= asked.east:
            return up & Q(**{f"{lon}__range": (box.west, box.east)})
        return up & (Q(**{f"{lon}__gte": box.west}) | Q(**{f"{lon}__lte": box.east}))

    return inside


def box_of_shapes(box: Box) -> Q:
    """Shapes whose own box meets the box."""
    up = Q(south__lte=box.north, north__gte=box.south)
    if box.west <= box.east:
        return up & Q(west__lte=box.east, east__gte=box.west)
    return up & (Q(east__gte=box.west) | Q(west__lte=box.east))
