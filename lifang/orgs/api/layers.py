"""Streets, communities and grids as public layers."""

from typing import Any

from django.db.models import QuerySet

from lifang.core.access import Actor
from lifang.core.api.open.ogc.layers import Fact, Layer, Row, box_of_shapes
from lifang.core.geo.divisions import Level
from lifang.core.i18n import Text, text
from lifang.core.site import site
from lifang.orgs import selectors


def _layer(key: str, level: Level, title: Text) -> Layer:
    def rows(actor: Actor) -> QuerySet[Any]:
        return selectors.divisions(actor, within=site().county, level=level).filter(
            polygon__isnull=False
        )

    return Layer(
        key=key,
        title=title,
        about=text("各级区划的边界", "Outlines of the divisions"),
        rows=rows,
        facts={
            "code": Fact("code"),
            "name": Fact("name"),
            "name_en": Fact("name_en"),
            "kind": Fact("kind"),
            "parent": Fact("parent_id"),
            "square_metres": Fact("square_metres", "number", filter=False, said=_whole),
        },
        paths=("polygon",),
        geometry=_polygon,
        inside=box_of_shapes,
        extent=selectors.extent,
    )


def _whole(value: float | None) -> int:
    return round(value or 0)


def _polygon(row: Row) -> dict[str, Any] | None:
    found: dict[str, Any] | None = row["polygon"]
    return found


LAYERS = (
    _layer("streets", Level.STREET, text("街道", "Streets")),
    _layer("communities", Level.COMMUNITY, text("社区", "Communities")),
    _layer("grids", Level.GRID, text("网格", "Grids")),
)
