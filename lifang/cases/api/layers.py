"""Public cases as a layer: the facts of the public page, at a point rounded to some ten metres."""

from typing import Any

from django.urls import reverse

from lifang.cases import selectors
from lifang.cases.catalogue import MATTERS
from lifang.cases.selectors.open import EXACT
from lifang.cases.terms import CLOSED, SAID, State
from lifang.core.api.open.ogc.layers import Fact, Layer, Row, box_of_points
from lifang.core.config import config
from lifang.core.i18n import text
from lifang.orgs.selectors import extent


def _point(row: Row) -> dict[str, Any] | None:
    if row["lon"] is None:
        return None
    return {"type": "Point", "coordinates": [round(row["lon"], EXACT), round(row["lat"], EXACT)]}


def _words(row: Row) -> dict[str, Any]:
    return {
        "matter_name": str(MATTERS[row["matter"]].name),
        "status": "closed" if row["state"] in CLOSED else "open",
        "said": str(SAID[State(row["state"])]),
        "url": f"{config().origin}{reverse('cases:public_case', args=[row['number']])}",
    }


LAYERS = (
    Layer(
        key="cases",
        title=text("公开事件", "Public cases"),
        about=text("已受理的上报，不含上报人、原话和照片", "Accepted reports, without names, words or photos of reporters"),
        rows=lambda actor: selectors.open_rows(actor).exclude(lon__isnull=True),
        facts={
            "number": Fact("number"),
            "matter": Fact("matter"),
            "state": Fact("state"),
            "area": Fact("area"),
            "outcome": Fact("outcome"),
            "reports": Fact("reports", "integer"),
            "opened_at": Fact("opened_at", "date-time", filter=False),
            "promised_at": Fact("promised_at", "date-time", filter=False),
            "closed_at": Fact("closed_at", "date-time", filter=False),
            "updated_at": Fact("updated_at", "date-time", filter=False),
        },
        paths=("lon", "lat"),
        geometry=_point,
        inside=box_of_points(digits=EXACT),
        extent=extent,
        instant="opened_at",
        adds=_words,
    ),
)  # fmt: skip
