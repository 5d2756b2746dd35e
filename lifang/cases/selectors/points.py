"""Open cases as points of a map."""

from datetime import datetime
from typing import Any

from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case
from lifang.cases.rules import pin
from lifang.cases.terms import OPEN, Level
from lifang.core.access import Actor
from lifang.core.access.scope import within as area_within
from lifang.core.geo.measure import Box

MOST = 2000
_FACTS = ("pk", "number", "matter", "level", "state", "area", "due_at", "lon", "lat", "reports")


def points(
    actor: Actor,
    within: str,
    at: datetime,
    *,
    box: Box | None = None,
    most: int = MOST,
    pressing: bool = False,
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the open cases that lie at a point, the most pressing first.

    `properties.state` is what a map draws: danger, late, waiting or progress. `pressing`: only urgent ones.
    """
    rows = Case.objects.visible_to(actor).filter(area_within(within), state__in=OPEN)
    rows = rows.filter(lon__isnull=False)
    if pressing:
        rows = rows.exclude(level=Level.ORDINARY)
    if box:
        rows = rows.filter(lon__range=(box.west, box.east), lat__range=(box.south, box.north))
    found = rows.order_by("due_at").values(*_FACTS)[:most]
    return {"type": "FeatureCollection", "features": [_feature(row, at) for row in found]}


def _feature(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": str(row["pk"]),
        "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
        "properties": {
            "id": str(row["pk"]),
            "number": row["number"],
            "name": str(MATTERS[row["matter"]].name),
            "matter": row["matter"],
            "area": row["area"],
            "state": pin(row["state"], row["level"], row["due_at"], at),
            "reports": row["reports"],
            "due_at": row["due_at"].isoformat() if row["due_at"] else None,
        },
    }
