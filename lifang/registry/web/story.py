"""The timeline of a place: what every context tells of it, within the reader's sight (`/desk/registry/places/<id>/story`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lifang.core.access import Actor, Kind
from lifang.core.web import story as telling
from lifang.core.web.story import Told, tells
from lifang.core.web.views import only
from lifang.registry import selectors
from lifang.registry.catalogue import ELEMENTS
from lifang.registry.web import shown

PERIODS = {"90": (90, gettext_lazy("90 days")), "365": (365, gettext_lazy("A year")), "all": (0, gettext_lazy("All"))}  # fmt: skip


@tells("place", "visit", gettext_lazy("Visits"), icon="home-heart", order=20)
def _visits(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for one in selectors.visits_at(actor, place, since, most):
        yield Told(one.at, shown.visit_kind(one.kind), shown.outcome(one.outcome).label)


@tells("place", "move", gettext_lazy("Moves"), icon="home-move", order=30)
def _moves(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for came in selectors.comings(actor, place, since, most, gone=False):
        yield Told(came.valid_from, _("A household moved in"), came.dwelling.number)
    for went in selectors.comings(actor, place, since, most, gone=True):
        if went.valid_to:
            yield Told(went.valid_to, _("A household moved out"), went.dwelling.number)


@tells("place", "change", gettext_lazy("Changes of the register"), icon="pencil", order=40)
def _changes(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Which value, not what it is."""
    for one in selectors.changes_at(actor, place, since, most):
        if one.element in ELEMENTS:
            yield Told(one.seen_at, ELEMENTS[one.element].name, shown.source(one.source))


@require_GET
@only(Kind.STAFF)
def place_story(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.own_place(actor, pk)
    known = telling.sources("place")
    kind = request.GET.get("kind", "")
    kind = kind if kind in {one.kind for one in known} else ""
    period = request.GET.get("period", "")
    period = period if period in PERIODS else "365"
    days = PERIODS[period][0]
    since = request.at - timedelta(days=days) if days else None  # type: ignore[attr-defined]
    lines = telling.lines("place", actor, found, since, kind)
    context = {
        "spot": found,
        "above": shown.above(found),
        "kind": kind,
        "period": period,
        "kinds": known,
        "periods": [(key, name) for key, (_days, name) in PERIODS.items()],
        "lines": lines[: telling.MOST],
        "more": len(lines) > telling.MOST,
        "most": telling.MOST,
    }
    return render(request, "registry/desk/story.html", context)
