"""Public places and facilities as layers."""

from typing import Any

from lifang.core.api.open.ogc.layers import Fact, Layer, Row, box_of_points
from lifang.core.i18n import text
from lifang.orgs.selectors import extent
from lifang.registry import selectors


def _point(row: Row) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [row["lon"], row["lat"]]}


LAYERS = (
    Layer(
        key="places",
        title=text("公共地点", "Public places"),
        about=text("小区、楼栋、重点场所和道路", "Estates, buildings, key places and roads"),
        rows=selectors.public_places,
        facts={
            "name": Fact("name"),
            "kind": Fact("kind"),
            "address": Fact("address"),
            "area": Fact("area"),
        },
        paths=("lon", "lat"),
        geometry=_point,
        inside=box_of_points(),
        extent=extent,
    ),
    Layer(
        key="facilities",
        title=text("公共设施", "Public facilities"),
        about=text("路灯、座椅、果皮箱、标志等；不含水电气管线", "Lamps, benches, bins, signs; no water, gas or power"),
        rows=selectors.public_facilities,
        facts={
            "number": Fact("number"),
            "component": Fact("component"),
            "name": Fact("name"),
            "state": Fact("state"),
            "area": Fact("area"),
        },
        paths=("lon", "lat"),
        geometry=_point,
        inside=box_of_points(),
        extent=extent,
    ),
)  # fmt: skip
