"""Cases in the timeline of a place."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import CASE
from lifang.core.access import Actor
from lifang.core.web.story import Told, tells

METRES = 60  # from the point of a building


@tells("place", "case", _("Cases"), icon="folders", order=10)
def at_place(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Cases around the point of a place, or of what it stands in: a case has a point, not a door."""
    spot = place
    while spot is not None and spot.lon is None:
        spot = spot.parent
    if spot is None or not actor.may("cases.see"):
        return
    rows = selectors.around(actor, spot.lon, spot.lat, METRES)
    rows = rows.filter(opened_at__gte=since) if since else rows
    for one in rows.order_by("-opened_at", "-id")[:most]:
        yield Told(one.opened_at, one.title, CASE().state[one.state].name, reverse("cases:case", args=[one.pk]))  # fmt: skip
