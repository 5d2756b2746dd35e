"""The fifteen-minute circle: which homes reach which trades on foot, community by community. Sums of homes, nobody's."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from math import cos, radians
from typing import NamedTuple

import shapely
from django.db.models import Count, Max

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.geo.measure import box_around
from lifang.living.catalogue import TRADES
from lifang.living.models import Shop
from lifang.living.rules import walking
from lifang.registry import selectors as registry

METRES_A_DEGREE = 111_195
COMMUNITY = 12
LISTED = "listed"


class Reached(NamedTuple):
    """A trade, and the homes that reach it."""

    trade: str
    doors: int
    share: float
    shops: int  # of the community itself


class Spot(NamedTuple):
    """A building with its homes, and the trades it reaches."""

    building: "registry.Standing"
    trades: frozenset[str]


class Circle(NamedTuple):
    area: str
    doors: int
    trades: list[Reached]
    spots: list[Spot]
    basic: float  # of all basic trades, the mean share of homes that reach it
    whole: float  # homes that reach every basic trade


def circles(actor: Actor, area: str) -> list[Circle]:
    """One for each community inside an area where homes stand. Three queries, however many there are."""
    with behind(SYSTEM):  # buildings and shops stand on every map; homes are counted
        standing = registry.buildings_standing(SYSTEM, area)
        if not standing:
            return []
        rows = Shop.objects.filter(state=LISTED, **_box(standing)).order_by()
        shops = list(rows.values_list("trade", "lon", "lat", "area"))
    own: dict[tuple[str, str], int] = defaultdict(int)
    for trade, _lon, _lat, at in shops:
        own[at[:COMMUNITY], trade] += 1
    spots: dict[str, list[Spot]] = defaultdict(list)
    for building, trades in zip(standing, _reached(standing, shops), strict=True):
        spots[building.area[:COMMUNITY]].append(Spot(building, frozenset(trades)))
    return [_circle(code, found, own) for code, found in sorted(spots.items())]


def shops_revision(actor: Actor) -> tuple[int, datetime | None]:
    """Another answer whenever a shop was listed, removed or looked at again."""
    with behind(SYSTEM):  # a number, and a time
        told = Shop.objects.aggregate(n=Count("pk"), last=Max("state_since"))
    return told["n"], told["last"]


def _circle(area: str, spots: list[Spot], own: dict[tuple[str, str], int]) -> Circle:
    doors = sum(one.building.doors for one in spots)
    told = []
    for trade in TRADES.all():
        there = sum(one.building.doors for one in spots if trade.key in one.trades)
        told.append(Reached(trade.key, there, there / doors, own[area, trade.key]))
    wanted = {one.key for one in TRADES.all() if one.level == "basic"}
    basic = [one.share for one in told if one.trade in wanted]
    whole = sum(one.building.doors for one in spots if wanted <= one.trades)
    return Circle(area, doors, told, spots, sum(basic) / max(len(basic), 1), whole / doors)


def _box(standing: "Sequence[registry.Standing]") -> dict[str, tuple[float, float]]:
    """All places from which one of the buildings could be reached."""
    lons, lats = [one.lon for one in standing], [one.lat for one in standing]
    west, south, _east, _north = box_around(min(lons), min(lats), walking.reach())
    _west, _south, east, north = box_around(max(lons), max(lats), walking.reach())
    return {"lon__range": (west, east), "lat__range": (south, north)}


def _reached(standing: "Sequence[registry.Standing]", shops: Sequence[tuple[str, float, float, str]]) -> list[set[str]]:  # fmt: skip
    """By building: the trades within the circle."""
    found: list[set[str]] = [set() for _one in standing]
    if not shops:
        return found
    middle = cos(radians(sum(one.lat for one in standing) / len(standing)))

    def points(places: list[tuple[float, float]]) -> list[shapely.Point]:
        return [shapely.Point(lon * middle * METRES_A_DEGREE, lat * METRES_A_DEGREE) for lon, lat in places]  # fmt: skip

    tree = shapely.STRtree(points([(lon, lat) for _trade, lon, lat, _area in shops]))
    pairs = tree.query(points([(one.lon, one.lat) for one in standing]), predicate="dwithin", distance=walking.reach())  # fmt: skip
    for building, shop in zip(*pairs, strict=True):
        found[building].add(shops[shop][0])
    return found
