"""How people came and how often they had to: "not one trip" is measured, each number with the list behind it."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lifang.affairs import selectors
from lifang.affairs.rules import day_of
from lifang.affairs.web.desk import may_see
from lifang.affairs.web.own import acting
from lifang.affairs.web.tables import TRIPS, areas_of
from lifang.core.access import Kind
from lifang.core.web.forms import Form
from lifang.core.web.views import only

PERIODS = {"30": gettext_lazy("30 days"), "90": gettext_lazy("90 days"), "365": gettext_lazy("A year")}  # fmt: skip


class SharesForm(Form):
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    days = forms.ChoiceField(label=gettext_lazy("Received in the last"), choices=list(PERIODS.items()))  # fmt: skip

    def __init__(self, *args: Any, areas: dict[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].choices = list(areas.items())  # type: ignore[attr-defined]


@require_GET
@only(Kind.STAFF)
def shares(request: HttpRequest) -> HttpResponse:
    actor, at = acting(request)
    may_see(actor)
    areas = areas_of(actor, "affairs.see")
    area, days = request.GET.get("area", ""), request.GET.get("days", "")
    chosen = {"area": area if area in areas else next(iter(areas)), "days": days if days in PERIODS else "90"}  # fmt: skip
    last = day_of(at)
    first = last - timedelta(days=int(chosen["days"]) - 1)
    found = selectors.shares(actor, chosen["area"], first, last)
    link = _link(chosen["area"], first, last)
    facts = {
        "form": SharesForm(chosen, areas=areas), "found": found, "where": areas[chosen["area"]], "all": link(),
        "came": [{"row": one, "url": link(channel=one.channel.key)} for one in found.came],
        "trips": [{"name": TRIPS[str(often)], "count": n, "share": found.share(n, found.closed), "url": link(trips=str(often))} for often, n in found.trips.items()],
        "no_trip": found.share(found.trips[0], found.closed), "own": found.share(sum(one.n for one in found.came if one.channel.typed_by == "self"), found.n),
        "known": found.share(found.known, found.asked), "free": found.share(found.free, found.laid), "in_time": found.share(found.in_time, found.decided),
        "matters": [{"row": one, "own": found.share(one.self_typed, one.n), "none": found.share(one.no_trip, one.counted), "url": link(guide=one.guide.key)} for one in found.matters],
    }  # fmt: skip
    return render(request, "affairs/desk/shares.html", facts)


def _link(area: str, first: date, last: date) -> Any:
    """The list that holds just what was counted."""
    span = {"area": area, "submitted_at_from": first.isoformat(), "submitted_at_to": last.isoformat()}  # fmt: skip
    return lambda **more: f"{reverse('affairs:applications')}?{urlencode({**span, **more})}"
